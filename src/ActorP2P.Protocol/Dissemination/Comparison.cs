using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Finds an origin that signed two contents under one id when each half of the network holds one of them and nobody
/// misses anything. Announced runs carry the sum of their fingerprints; where a sum differs from ours the announcer is
/// asked for finer runs, down to one id, and then for the signed head, which is the evidence.
/// </summary>
internal sealed class Comparison(OriginTable origins, PublicationProof proof)
{
    /// <summary>Parts into which a run is cut by one step: two steps from the longest run to one id.</summary>
    internal const int Parts = 64;

    // Each step is one small message; an honest origin never needs any.
    private const double StepsPerSecond = 2;
    private const double StepBurst = 32;

    private readonly Dictionary<NodeId, (TokenBucket Asked, TokenBucket Answered)> _allowances = [];

    internal void PeerDown(NodeId peer) => _allowances.Remove(peer);

    /// <summary>Compares an announced run with what is held here; runs that are not held as a whole are not compared.</summary>
    internal void Compare(NodeId from, OriginLog log, SeqRange range, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (TrySum(log, range, out var sum) && sum != range.Sum && TryTake(from, isAnswer: false, now))
        {
            var run = new OriginRanges(log.Origin.Reference, log.Epoch, [range]);
            effects.Add(new MulticastEffect.Send(from, Lane.Gossip, MulticastWire.Compose(MulticastKind.Compare, IdFlags.None, [run]), default));
        }
    }

    /// <summary>Answers a peer whose sum of a run differs from ours.</summary>
    internal void HandleCompare(NodeId from, List<OriginRanges> asked, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (asked is not [{ Ranges: [var range] } run])
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.Malformed, from));
        }
        else if (!origins.TryResolve(run.OriginReference, out var origin)
            || !origins.TryGet(origin, out var log)
            || log.Epoch != run.Epoch
            || !TrySum(log, range, out _))
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.NotHeld, from));
        }
        else if (!TryTake(from, isAnswer: true, now))
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.WantOverAllowance, from));
        }
        else if (range.Count == 1 && log.TryGet(range.First, out var message))
        {
            byte[] head = [(byte)MulticastKind.Head, .. message.Header.Bytes.Span];
            effects.Add(new MulticastEffect.Send(from, Lane.Gossip, head, default));
        }
        else
        {
            var parts = new OriginRanges(run.OriginReference, run.Epoch, Cut(log, range));
            effects.Add(new MulticastEffect.Send(from, Lane.Gossip, MulticastWire.Compose(MulticastKind.Announce, IdFlags.None, [parts]), default));
        }
    }

    /// <summary>A signed head: evidence when it names a held id with another content and both verify.</summary>
    internal void HandleHead(PublicationHeader head, List<MulticastEffect> effects)
    {
        if (origins.TryGet(head.Id.Origin, out var log) && log.Epoch == head.Id.Epoch && log.TryGet(head.Id.Seq, out var held))
        {
            Judge(held, head, effects);
        }
    }

    /// <summary>Reports two contents under one id, once.</summary>
    internal void Judge(RetainedMessage held, PublicationHeader copy, List<MulticastEffect> effects)
    {
        if (!held.IsEquivocal
            && !held.Header.HasSameContent(copy)
            && proof.VerifyHead(copy)
            && (held.IsVerified || proof.VerifyHead(held.Header)))
        {
            held.IsEquivocal = true;
            effects.Add(new MulticastEffect.Equivocation(copy.Id, held.Header, copy));
        }
    }

    private static IEnumerable<SeqRange> Pieces(SeqRange range)
    {
        var length = (range.Count + Parts - 1) / Parts;
        for (var first = 0u; first < range.Count; first += length)
        {
            yield return new SeqRange(range.First + first, Math.Min(length, range.Count - first));
        }
    }

    private SeqRange[] Cut(OriginLog log, SeqRange range) =>
        [.. Pieces(range).Select(piece => piece with { Sum = TrySum(log, piece, out var sum) ? sum : 0 })];

    // What was reported once is not compared again, or every round would bring the same evidence.
    private bool TrySum(OriginLog log, SeqRange range, out ulong sum)
    {
        sum = 0;
        if (range.Count > log.Count)
        {
            return false;
        }

        for (var i = 0u; i < range.Count; i++)
        {
            if (!log.TryGet(range.First + i, out var message) || message.IsEquivocal)
            {
                return false;
            }

            sum = unchecked(sum + proof.Fingerprint(message.Header));
        }

        return true;
    }

    private bool TryTake(NodeId peer, bool isAnswer, DateTimeOffset now)
    {
        if (!_allowances.TryGetValue(peer, out var allowance))
        {
            allowance = (new TokenBucket(StepsPerSecond, StepBurst, now), new TokenBucket(StepsPerSecond, StepBurst, now));
        }

        var taken = isAnswer ? allowance.Answered.TryTake(1, now) : allowance.Asked.TryTake(1, now);
        _allowances[peer] = allowance;
        return taken;
    }
}
