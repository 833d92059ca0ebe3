namespace ActorP2P.Hocon;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">One sentence for the person who wrote the configuration, without its place.</param>
/// <param name="Origin">Where the cause stands.</param>
/// <param name="Path">The setting it concerns, when there is one.</param>
public sealed record HoconError(HoconErrorKind Kind, string Message, HoconOrigin Origin, string? Path = null)
{
    /// <summary>Place, path (when known) and message in one line.</summary>
    public override string ToString() =>
        Path is null ? $"{Origin}: {Message}" : $"{Origin}: {Path}: {Message}";
}
