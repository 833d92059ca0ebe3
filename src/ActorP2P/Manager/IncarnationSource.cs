namespace ActorP2P;

/// <summary>
/// Numbers the starts of namespaces within one epoch of the node. A namespace's sequence numbers begin at its
/// incarnation shifted left by <see cref="SeqBits"/>, so that a restart never repeats an id. It is handed to actors
/// as an argument of theirs, so it outlives each of them.
/// </summary>
internal sealed class IncarnationSource
{
    /// <summary>Room for sequence numbers below an incarnation: 2^40 messages, in 2^24 incarnations.</summary>
    public const int SeqBits = 40;

    private long _last = -1;

    /// <summary>The first sequence number of a fresh incarnation.</summary>
    public ulong NextSeqBase() => (ulong)Interlocked.Increment(ref _last) << SeqBits;
}
