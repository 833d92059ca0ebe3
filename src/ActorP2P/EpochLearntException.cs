namespace ActorP2P;

/// <summary>
/// What belongs to one epoch ends, so that its supervisor begins it again under a higher one: handshakes, signed states and the
/// ids of publications all carry it.
/// </summary>
public sealed class EpochLearntException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="seen">The epoch under which this node's key has signed before.</param>
    /// <param name="epoch">The epoch from now on.</param>
    public EpochLearntException(ulong seen, ulong epoch)
        : base($"This node's key has signed under epoch {seen} before; it goes on under {epoch}.")
    {
    }
}
