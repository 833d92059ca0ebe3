using System.Globalization;

namespace ActorP2P.Hocon;

/// <summary>The units format of HOCON.md: a number, then optionally the name of a unit, in letters only.</summary>
internal static class UnitNumber
{
    /// <summary>Takes the text apart; false when it is not a number and a unit of letters.</summary>
    /// <remarks>A number too large for <see cref="decimal"/> gives <see cref="decimal.MaxValue"/>: no unit makes it fit.</remarks>
    public static bool TrySplit(ReadOnlySpan<char> text, out decimal number, out string unit)
    {
        text = text.Trim();
        var unitStart = text.Length;
        while (unitStart > 0 && char.IsLetter(text[unitStart - 1]))
            unitStart--;
        unit = text[unitStart..].ToString();
        return TryParseNumber(text[..unitStart].TrimEnd(), out number);
    }

    /// <summary>Reads a number; saturates instead of failing when it is out of the range of decimal.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, out decimal number)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out number))
            return true;
        if (text.IndexOfAnyExcept("0123456789+-.eE") >= 0 || !double.TryParse(text, Style, CultureInfo.InvariantCulture, out var wide))
            return false;
        number = wide < 0 ? decimal.MinValue : decimal.MaxValue;
        return true;
    }

    /// <summary>number * factor, truncated toward zero, when it fits 64 bits and is not negative.</summary>
    public static bool TryScale(decimal number, decimal factor, out long scaled)
    {
        scaled = 0;
        if (number < 0 || number > long.MaxValue / factor)
            return false;
        scaled = (long)(number * factor);
        return true;
    }
}
