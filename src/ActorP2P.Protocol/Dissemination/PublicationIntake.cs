using System.Runtime.InteropServices;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Judges a received publication, cheap checks first; delivers, passes on and retains what is good and new.</summary>
internal sealed class PublicationIntake(
    DisseminationSettings settings,
    PublicationProof proof,
    NodeId self,
    int maxTypeBytes,
    Neighbourhood neighbourhood,
    OriginTable origins,
    PendingOrigins pending,
    Comparison comparison,
    Repair repair,
    IReadOnlySet<string> topics)
{
    private const double BadSignaturesPerSecond = 1;
    private const double BadSignatureBurst = 32;

    private readonly Dictionary<NodeId, TokenBucket> _patience = [];

    internal void PeerDown(NodeId peer) => _patience.Remove(peer);

    internal static void Push(PublicationHeader header, ReadOnlyMemory<byte> payload, List<NodeId> targets, List<MulticastEffect> effects)
    {
        foreach (var target in targets)
        {
            effects.Add(new MulticastEffect.Send(target, header.Lane, header.Bytes, payload));
        }
    }

    internal void Handle(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!PublicationHeader.TryRead(bytes, settings.MaxTopicBytes, maxTypeBytes, out var header, out var payload))
        {
            Drop(MulticastDrop.Malformed, from, effects);
            return;
        }

        var origin = header.Id.Origin;
        var verdict = origin == from ? MembershipVerdict.Member : neighbourhood.View.Membership.Check(origin);
        if (origin == self)
        {
            Drop(MulticastDrop.Own, from, effects);
        }
        else if (verdict == MembershipVerdict.Refused)
        {
            Drop(MulticastDrop.RefusedOrigin, from, effects);
        }
        else if (verdict == MembershipVerdict.Unknown)
        {
            if (!pending.TryHold(from, header.Id, Owned(bytes), now))
            {
                Drop(MulticastDrop.TooManyPending, from, effects);
            }
        }
        else if (IsNews(header, from, effects))
        {
            var owned = Owned(bytes);
            if (!owned.Equals(bytes))
            {
                _ = PublicationHeader.TryRead(owned, settings.MaxTopicBytes, maxTypeBytes, out header, out payload);
            }

            Accept(header!, payload, from, now, effects);
        }
    }

    // What is retained counts its own bytes; as a slice it would keep the whole read buffer with its strangers' bytes alive.
    private static ReadOnlyMemory<byte> Owned(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var buffer) && buffer.Array!.Length / 2 <= bytes.Length ? bytes : bytes.ToArray();

    // Everything here is cheap, so that copies and stale messages cost no signature check.
    private bool IsNews(PublicationHeader header, NodeId from, List<MulticastEffect> effects)
    {
        MulticastDrop? drop = null;
        var floor = header.Floor;
        if (origins.TryGet(header.Id.Origin, out var log) && header.Id.Epoch <= log.Epoch)
        {
            floor = Math.Max(floor, log.Seen.Floor);
            var verdict = header.Id.Epoch < log.Epoch ? WindowVerdict.New : log.Seen.Judge(header.Id.Seq);
            drop = header.Id.Epoch < log.Epoch ? MulticastDrop.OldEpoch
                : verdict == WindowVerdict.BelowFloor ? MulticastDrop.BelowFloor
                : verdict == WindowVerdict.Seen ? MulticastDrop.Duplicate
                : null;
            if (drop == MulticastDrop.Duplicate && log.TryGet(header.Id.Seq, out var held))
            {
                comparison.Judge(held, header, effects);
            }
        }

        drop ??= header.Id.Seq - floor >= (ulong)settings.DedupWindow ? MulticastDrop.BeyondWindow : null;
        if (drop is { } reason)
        {
            Drop(reason, from, effects);
        }

        return drop is null;
    }

    private void Accept(PublicationHeader header, ReadOnlyMemory<byte> payload, NodeId from, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var origin = header.Id.Origin;
        var targets = neighbourhood.PlaceUnder(header).Children.Where(child => child != from && neighbourhood.Peers.Contains(child)).ToList();
        var mustVerify = from != origin || targets.Count > 0;
        if (mustVerify && WhyNotProven(header, payload, from, now) is { } reason)
        {
            Drop(reason, from, effects);
            return;
        }

        var log = origins.Open(header);
        log.Seen.SlideTo(header.Floor);
        log.Seen.Mark(header.Id.Seq);
        var isRepaired = repair.Arrived(header.Id, from, out var holders);
        if (header.Topic is null || topics.Contains(header.Topic))
        {
            effects.Add(new MulticastEffect.Deliver(origin, header.Topic, header.Type, header.Id, payload));
        }

        if (isRepaired)
        {
            targets.RemoveAll(holders.Contains);
            targets.ForEach(target => repair.Offer(target, header, now));
            targets = [];
        }

        Push(header, payload, targets, effects);
        foreach (var evicted in origins.Retain(log, header, payload, from, targets, mustVerify, now))
        {
            Drop(MulticastDrop.Evicted, evicted, effects);
        }
    }

    // Who passes on what does not verify lies or is broken; each such message would cost a signature check.
    private MulticastDrop? WhyNotProven(PublicationHeader header, ReadOnlyMemory<byte> payload, NodeId from, DateTimeOffset now)
    {
        var patience = _patience.TryGetValue(from, out var known) ? known : new TokenBucket(BadSignaturesPerSecond, BadSignatureBurst, now);
        if (patience.Available(now) < 1)
        {
            return MulticastDrop.TooManyBadSignatures;
        }

        if (proof.Verify(header, payload.Span))
        {
            return null;
        }

        patience.TryTake(1, now);
        _patience[from] = patience;
        return MulticastDrop.BadSignature;
    }

    private static void Drop(MulticastDrop reason, NodeId from, List<MulticastEffect> effects) =>
        effects.Add(new MulticastEffect.Dropped(reason, from));
}
