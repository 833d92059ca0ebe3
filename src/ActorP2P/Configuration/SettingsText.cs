using System.Globalization;

namespace ActorP2P;

/// <summary>Sizes and durations as a configuration file would write them, for error messages.</summary>
internal static class SettingsText
{
    private const long KiB = 1024;

    public static string OfSize(long bytes)
    {
        var (value, unit) = (bytes, "B");
        foreach (var larger in (ReadOnlySpan<string>)["KiB", "MiB", "GiB"])
        {
            if (value < KiB || value % KiB != 0)
            {
                break;
            }

            (value, unit) = (value / KiB, larger);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value} {unit}");
    }

    public static string OfDuration(TimeSpan duration)
    {
        var (value, unit) = duration switch
        {
            { TotalSeconds: < 1 } => (duration.TotalMilliseconds, "ms"),
            { TotalMinutes: < 2 } => (duration.TotalSeconds, "s"),
            { TotalHours: < 2 } => (duration.TotalMinutes, "m"),
            _ => (duration.TotalHours, "h"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.###} {unit}");
    }
}
