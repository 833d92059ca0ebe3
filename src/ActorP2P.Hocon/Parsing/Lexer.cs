using System.Text;

namespace ActorP2P.Hocon;

/// <summary>Cuts a source into tokens, one at a time, in one pass.</summary>
internal sealed class Lexer(string text, string source)
{
    private const string TripleQuote = "\"\"\"";

    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The source's text that a token covers.</summary>
    public ReadOnlySpan<char> Text(Token token) => text.AsSpan(token.Start, token.Length);

    /// <summary>Where a token stands.</summary>
    public HoconOrigin Origin(Token token) => new(source, token.Line, token.Column);

    /// <summary>The next token; <see cref="TokenKind.End"/> at the end, again and again.</summary>
    /// <exception cref="HoconException">No token begins here.</exception>
    public Token Next()
    {
        SkipComment();
        if (_at >= text.Length)
            return Take(TokenKind.End, 0);
        var c = text[_at];
        switch (c)
        {
            case '\n':
                var newline = Take(TokenKind.Newline, 1);
                _line++;
                _lineStart = _at;
                return newline;
            case '{': return Take(TokenKind.OpenBrace, 1);
            case '}': return Take(TokenKind.CloseBrace, 1);
            case '[': return Take(TokenKind.OpenBracket, 1);
            case ']': return Take(TokenKind.CloseBracket, 1);
            case ',': return Take(TokenKind.Comma, 1);
            case ':': return Take(TokenKind.Colon, 1);
            case '=': return Take(TokenKind.Equals, 1);
            case '+' when At("+="): return Take(TokenKind.PlusEquals, 2);
            case '$' when At("${?"): return Take(TokenKind.OpenOptionalSubstitution, 3);
            case '$' when At("${"): return Take(TokenKind.OpenSubstitution, 2);
            case '"' when At(TripleQuote): return TripleQuoted();
            case '"': return Quoted();
        }

        if (CharacterClasses.IsWhitespace(c))
            return Take(TokenKind.Whitespace, WhitespaceLength());
        if (CharacterClasses.IsForbiddenUnquoted(c))
            throw Error(HoconErrorKind.ReservedCharacter, $"'{c}' may stand only inside quotes");
        return Take(TokenKind.Unquoted, UnquotedLength());
    }

    private void SkipComment()
    {
        if (_at >= text.Length || (text[_at] != '#' && !At("//")))
            return;
        var end = text.IndexOf('\n', _at);
        _at = end < 0 ? text.Length : end;
    }

    private int WhitespaceLength()
    {
        var end = _at + 1;
        while (end < text.Length && CharacterClasses.IsWhitespace(text[end]))
            end++;
        return end - _at;
    }

    private int UnquotedLength()
    {
        var number = char.IsAsciiDigit(text[_at]) || text[_at] == '-';
        var end = _at;
        while (end < text.Length)
        {
            var c = text[end];
            // The plus of an exponent (1e+5) is the one forbidden character that JSON's numbers hold.
            if (c == '+' && number && text[end - 1] is 'e' or 'E' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))
            {
                end++;
                continue;
            }

            if (c == '\n' || CharacterClasses.IsForbiddenUnquoted(c) || CharacterClasses.IsWhitespace(c))
                break;
            if (c == '/' && end + 1 < text.Length && text[end + 1] == '/')
                break;
            number = number && (char.IsAsciiDigit(c) || c is '-' or '.' or 'e' or 'E');
            end++;
        }

        return end - _at;
    }

    private Token Quoted()
    {
        var value = new StringBuilder();
        for (var i = _at + 1; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"')
                return Take(TokenKind.Quoted, i + 1 - _at, value.ToString());
            if (c < ' ')
                throw Error(HoconErrorKind.UnterminatedString, c == '\n'
                    ? "the quoted string does not end on its line; use triple quotes for text of several lines"
                    : $"the control character U+{(int)c:X4} in a quoted string must be escaped");
            if (c != '\\')
                value.Append(c);
            else if (!JsonEscape.TryRead(text, ref i, value))
                throw Error(HoconErrorKind.InvalidEscape, "a backslash in a quoted string must begin an escape of JSON (write \\\\ for a backslash)");
        }

        throw Error(HoconErrorKind.UnterminatedString, "the quoted string has no end");
    }

    private Token TripleQuoted()
    {
        var from = _at + TripleQuote.Length;
        var end = text.IndexOf(TripleQuote, from, StringComparison.Ordinal);
        if (end < 0)
            throw Error(HoconErrorKind.UnterminatedString, "the triple-quoted string has no end");
        // Quotes beyond the three that close are part of the string.
        var extra = 0;
        while (end + TripleQuote.Length + extra < text.Length && text[end + TripleQuote.Length + extra] == '"')
            extra++;
        var value = text[from..(end + extra)];
        var token = Take(TokenKind.Quoted, end + TripleQuote.Length + extra - _at, value);
        for (var newline = text.IndexOf('\n', from, value.Length); newline >= 0;)
        {
            _line++;
            _lineStart = newline + 1;
            newline = text.IndexOf('\n', _lineStart, from + value.Length - _lineStart);
        }

        return token;
    }

    private bool At(string expected) => string.CompareOrdinal(text, _at, expected, 0, expected.Length) == 0;

    private Token Take(TokenKind kind, int length, string? value = null)
    {
        var token = new Token(kind, _at, length, _line, _at - _lineStart + 1, value);
        _at += length;
        return token;
    }

    private HoconException Error(HoconErrorKind kind, string message) =>
        new(new HoconError(kind, message, new HoconOrigin(source, _line, _at - _lineStart + 1)));
}
