namespace ActorP2P.Hocon;

/// <summary>Sizes as HOCON.md writes them: <c>512</c> (bytes), <c>64 KiB</c>, <c>1.5 MB</c>.</summary>
public static class HoconByteSize
{
    /// <summary>
    /// Reads a size in bytes. kB, MB, ... are powers of ten; K, Ki, KiB, M, ... powers of two; without a
    /// unit, bytes. Fractions of a byte are cut off. Negative sizes are refused.
    /// </summary>
    /// <returns>False when the text is not a size or does not fit 64 bits.</returns>
    public static bool TryParse(string? text, out long value) => TryParse(text, out value, out _);

    /// <summary>As <see cref="TryParse(string?, out long)"/>, with the reason of a refusal.</summary>
    /// <param name="text">The text to read.</param>
    /// <param name="value">The size in bytes; zero when refused.</param>
    /// <param name="error">Null, or what is wrong: kind WrongType or OutOfRange, and words for a person.</param>
    public static bool TryParse(string? text, out long value, out (HoconErrorKind Kind, string Message)? error)
    {
        value = 0;
        error = null;
        if (text is null || !UnitNumber.TrySplit(text, out var number, out var unit))
        {
            error = (HoconErrorKind.WrongType, $"'{text}' is not a size such as '512', '64 KiB' or '10 MB'");
            return false;
        }

        if (BytesPer(unit) is not { } bytes)
        {
            error = (HoconErrorKind.WrongType, $"'{unit}' is not a unit of size; use B, kB, KiB, MB, MiB, GB, GiB, ...");
            return false;
        }

        if (UnitNumber.TryScale(number, bytes, out value))
            return true;
        error = (HoconErrorKind.OutOfRange, number < 0 ? $"the size '{text}' is negative" : $"the size '{text}' does not fit 64 bits");
        return false;
    }

    private static decimal? BytesPer(string unit) => unit switch
    {
        "" or "B" or "b" or "byte" or "bytes" => 1m,
        "kB" or "kilobyte" or "kilobytes" => 1e3m,
        "MB" or "megabyte" or "megabytes" => 1e6m,
        "GB" or "gigabyte" or "gigabytes" => 1e9m,
        "TB" or "terabyte" or "terabytes" => 1e12m,
        "PB" or "petabyte" or "petabytes" => 1e15m,
        "EB" or "exabyte" or "exabytes" => 1e18m,
        "ZB" or "zettabyte" or "zettabytes" => 1e21m,
        "YB" or "yottabyte" or "yottabytes" => 1e24m,
        "K" or "k" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => PowerOf1024(1),
        "M" or "m" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => PowerOf1024(2),
        "G" or "g" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => PowerOf1024(3),
        "T" or "t" or "Ti" or "TiB" or "tebibyte" or "tebibytes" => PowerOf1024(4),
        "P" or "p" or "Pi" or "PiB" or "pebibyte" or "pebibytes" => PowerOf1024(5),
        "E" or "e" or "Ei" or "EiB" or "exbibyte" or "exbibytes" => PowerOf1024(6),
        "Z" or "z" or "Zi" or "ZiB" or "zebibyte" or "zebibytes" => PowerOf1024(7),
        "Y" or "y" or "Yi" or "YiB" or "yobibyte" or "yobibytes" => PowerOf1024(8),
        _ => null,
    };

    private static decimal PowerOf1024(int power)
    {
        var bytes = 1m;
        for (var i = 0; i < power; i++)
            bytes *= 1024;
        return bytes;
    }
}
