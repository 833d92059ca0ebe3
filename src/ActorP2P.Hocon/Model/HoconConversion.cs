using System.Globalization;

namespace ActorP2P.Hocon;

/// <summary>The automatic type conversions of HOCON.md. Each answers null, or what is wrong.</summary>
internal static class HoconConversion
{
    private const NumberStyles Integer = NumberStyles.AllowLeadingSign;
    private const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static (HoconErrorKind Kind, string Message)? ToText(HoconValue value, out string text)
    {
        if (value is HoconScalar { Kind: not HoconValueKind.Null } scalar)
        {
            text = scalar.Text;
            return null;
        }

        text = "";
        return (HoconErrorKind.WrongType, $"expected a simple value, found {Name(value)}");
    }

    public static (HoconErrorKind Kind, string Message)? ToLong(HoconValue value, long min, long max, out long number)
    {
        number = 0;
        if (ToText(value, out var text) is { } error)
            return error;
        if (!long.TryParse(text, Integer, CultureInfo.InvariantCulture, out number))
        {
            // 5.0 and 1e3 are whole numbers, written differently.
            if (!UnitNumber.TryParseNumber(text.AsSpan().Trim(), out var wide) || decimal.Truncate(wide) != wide)
                return (HoconErrorKind.WrongType, $"'{text}' is not a whole number");
            if (wide is < long.MinValue or > long.MaxValue)
                return (HoconErrorKind.OutOfRange, $"{text} is not between {min} and {max}");
            number = (long)wide;
        }

        return number < min || number > max ? (HoconErrorKind.OutOfRange, $"{text} is not between {min} and {max}") : null;
    }

    public static (HoconErrorKind Kind, string Message)? ToDouble(HoconValue value, out double number)
    {
        number = 0;
        if (ToText(value, out var text) is { } error)
            return error;
        // double.TryParse also takes "NaN" and "Infinity", which are no numbers in JSON.
        if (text.AsSpan().IndexOfAnyExcept("0123456789+-.eE ") >= 0 || !double.TryParse(text.AsSpan().Trim(), Float, CultureInfo.InvariantCulture, out number))
            return (HoconErrorKind.WrongType, $"'{text}' is not a number");
        return double.IsFinite(number) ? null : (HoconErrorKind.OutOfRange, $"{text} does not fit a double");
    }

    public static (HoconErrorKind Kind, string Message)? ToDecimal(HoconValue value, out decimal number)
    {
        number = 0;
        if (ToText(value, out var text) is { } error)
            return error;
        if (decimal.TryParse(text.AsSpan().Trim(), Float, CultureInfo.InvariantCulture, out number))
            return null;
        return UnitNumber.TryParseNumber(text.AsSpan().Trim(), out _)
            ? (HoconErrorKind.OutOfRange, $"{text} does not fit a decimal")
            : (HoconErrorKind.WrongType, $"'{text}' is not a number");
    }

    public static (HoconErrorKind Kind, string Message)? ToBoolean(HoconValue value, out bool flag)
    {
        flag = false;
        if (ToText(value, out var text) is { } error)
            return error;
        flag = text is "true" or "on" or "yes";
        return flag || text is "false" or "off" or "no"
            ? null
            : (HoconErrorKind.WrongType, $"'{text}' is not one of true, false, on, off, yes, no");
    }

    public static (HoconErrorKind Kind, string Message)? ToTimeSpan(HoconValue value, bool allowInfinite, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (ToText(value, out var text) is { } error)
            return error;
        if (text == "infinite" && allowInfinite)
        {
            duration = Timeout.InfiniteTimeSpan;
            return null;
        }

        HoconDuration.TryParse(text, out duration, out var problem);
        return problem;
    }

    public static (HoconErrorKind Kind, string Message)? ToByteSize(HoconValue value, out long sizeBytes)
    {
        sizeBytes = 0;
        if (ToText(value, out var text) is { } error)
            return error;
        HoconByteSize.TryParse(text, out sizeBytes, out var problem);
        return problem;
    }

    public static (HoconErrorKind Kind, string Message)? ToList(HoconValue value, out IReadOnlyList<HoconValue> list)
    {
        list = value is HoconArray array ? array : [];
        if (value is HoconArray)
            return null;
        if (value is HoconObject inner && NumericallyIndexed(inner) is { Count: > 0 } elements)
        {
            list = elements;
            return null;
        }

        return (HoconErrorKind.WrongType, $"expected a list, found {Name(value)}");
    }

    /// <summary>"Conversion of numerically-indexed objects to arrays": the positions of keys that are whole numbers, in order.</summary>
    public static List<T> NumericallyIndexed<T>(IEnumerable<KeyValuePair<string, T>> fields) =>
        fields.Select(static f => (Index: int.TryParse(f.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var i) ? i : -1, f.Value))
            .Where(static f => f.Index >= 0)
            .OrderBy(static f => f.Index)
            .Select(static f => f.Value)
            .ToList();

    private static string Name(HoconValue value) => value.Kind switch
    {
        HoconValueKind.Null => "null",
        HoconValueKind.Array => "a list",
        HoconValueKind.Object => "an object",
        _ => $"'{((HoconScalar)value).Text}'",
    };
}
