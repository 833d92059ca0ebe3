using System.Globalization;

namespace ActorP2P.Hocon;

/// <summary>Durations as HOCON.md writes them: <c>500</c> (milliseconds), <c>10 s</c>, <c>1.5 hours</c>.</summary>
public static class HoconDuration
{
    /// <summary>
    /// Reads a duration. Units: ns, us, ms, s, m, h, d and their long names, lower case; without a unit,
    /// milliseconds. What is finer than 100 ns is cut off. Negative durations are refused.
    /// </summary>
    /// <returns>False when the text is not a duration or does not fit a <see cref="TimeSpan"/>.</returns>
    public static bool TryParse(string? text, out TimeSpan value) => TryParse(text, out value, out _);

    /// <summary>As <see cref="TryParse(string?, out TimeSpan)"/>, with the reason of a refusal.</summary>
    /// <param name="text">The text to read.</param>
    /// <param name="value">The duration; zero when refused.</param>
    /// <param name="error">Null, or what is wrong: kind WrongType or OutOfRange, and words for a person.</param>
    public static bool TryParse(string? text, out TimeSpan value, out (HoconErrorKind Kind, string Message)? error)
    {
        value = TimeSpan.Zero;
        error = null;
        if (text is null || !UnitNumber.TrySplit(text, out var number, out var unit))
        {
            error = (HoconErrorKind.WrongType, $"'{text}' is not a duration such as '500 ms', '10 s' or '2 h'");
            return false;
        }

        if (TicksPer(unit) is not { } ticks)
        {
            error = (HoconErrorKind.WrongType, $"'{unit}' is not a unit of time; use ns, us, ms, s, m, h or d");
            return false;
        }

        if (!UnitNumber.TryScale(number, ticks, out var total))
        {
            var range = number < 0 ? "is negative" : "is longer than " + TimeSpan.MaxValue.TotalDays.ToString("F0", CultureInfo.InvariantCulture) + " days";
            error = (HoconErrorKind.OutOfRange, $"the duration '{text}' {range}");
            return false;
        }

        value = new TimeSpan(total);
        return true;
    }

    private static decimal? TicksPer(string unit) => unit switch
    {
        "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
        "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 1m / TimeSpan.NanosecondsPerTick,
        "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
        "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
        "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
        "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
        "d" or "day" or "days" => TimeSpan.TicksPerDay,
        _ => null,
    };
}
