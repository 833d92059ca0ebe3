namespace ActorP2P.Hocon;

/// <summary>What a <see cref="HoconError"/> is about.</summary>
public enum HoconErrorKind
{
    /// <summary>The text does not follow the grammar of HOCON.md.</summary>
    Syntax,

    /// <summary>A quoted or triple-quoted string has no end.</summary>
    UnterminatedString,

    /// <summary>A backslash escape in a quoted string is not one of JSON's.</summary>
    InvalidEscape,

    /// <summary>A character that unquoted text may not hold stands outside quotes.</summary>
    ReservedCharacter,

    /// <summary>A path expression has an empty element that is not quoted.</summary>
    InvalidPath,

    /// <summary>The bytes of a source are not valid UTF-8.</summary>
    InvalidEncoding,

    /// <summary>The root of a document is an array or a simple value.</summary>
    RootNotObject,

    /// <summary>A source is longer than <see cref="HoconLimits.MaxSourceChars"/>.</summary>
    SourceTooLarge,

    /// <summary>Objects, arrays and path elements nest deeper than <see cref="HoconLimits.MaxDepth"/>.</summary>
    NestingTooDeep,

    /// <summary>The document, or the tree it resolves to, has more values than <see cref="HoconLimits.MaxNodes"/>.</summary>
    TooManyNodes,

    /// <summary>Substitutions that lead to substitutions go deeper than <see cref="HoconLimits.MaxResolveDepth"/>.</summary>
    ResolutionTooDeep,

    /// <summary>Concatenation makes more text than <see cref="HoconLimits.MaxConcatenatedChars"/>.</summary>
    ConcatenationTooLarge,

    /// <summary>A file includes itself, directly or through others.</summary>
    IncludeCycle,

    /// <summary>Includes nest deeper than <see cref="HoconLimits.MaxIncludeDepth"/>, or there are more than <see cref="HoconLimits.MaxIncludes"/>.</summary>
    TooManyIncludes,

    /// <summary>A source that was asked for, or an include inside <c>required(...)</c>, does not exist.</summary>
    NotFound,

    /// <summary>A source exists and cannot be read.</summary>
    Unreadable,

    /// <summary>The include names a kind of source that this resolver does not serve, such as an http URL.</summary>
    IncludeUnsupported,

    /// <summary>A feature that needs an absolute path (<c>+=</c>, a substitution of an included file) stands inside a list.</summary>
    NotAllowedInList,

    /// <summary>A required substitution has no value in the configuration, its fallbacks or the environment.</summary>
    UnresolvedSubstitution,

    /// <summary>A value is defined by itself and looking back does not help.</summary>
    SubstitutionCycle,

    /// <summary>A concatenation mixes objects, arrays and simple values.</summary>
    ConcatenationMismatch,

    /// <summary>A value cannot be converted to the type that the caller asked for.</summary>
    WrongType,

    /// <summary>A number, duration or size does not fit the type that the caller asked for.</summary>
    OutOfRange,
}
