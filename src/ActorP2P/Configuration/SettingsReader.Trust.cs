using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The sections about whom to trust, and for how long.</content>
public static partial class SettingsReader
{
    private const int MaxRevocationFiles = 64;

    private static CrlSettings ReadCrl(SettingsSection s) => new(
        s.TextList("files", MaxRevocationFiles, static name => name.Length is > 0 and <= MaxFileNameBytes ? null : "is not the name of a file"),
        ReadStale(s),
        s.SmallSize("max-file-bytes", 4 * KiB, 64 * MiB));

    private static StaleListPolicy ReadStale(SettingsSection s)
    {
        const string Key = "stale";
        var text = s.Text(Key, 1, MaxNameBytes);
        if (text is not ("" or "refuse" or "warn"))
        {
            s.Report(Key, $"\"{text}\" is neither refuse nor warn", s.OriginOf(Key));
        }

        return text == "warn" ? StaleListPolicy.Warn : StaleListPolicy.Refuse;
    }
}
