using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The section <c>admin</c>.</content>
public static partial class SettingsReader
{
    private static AdminSettings ReadAdmin(SettingsSection s) => new(
        s.Switch("enabled"),
        s.Text("socket", 0, MaxFileNameBytes),
        s.Count("max-connections", 1, 1024),
        s.SmallSize("max-request-bytes", 256, MiB),
        s.SmallSize("max-answer-bytes", 64 * KiB, 64 * MiB),
        s.SmallSize("max-waiting-bytes", 64 * KiB, 64 * MiB),
        s.Count("recent-events", 0, 65536),
        s.Duration("request-timeout", 100 * Ms, Minute),
        s.Duration("idle-timeout", 100 * Ms, Day));
}
