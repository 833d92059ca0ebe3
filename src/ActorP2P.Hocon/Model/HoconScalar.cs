namespace ActorP2P.Hocon;

/// <summary>A string, number, boolean or null. Immutable.</summary>
public sealed class HoconScalar : HoconValue
{
    private readonly HoconValueKind _kind;

    internal HoconScalar(HoconValueKind kind, string text, HoconOrigin origin)
        : base(origin)
    {
        _kind = kind;
        Text = text;
    }

    /// <summary>The value as written, without quotes and with escapes undone; "null" for null.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public override HoconValueKind Kind => _kind;

    internal override long TreeSize => 1;
}
