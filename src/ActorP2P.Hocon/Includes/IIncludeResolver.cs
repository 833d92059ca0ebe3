namespace ActorP2P.Hocon;

/// <summary>Finds the sources that include statements name. The parser itself reads nothing.</summary>
public interface IIncludeResolver
{
    /// <summary>Finds what <paramref name="request"/> names; never throws for a source that is missing or unreadable.</summary>
    IncludeResult Resolve(IncludeRequest request);
}

/// <summary>How an include statement names its source.</summary>
public enum IncludeTarget
{
    /// <summary><c>include "x"</c>: something adjacent to the including source.</summary>
    Adjacent,

    /// <summary><c>include file("x")</c>.</summary>
    File,

    /// <summary><c>include url("x")</c>.</summary>
    Url,

    /// <summary><c>include classpath("x")</c>: an embedded resource.</summary>
    Classpath,
}

/// <summary>Syntax of a source.</summary>
public enum HoconFormat
{
    /// <summary>HOCON, which JSON is a subset of.</summary>
    Hocon,

    /// <summary>Java properties: one level of keys that split at every dot, values always strings.</summary>
    Properties,
}

/// <summary>An include statement.</summary>
/// <param name="Name">The quoted name.</param>
/// <param name="Target">How the name is to be understood.</param>
/// <param name="IncludingSource">Name of the source that holds the statement.</param>
public sealed record IncludeRequest(string Name, IncludeTarget Target, string IncludingSource);

/// <summary>A source that an include statement names.</summary>
/// <param name="Name">Its identity: two sources with the same name are the same source, which is how cycles are seen.</param>
/// <param name="Text">Its text.</param>
/// <param name="Format">Its syntax.</param>
public sealed record IncludedSource(string Name, string Text, HoconFormat Format);

/// <summary>What an include resolver found.</summary>
public sealed class IncludeResult
{
    private IncludeResult(IReadOnlyList<IncludedSource> sources, HoconErrorKind? refusal, string? reason)
    {
        Sources = sources;
        Refusal = refusal;
        Reason = reason;
    }

    /// <summary>No such source: ignored unless the include is required.</summary>
    public static IncludeResult NotFound { get; } = new([], null, null);

    /// <summary>The sources, in the order in which they are merged (a later one overrides an earlier one).</summary>
    public IReadOnlyList<IncludedSource> Sources { get; }

    /// <summary>Why the source cannot be had although it is not missing; null when it is not refused.</summary>
    public HoconErrorKind? Refusal { get; }

    /// <summary>The refusal in words.</summary>
    public string? Reason { get; }

    /// <summary>These sources, merged in this order.</summary>
    public static IncludeResult Found(params IReadOnlyList<IncludedSource> sources) => new(sources, null, null);

    /// <summary>A failure that is an error even for an include that is not required.</summary>
    public static IncludeResult Refused(HoconErrorKind kind, string reason) => new([], kind, reason);
}
