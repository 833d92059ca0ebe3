namespace ActorP2P.Protocol.Dissemination;

/// <summary>A run of seqs.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Count">How many, at least 1.</param>
/// <param name="Sum">In an announcement the sum of the contents' fingerprints, modulo 2^64; 0 in a question.</param>
public readonly record struct SeqRange(ulong First, uint Count, ulong Sum = 0)
{
    /// <summary>Joins ascending seqs to runs.</summary>
    internal static List<SeqRange> Join(IEnumerable<(ulong Seq, ulong Fingerprint)> ascending)
    {
        var ranges = new List<SeqRange>();
        foreach (var (seq, fingerprint) in ascending)
        {
            if (ranges.Count > 0 && ranges[^1] is var last && last.First + last.Count == seq)
            {
                ranges[^1] = last with { Count = last.Count + 1, Sum = unchecked(last.Sum + fingerprint) };
            }
            else
            {
                ranges.Add(new SeqRange(seq, 1, fingerprint));
            }
        }

        return ranges;
    }
}

/// <summary>Runs of one origin's messages, by reference.</summary>
/// <param name="OriginReference">First 8 bytes of the origin's ID.</param>
/// <param name="Epoch">The origin's epoch.</param>
/// <param name="Ranges">Runs of seqs.</param>
public sealed record OriginRanges(ulong OriginReference, ulong Epoch, IReadOnlyList<SeqRange> Ranges)
{
    /// <summary>Sorts ids into runs, with the fingerprint of each content.</summary>
    internal static List<OriginRanges> Of(IEnumerable<(MessageId Id, ulong Fingerprint)> ids) =>
        ids.GroupBy(static message => (message.Id.Origin, message.Id.Epoch))
            .Select(static group => new OriginRanges(
                group.Key.Origin.Reference,
                group.Key.Epoch,
                SeqRange.Join(group.Select(static message => (message.Id.Seq, message.Fingerprint)).OrderBy(static pair => pair.Seq))))
            .ToList();
}
