using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Finds an origin that signed two contents under one id when each half of the network holds one of them and nobody
/// misses anything. Announced runs carry the sum of their fingerprints; where a sum differs from ours the announcer is
/// asked for finer runs, down to one id, and then for the signed head, which is the evidence.
/// </summary>
internal sealed class Comparison(OriginTable origins, PublicationProof proof, SignaturePatience patience)
{
    /// <summary>Parts into which a run is cut by one step: two steps from the longest run to one id.</summary>
    internal const int Parts = 64;

    // Each step is one small message; an honest origin never needs any.
    private const double StepsPerSecond = 2;
    private const double StepBurst = 32;

    // Announced runs that are held here cost a look at each id, for a few bytes of the announcer. Beyond this they are not
    // compared; a later round is.
    private const double IdsPerSecond = 65_536;
    private const double IdBurst = 262_144;

    private readonly Dictionary<NodeId, Allowance> _allowances = [];

    /// <summary>Ids whose fingerprints were looked up.</summary>
    internal long IdsSummed { get; private set; }

    internal void PeerDown(NodeId peer) => _allowances.Remove(peer);

    /// <summary>Compares an announced run with what is held here; runs that are not held as a whole are not compared.</summary>
    internal void Compare(NodeId from, OriginLog log, SeqRange range, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var allowance = AllowanceOf(from, now);
        if (allowance.Ids.TryTake(range.Count, now) && TrySum(log, range, out var sum) && sum != range.Sum && allowance.Asked.TryTake(1, now))
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
        else if (!AllowanceOf(from, now).Answered.TryTake(1, now))
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.WantOverAllowance, from));
        }
        else if (!origins.TryResolve(run.OriginReference, out var origin)
            || !origins.TryGet(origin, out var log)
            || log.Epoch != run.Epoch
            || !TrySum(log, range, out _))
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.NotHeld, from));
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
    internal void HandleHead(NodeId from, PublicationHeader head, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (origins.TryGet(head.Id.Origin, out var log) && log.Epoch == head.Id.Epoch && log.TryGet(head.Id.Seq, out var held))
        {
            Judge(from, held, head, now, effects);
        }
        else
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.NotHeld, from));
        }
    }

    /// <summary>Reports two contents under one id, once. A copy that proves nothing counts against who brought it.</summary>
    internal void Judge(NodeId from, RetainedMessage held, PublicationHeader copy, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (held.IsEquivocal || held.IsRefused || held.Header.HasSameContent(copy))
        {
            return;
        }

        if (!patience.IsLeft(from, now))
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.TooManyBadSignatures, from));
        }
        else if (!proof.VerifyHead(copy))
        {
            patience.Lose(from, now);
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.BadSignature, from));
        }
        else if (held.IsVerified || proof.VerifyHead(held.Header))
        {
            (held.IsVerified, held.IsEquivocal) = (true, true);
            effects.Add(new MulticastEffect.Equivocation(copy.Id, held.Header, copy));
        }
        else
        {
            held.IsRefused = true;
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

            IdsSummed++;
            sum = unchecked(sum + proof.Fingerprint(message.Header));
        }

        return true;
    }

    private Allowance AllowanceOf(NodeId peer, DateTimeOffset now)
    {
        if (!_allowances.TryGetValue(peer, out var allowance))
        {
            _allowances[peer] = allowance = new Allowance
            {
                Asked = new TokenBucket(StepsPerSecond, StepBurst, now),
                Answered = new TokenBucket(StepsPerSecond, StepBurst, now),
                Ids = new TokenBucket(IdsPerSecond, IdBurst, now),
            };
        }

        return allowance;
    }

    // Its buckets change in place.
    private sealed class Allowance
    {
        internal TokenBucket Asked;
        internal TokenBucket Answered;
        internal TokenBucket Ids;
    }
}
