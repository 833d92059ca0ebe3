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

    private static RotationSettings ReadRotation(SettingsSection s) => new(
        s.Switch("watch"),
        s.Duration("poll-interval", 100 * Ms, Hour),
        s.Duration("debounce", TimeSpan.Zero, 10 * Second),
        s.Duration("root-overlap", TimeSpan.Zero, 30 * Day),
        ReadExpiryWarningDays(s));

    private static SuccessionSettings ReadSuccession(SettingsSection s) => new(
        s.Duration("overlap", TimeSpan.Zero, 30 * Day),
        s.Duration("handover-timeout", TimeSpan.Zero, 5 * Minute),
        s.Count("max-tracked", 1, 65_536));

    private static IReadOnlyList<int> ReadExpiryWarningDays(SettingsSection s)
    {
        const string Key = "expiry-warning-days";
        const int MaxWarnings = 8;
        const int MaxDays = 3650;
        var days = new SortedSet<int>();
        foreach (var value in s.List(Key, MaxWarnings))
        {
            if (value.TryGetInt(out var number, out _) && number is >= 1 and <= MaxDays)
            {
                days.Add(number);
            }
            else
            {
                s.Report(Key, $"{value} is not a number of 1 to {MaxDays} days", value.Origin);
            }
        }

        return [.. days.Reverse()];
    }

    // Absent means every member of the network, and an empty list this node alone.
    private static IReadOnlyList<string>? ReadMembers(SettingsSection entry)
    {
        const string Key = "members";
        var members = entry.TextList(Key, MaxListedNodes, ProblemOfNodeId, optional: true);
        return entry.OriginOf(Key) is null ? null : members;
    }

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
