using System.Globalization;
using System.Text;

namespace ActorP2P.Hocon;

/// <summary>The escapes of JSON strings (RFC 8259, section 7).</summary>
internal static class JsonEscape
{
    /// <summary>Reads the escape whose backslash is at <paramref name="at"/>, and moves to its last character.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, ref int at, StringBuilder into)
    {
        const int HexDigits = 4;
        if (at + 1 >= text.Length)
            return false;
        at++;
        switch (text[at])
        {
            case '"' or '\\' or '/': into.Append(text[at]); return true;
            case 'b': into.Append('\b'); return true;
            case 'f': into.Append('\f'); return true;
            case 'n': into.Append('\n'); return true;
            case 'r': into.Append('\r'); return true;
            case 't': into.Append('\t'); return true;
            case 'u' when at + HexDigits < text.Length
                && ushort.TryParse(text.Slice(at + 1, HexDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                into.Append((char)code);
                at += HexDigits;
                return true;
            default: return false;
        }
    }
}
