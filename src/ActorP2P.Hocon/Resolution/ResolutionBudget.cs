namespace ActorP2P.Hocon;

/// <summary>
/// What one resolution may still spend. A few lines of substitutions can describe a tree of astronomic
/// size ("billion laughs"), so copies, text, size and depth are each counted.
/// </summary>
internal sealed class ResolutionBudget(HoconLimits limits)
{
    private int _depth;
    private long _copies;
    private long _chars;

    public void Enter(HoconOrigin origin)
    {
        if (++_depth > limits.MaxResolveDepth)
            throw ParseSession.Failure(HoconErrorKind.ResolutionTooDeep, $"substitutions and nesting go deeper than {limits.MaxResolveDepth}", origin);
    }

    public void Leave() => _depth--;

    /// <summary>Counts fields or elements copied by a merge or a concatenation.</summary>
    public void SpendCopies(int count, HoconOrigin origin)
    {
        _copies += count;
        if (_copies > limits.MaxNodes)
            throw TooMany(origin);
    }

    /// <summary>Counts text made by concatenation, in UTF-16 code units.</summary>
    public void SpendChars(int count, HoconOrigin origin)
    {
        _chars += count;
        if (_chars > limits.MaxConcatenatedChars)
            throw ParseSession.Failure(HoconErrorKind.ConcatenationTooLarge, $"concatenation makes more than {limits.MaxConcatenatedChars} characters", origin);
    }

    /// <summary>Checks the size of a finished value, counted as the tree that a reader walks.</summary>
    public void CheckSize(HoconValue value)
    {
        if (value.TreeSize > limits.MaxNodes)
            throw TooMany(value.Origin);
    }

    private HoconException TooMany(HoconOrigin origin) =>
        ParseSession.Failure(HoconErrorKind.TooManyNodes, $"the configuration resolves to more than {limits.MaxNodes} values", origin);
}
