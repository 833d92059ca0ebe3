namespace ActorP2P.Hocon;

/// <summary>What all sources of one document share: limits, counters, and the chain of includes being read.</summary>
internal sealed class ParseSession(HoconParseOptions options)
{
    private readonly Stack<string> _reading = new();
    private int _includes;
    private int _nodes;

    public HoconLimits Limits => options.Limits;

    public IIncludeResolver? Includes => options.Includes;

    public void CountNode(HoconOrigin origin)
    {
        if (++_nodes > Limits.MaxNodes)
            throw Failure(HoconErrorKind.TooManyNodes, $"the configuration has more than {Limits.MaxNodes} values", origin);
    }

    /// <summary>Notes that a source is being read; false when it is being read already.</summary>
    public bool TryEnter(string source, HoconOrigin statement)
    {
        if (_reading.Contains(source))
            return false;
        // The document itself is the first source and no include.
        if (_reading.Count > Limits.MaxIncludeDepth || _includes > Limits.MaxIncludes)
            throw Failure(HoconErrorKind.TooManyIncludes, $"includes go deeper than {Limits.MaxIncludeDepth} or are more than {Limits.MaxIncludes}", statement);
        _includes++;
        _reading.Push(source);
        return true;
    }

    public void Leave() => _reading.Pop();

    public static HoconException Failure(HoconErrorKind kind, string message, HoconOrigin origin) => new(new HoconError(kind, message, origin));
}
