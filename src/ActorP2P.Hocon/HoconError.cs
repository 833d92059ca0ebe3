namespace ActorP2P.Hocon;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">One sentence for the person who wrote the configuration, without its place.</param>
/// <param name="Origin">Where the cause stands.</param>
/// <param name="Path">The setting it concerns, when there is one.</param>
public sealed record HoconError(HoconErrorKind Kind, string Message, HoconOrigin Origin, string? Path = null)
{
    private const int MaxMessageChars = 240;

    /// <summary>One sentence for the person who wrote the configuration, shortened in its middle when it quotes something huge.</summary>
    public string Message { get; init; } = Shorten(Message);

    /// <summary>The setting it concerns, when there is one; shortened as the message is.</summary>
    public string? Path { get; init; } = Path is null ? null : Shorten(Path);

    /// <summary>Place, path (when known) and message in one line.</summary>
    public override string ToString() =>
        Path is null ? $"{Origin}: {Message}" : $"{Origin}: {Path}: {Message}";

    private static string Shorten(string text) =>
        text.Length <= MaxMessageChars
            ? text
            : string.Concat(text.AsSpan(0, MaxMessageChars / 2), "...", text.AsSpan(text.Length - (MaxMessageChars / 2)));
}
