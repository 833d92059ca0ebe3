namespace ActorP2P.Hocon;

/// <summary>
/// What a configuration may cost. Every limit ends in a typed error; the defaults are far above any
/// configuration written by people and far below what hurts a process.
/// </summary>
public sealed record HoconLimits
{
    /// <summary>The defaults.</summary>
    public static HoconLimits Default { get; } = new();

    /// <summary>Length of one source in UTF-16 code units.</summary>
    public int MaxSourceChars { get; init; } = 16 * 1024 * 1024;

    /// <summary>Nesting of objects, arrays and path elements. Bounds the parser's use of the stack.</summary>
    public int MaxDepth { get; init; } = 256;

    /// <summary>Values in the source with its includes, and values in the resolved tree, each.</summary>
    public int MaxNodes { get; init; } = 1_000_000;

    /// <summary>Steps from a value through substitutions and nesting to what defines it. Bounds the resolver's use of the stack.</summary>
    public int MaxResolveDepth { get; init; } = 512;

    /// <summary>Text made by concatenation in one resolution, in UTF-16 code units.</summary>
    public int MaxConcatenatedChars { get; init; } = 16 * 1024 * 1024;

    /// <summary>Includes inside includes.</summary>
    public int MaxIncludeDepth { get; init; } = 32;

    /// <summary>Included sources in one document.</summary>
    public int MaxIncludes { get; init; } = 256;

    /// <summary>Errors collected in one resolution before it gives up.</summary>
    public int MaxErrors { get; init; } = 100;
}
