namespace ActorP2P.Protocol.Dissemination;

/// <summary>A run of seqs.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Count">How many, at least 1.</param>
public readonly record struct SeqRange(ulong First, uint Count)
{
    /// <summary>Joins ascending seqs to runs.</summary>
    internal static List<SeqRange> Join(IEnumerable<ulong> ascending)
    {
        var ranges = new List<SeqRange>();
        foreach (var seq in ascending)
        {
            if (ranges.Count > 0 && ranges[^1] is var last && last.First + last.Count == seq)
            {
                ranges[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                ranges.Add(new SeqRange(seq, 1));
            }
        }

        return ranges;
    }
}

/// <summary>Runs of one origin's messages, by reference.</summary>
/// <param name="OriginReference">First 8 bytes of the origin's ID.</param>
/// <param name="Epoch">The origin's epoch.</param>
/// <param name="Ranges">Runs of seqs.</param>
public sealed record OriginRanges(ulong OriginReference, ulong Epoch, IReadOnlyList<SeqRange> Ranges);
