using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The section <c>modules</c>.</content>
public static partial class SettingsReader
{
    private static ModuleSettings ReadModules(SettingsSection s) => new(
        s.Count("window-messages", 1, 1_048_576),
        s.Size("window-bytes", KiB, 64 * GiB),
        s.Size("waiting-bytes", 64 * KiB, 1024 * GiB),
        s.Duration("slow-after", 100 * Ms, Hour));
}
