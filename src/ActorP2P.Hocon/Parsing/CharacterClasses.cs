using System.Globalization;

namespace ActorP2P.Hocon;

/// <summary>The character classes of HOCON.md.</summary>
internal static class CharacterClasses
{
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Section "Whitespace", without the newline, which is a token of its own.</summary>
    public static bool IsWhitespace(char c)
    {
        if (c < 128)
            return c is ' ' or (>= '\t' and <= '\r' and not '\n') or (>= '\u001C' and <= '\u001F');
        return c == ByteOrderMark || CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }

    /// <summary>Section "Unquoted strings": the forbidden characters, whitespace apart.</summary>
    public static bool IsForbiddenUnquoted(char c) => c is '$' or '"' or '{' or '}' or '[' or ']' or ':' or '=' or ',' or '+'
        or '#' or '`' or '^' or '?' or '!' or '@' or '*' or '&' or '\\';

    /// <summary>Whether text is a number by the grammar of JSON (RFC 8259, section 6).</summary>
    public static bool IsJsonNumber(ReadOnlySpan<char> text)
    {
        var at = text.StartsWith("-") ? 1 : 0;
        var whole = DigitRun(text, at);
        if (whole == 0 || (whole > 1 && text[at] == '0'))
            return false;
        at += whole;
        if (at < text.Length && text[at] == '.')
        {
            var fraction = DigitRun(text, at + 1);
            if (fraction == 0)
                return false;
            at += 1 + fraction;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            var exponent = DigitRun(text, at);
            if (exponent == 0)
                return false;
            at += exponent;
        }

        return at == text.Length;
    }

    private static int DigitRun(ReadOnlySpan<char> text, int from)
    {
        var to = from;
        while (to < text.Length && char.IsAsciiDigit(text[to]))
            to++;
        return to - from;
    }
}
