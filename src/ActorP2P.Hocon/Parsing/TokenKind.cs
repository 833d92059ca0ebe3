namespace ActorP2P.Hocon;

/// <summary>The tokens of HOCON. Comments are whitespace's end, not tokens.</summary>
internal enum TokenKind
{
    End,
    Newline,
    Whitespace,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Colon,
    Equals,
    PlusEquals,
    OpenSubstitution,
    OpenOptionalSubstitution,
    Unquoted,
    Quoted,
}

/// <summary>A token: a slice of the source, and for a quoted string its value with escapes undone.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, int Line, int Column, string? Value = null);
