namespace ActorP2P.Hocon;

/// <summary>A configuration that cannot be parsed, resolved or converted. Carries every error found.</summary>
public sealed class HoconException : Exception
{
    /// <summary>Wraps one error.</summary>
    public HoconException(HoconError error, Exception? cause = null)
        : base(error.ToString(), cause)
    {
        Errors = [error];
    }

    /// <summary>Wraps several errors.</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public HoconException(IReadOnlyList<HoconError> errors)
        : base(string.Join('\n', errors))
    {
        if (errors.Count == 0)
            throw new ArgumentException("An exception needs at least one error.", nameof(errors));
        Errors = errors;
    }

    /// <summary>Every error, in the order found; at least one.</summary>
    public IReadOnlyList<HoconError> Errors { get; }

    /// <summary>Kind of the first error.</summary>
    public HoconErrorKind Kind => Errors[0].Kind;

    /// <summary>Place of the first error.</summary>
    public HoconOrigin Origin => Errors[0].Origin;

    /// <summary>Line of the first error, from 1.</summary>
    public int Line => Origin.Line;

    /// <summary>Column of the first error, from 1.</summary>
    public int Column => Origin.Column;
}
