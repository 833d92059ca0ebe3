namespace ActorP2P.Hocon;

/// <summary>What the parser may reach beyond the text it is given.</summary>
public sealed record HoconParseOptions
{
    /// <summary>No includes, the environment of the process, default limits.</summary>
    public static HoconParseOptions Default { get; } = new();

    /// <summary>Name of the source in origins and errors.</summary>
    public string Source { get; init; } = "string";

    /// <summary>Finds included sources; without one every include is treated as not found.</summary>
    public IIncludeResolver? Includes { get; init; }

    /// <summary>
    /// Looks up an environment variable, null when it is not set. Substitutions that find nothing in the
    /// configuration end here. Defaults to the environment of the process.
    /// </summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Bounds on time and memory.</summary>
    public HoconLimits Limits { get; init; } = HoconLimits.Default;
}
