using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Judges a received publication, cheap checks first; delivers, passes on and retains what is good and new.</summary>
internal sealed class PublicationIntake(
    DisseminationSettings settings,
    PublicationProof proof,
    OwnOrigin self,
    int maxTypeBytes,
    Neighbourhood neighbourhood,
    OriginTable origins,
    PendingOrigins pending,
    LargeMessages large,
    Comparison comparison,
    Repair repair,
    SignaturePatience patience,
    IReadOnlySet<string> topics)
{
    internal static void Push(PublicationHeader header, ReadOnlyMemory<byte> payload, List<NodeId> targets, List<MulticastEffect> effects)
    {
        foreach (var target in targets)
        {
            effects.Add(new MulticastEffect.Send(target, header.Lane, header.Bytes, payload));
        }
    }

    internal void Handle(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!TryRead(bytes, out var header, out var body))
        {
            Drop(MulticastDrop.Malformed, from, effects);
            return;
        }

        var origin = header.Id.Origin;
        var verdict = neighbourhood.View.Membership.Check(origin);
        if (origin == from && verdict == MembershipVerdict.Unknown)
        {
            // Its handshake has proven the certificate; the verdict is on its way here.
            verdict = MembershipVerdict.Member;
        }

        if (self.Is(origin))
        {
            Drop(MulticastDrop.Own, from, effects);
        }
        else if (verdict == MembershipVerdict.Refused)
        {
            Drop(MulticastDrop.RefusedOrigin, from, effects);
        }
        else if (!MembershipSnapshot.IsFinal(verdict))
        {
            pending.Hold(from, header.Id, OwnedBytes.Of(bytes), now, effects);
        }
        else if (IsNews(header, from, now, effects))
        {
            var owned = OwnedBytes.Of(bytes);
            if (!owned.Equals(bytes))
            {
                _ = TryRead(owned, out header, out body);
            }

            Accept(header!, body, from, now, effects);
        }
    }

    /// <summary>A large message is whole.</summary>
    internal void Complete(Assembly assembly, DateTimeOffset now, List<MulticastEffect> effects)
    {
        // Its origin may have gone on, or lost its membership, while the chunks came.
        var header = assembly.Header;
        if (neighbourhood.View.Membership.Check(header.Id.Origin) == MembershipVerdict.Refused)
        {
            Drop(MulticastDrop.RefusedOrigin, assembly.From, effects);
        }
        else if (IsNews(header, assembly.From, now, effects))
        {
            assembly.OfferTo.ForEach(target => repair.Offer(target, header, now));
            Finish(assembly.Arrival, assembly.Join(), assembly.Manifest, now, effects);
        }
    }

    private bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out PublicationHeader? header, out ReadOnlyMemory<byte> body) =>
        (MulticastKind)bytes.Span[0] == MulticastKind.Manifest
            ? PublicationHeader.TryReadManifest(bytes, settings.MaxTopicBytes, maxTypeBytes, settings.RetentionBytes, out header, out body)
            : PublicationHeader.TryRead(bytes, settings.MaxTopicBytes, maxTypeBytes, out header, out body);

    // Everything here is cheap, so that copies and stale messages cost no signature check; of other contents few are checked.
    private bool IsNews(PublicationHeader header, NodeId from, DateTimeOffset now, List<MulticastEffect> effects)
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
                comparison.Judge(from, held, header, now, effects);
            }
        }

        drop ??= header.Id.Seq - floor >= (ulong)settings.DedupWindow ? MulticastDrop.BeyondWindow : null;
        if (drop is { } reason)
        {
            Drop(reason, from, effects);
        }

        return drop is null;
    }

    private void Accept(PublicationHeader header, ReadOnlyMemory<byte> body, NodeId from, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var isLarge = LargePayload.IsLarge(header.PayloadLengthBytes);
        if (isLarge && large.TryAddSource(header.Id, from))
        {
            Drop(MulticastDrop.Duplicate, from, effects);
            return;
        }

        // A place in a tree may cost far more than a signature: what a relay brings is proven before there is one.
        var isRelayed = from != header.Id.Origin;
        var reason = isRelayed ? WhyNotProven(header, body, from, now) : null;
        List<NodeId> targets = reason is null ? [.. neighbourhood.PlaceUnder(header).Children.Where(child => child != from && neighbourhood.Peers.Contains(child))] : [];
        var isVerified = isRelayed || targets.Count > 0;
        reason ??= isRelayed ? null
            : isVerified ? WhyNotProven(header, body, from, now)
            : isLarge && !PublicationProof.IsNamed(header, body.Span) ? MulticastDrop.BadSignature
            : null;
        if (reason is { } drop)
        {
            Drop(drop, from, effects);
            return;
        }

        // What was asked for here may have been asked for below, too: its id goes there first.
        var isRepaired = repair.Arrived(header.Id, from, out var holders);
        var offers = isRepaired ? targets.Except(holders).ToList() : [];
        var arrival = new Arrival(header, from, isRepaired ? [] : targets, isVerified);
        if (isLarge)
        {
            Begin(new Assembly(arrival, body, offers, now), holders, now, effects);
            return;
        }

        offers.ForEach(target => repair.Offer(target, header, now));
        Push(header, body, arrival.PushedTo, effects);
        Finish(arrival, body, manifest: default, now, effects);
    }

    private void Begin(Assembly assembly, IReadOnlyList<NodeId> holders, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!large.TryBegin(assembly, now, effects))
        {
            Drop(MulticastDrop.TooManyUnderWay, assembly.From, effects);
            return;
        }

        foreach (var holder in holders)
        {
            assembly.AddSource(holder);
        }

        Push(assembly.Header, assembly.Manifest, assembly.Targets, effects);
    }

    private void Finish(Arrival arrival, ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> manifest, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var header = arrival.Header;
        var log = origins.Open(header);
        log.Seen.SlideTo(header.Floor);
        log.Seen.Mark(header.Id.Seq);
        if (header.Topic is null || topics.Contains(header.Topic))
        {
            effects.Add(new MulticastEffect.Deliver(header.Id.Origin, header.Topic, header.Type, header.Id, payload));
        }

        foreach (var evicted in origins.Retain(log, arrival, payload, manifest, now))
        {
            Drop(MulticastDrop.Evicted, evicted, effects);
        }
    }

    private MulticastDrop? WhyNotProven(PublicationHeader header, ReadOnlyMemory<byte> body, NodeId from, DateTimeOffset now)
    {
        if (!patience.IsLeft(from, now))
        {
            return MulticastDrop.TooManyBadSignatures;
        }

        if (proof.Verify(header, body.Span))
        {
            return null;
        }

        patience.Lose(from, now);
        return MulticastDrop.BadSignature;
    }

    private static void Drop(MulticastDrop reason, NodeId from, List<MulticastEffect> effects) =>
        effects.Add(new MulticastEffect.Dropped(reason, from));
}
