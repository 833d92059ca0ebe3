namespace ActorP2P;

/// <summary>
/// Counts the starts of the topology within this run of the node. Each start signs above the seqs of the one before,
/// or the others would take its first states for old ones, or for a second node with the same key.
/// </summary>
public sealed class TopologyStarts
{
    // A start signs at most once per debounce: 2^40 seqs last for thousands of years.
    private const int SeqBits = 40;

    private long _starts = -1;

    /// <summary>Below the first seq of this start.</summary>
    internal ulong NextSeqBase() => (ulong)Interlocked.Increment(ref _starts) << SeqBits;
}
