using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// What makes delivery certain whatever the trees did: ids are announced to linked members, missing ones are
/// asked for, and asked ones are answered while they are held.
/// </summary>
internal sealed class Repair(
    DisseminationSettings settings,
    OwnOrigin self,
    Neighbourhood neighbourhood,
    OriginTable origins,
    Comparison comparison,
    LargeMessages large,
    PublicationProof proof)
{
    // Gathers what one answer brought, so that what is offered below costs one announcement and not one a message.
    private static readonly TimeSpan OfferDelay = TimeSpan.FromMilliseconds(5);

    private readonly AnnouncementPlan _announcements = new(settings);
    private readonly MissingIds _missing = new(settings);
    private readonly Dictionary<NodeId, TokenBucket> _answers = [];
    private readonly Dictionary<NodeId, List<PublicationHeader>> _offers = [];
    private DateTimeOffset? _offerAt;

    internal int MissingMessages => _missing.Count;

    internal int QueuedEntries => _missing.QueuedEntries;

    /// <summary>When there is something to do next.</summary>
    internal DateTimeOffset? NextDue(DateTimeOffset now)
    {
        var due = Earlier(_missing.NextDue(), _offerAt);
        return neighbourhood.Peers.Count == 0 ? due : Earlier(due, _announcements.NextDue(origins.Arrivals, now));
    }

    internal void PeerUp(NodeId peer, List<MulticastEffect> effects)
    {
        if (origins.Arrivals.NextIndex > 0)
        {
            _announcements.TellAll(peer, origins.Arrivals.NextIndex, isHistory: true);
            CatchUp(peer, effects);
        }
    }

    internal void PeerDown(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _answers.Remove(peer);
        _offers.Remove(peer);
        _announcements.PeerDown(peer);
        comparison.PeerDown(peer);
        _missing.PeerDown(peer, now);
        AskForMissing(now, effects);
    }

    internal void NotSent(NodeId peer) => _announcements.TellAll(peer, origins.Arrivals.NextIndex, isHistory: false);

    /// <summary>A message is here. True when it was asked of the peer that brought it, and who else has announced it.</summary>
    internal bool Arrived(MessageId id, NodeId from, out IReadOnlyList<NodeId> holders) => _missing.Arrived(id, from, out holders);

    /// <summary>
    /// Tells a node below us in the tree of a message that came by repair. It may have been repaired there too, so the
    /// payload itself would often be a second copy.
    /// </summary>
    internal void Offer(NodeId to, PublicationHeader header, DateTimeOffset now)
    {
        (_offers.TryGetValue(to, out var offers) ? offers : _offers[to] = []).Add(header);
        _offerAt ??= now + OfferDelay;
    }

    internal void Tick(DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_offerAt <= now)
        {
            _offerAt = null;
            foreach (var (peer, headers) in _offers)
            {
                Announce(peer, IdFlags.History, headers, effects);
            }

            _offers.Clear();
        }

        if (_announcements.NextDue(origins.Arrivals, now) <= now)
        {
            foreach (var (peer, messages) in _announcements.TakeDue(origins.Arrivals, neighbourhood.LazyLinks, ChildrenOf, IsWanted, now))
            {
                Announce(peer, IdFlags.None, messages.ConvertAll(static message => message.Header), effects);
            }

            foreach (var peer in _announcements.CatchingUp())
            {
                CatchUp(peer, effects);
            }
        }

        AskForMissing(now, effects);
    }

    internal void AskForMissing(DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_missing.Count == 0)
        {
            return;
        }

        var silent = new List<NodeId>();
        foreach (var (peer, ids) in _missing.Pump(now, silent))
        {
            var ranges = OriginRanges.Of(ids.Select(static id => (id, 0UL)));
            effects.Add(new MulticastEffect.Send(peer, Lane.Gossip, MulticastWire.Compose(MulticastKind.Want, IdFlags.None, ranges), default));
        }

        foreach (var announcer in silent)
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.WantUnanswered, announcer));
        }
    }

    internal void HandleAnnounce(NodeId from, IdFlags flags, List<OriginRanges> announced, DateTimeOffset now, List<MulticastEffect> effects)
    {
        // An honest announcement names no more; so what one costs here is bounded, however few bytes it has.
        if (announced.Sum(static runs => runs.Ranges.Sum(static range => (long)range.Count)) > settings.MaxAnnouncedIds)
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.TooManyAnnounced, from));
            return;
        }

        foreach (var runs in announced)
        {
            if (!origins.TryResolve(runs.OriginReference, out var origin))
            {
                effects.Add(new MulticastEffect.Dropped(MulticastDrop.UnknownOrigin, from));
            }
            else if (!TryTake(origin, runs, flags, from, now, effects))
            {
                effects.Add(new MulticastEffect.Dropped(MulticastDrop.TooManyAnnounced, from));
                return;
            }
        }
    }

    internal void HandleWant(NodeId from, List<OriginRanges> wanted, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var budget = settings.MaxAnnouncedIds;
        var notHeld = false;
        foreach (var runs in wanted)
        {
            var log = origins.TryResolve(runs.OriginReference, out var origin) && origins.TryGet(origin, out var known) ? known : null;
            foreach (var range in runs.Ranges)
            {
                for (var i = 0u; i < range.Count && budget > 0; i++, budget--)
                {
                    if (log is null || log.Epoch != runs.Epoch || !log.TryGet(range.First + i, out var message))
                    {
                        notHeld = true;
                    }
                    else if (!TryAnswer(from, message, now, effects))
                    {
                        effects.Add(new MulticastEffect.Dropped(MulticastDrop.WantOverAllowance, from));
                        return;
                    }
                }
            }
        }

        if (notHeld)
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.NotHeld, from));
        }
    }

    internal void HandleWantChunks(NodeId from, ReadOnlyMemory<byte> message, DateTimeOffset now, List<MulticastEffect> effects)
    {
        MulticastDrop? drop = null;
        if (!ChunkWire.TryReadWant(message, out var id, out var runs))
        {
            drop = MulticastDrop.Malformed;
        }
        else if (large.Find(id, runs) is not { } found)
        {
            drop = MulticastDrop.NotHeld;
        }
        else if (!TryTakeAllowance(from, found.Chunks.Sum(static chunk => (long)chunk.Data.Length), now))
        {
            drop = MulticastDrop.WantOverAllowance;
        }
        else
        {
            found.Chunks.ForEach(chunk => LargeMessages.PushChunk(found.Header, chunk.Index, chunk.Data, [from], effects));
        }

        if (drop is { } reason)
        {
            effects.Add(new MulticastEffect.Dropped(reason, from));
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    private IEnumerable<NodeId> ChildrenOf(RetainedMessage message) => neighbourhood.PlaceUnder(message.Header).Children.Where(neighbourhood.Peers.Contains);

    private bool IsWanted(NodeId peer, RetainedMessage message) => neighbourhood.HasUseFor(peer, message.Header);

    private void CatchUp(NodeId peer, List<MulticastEffect> effects)
    {
        var messages = _announcements.TakeCatchUp(peer, origins.Arrivals, IsWanted, out var flags);
        Announce(peer, flags, messages.ConvertAll(static message => message.Header), effects);
    }

    private void Announce(NodeId peer, IdFlags flags, List<PublicationHeader> headers, List<MulticastEffect> effects)
    {
        foreach (var part in headers.Chunk(_announcements.MaxIds))
        {
            var ranges = OriginRanges.Of(part.Select(header => (header.Id, proof.Fingerprint(header))));
            effects.Add(new MulticastEffect.Send(peer, Lane.Gossip, MulticastWire.Compose(MulticastKind.Announce, flags, ranges), default));
        }
    }

    // False when the peer has announced too many that never came.
    private bool TryTake(NodeId origin, OriginRanges runs, IdFlags flags, NodeId from, DateTimeOffset now, List<MulticastEffect> effects)
    {
        origins.TryGet(origin, out var log);
        if (log is not null && runs.Epoch < log.Epoch)
        {
            return true;
        }

        log = log?.Epoch == runs.Epoch ? log : null;
        var isPushed = (flags & IdFlags.History) == 0 && neighbourhood.IsReachedFrom(origin);
        var askAt = isPushed ? now + settings.WantDelay : now;
        foreach (var range in runs.Ranges)
        {
            if (log is not null)
            {
                comparison.Compare(from, log, range, now, effects);
            }

            if (!self.Is(origin) && !TryTrack(range, origin, runs.Epoch, log, from, askAt, now))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTrack(SeqRange range, NodeId origin, ulong epoch, OriginLog? log, NodeId from, DateTimeOffset askAt, DateTimeOffset now)
    {
        var end = range.First + range.Count;
        for (var seq = range.First; seq < end; seq++)
        {
            if (log is not null)
            {
                if (log.Seen.NextNew(seq, end) is not { } next)
                {
                    return true;
                }

                seq = next;
            }

            var id = new MessageId(origin, epoch, seq);
            if (!large.TryAddSource(id, from) && !_missing.TryAdd(id, from, askAt, now))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAnswer(NodeId to, RetainedMessage message, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (message.IsRefused)
        {
            return true;
        }

        if (!message.IsVerified && !proof.Verify(message.Header, message.Hashed))
        {
            // Its origin lied to us alone; judged once, or every further question would cost a signature check.
            message.IsRefused = true;
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.BadSignature, message.Header.Id.Origin));
            return true;
        }

        message.IsVerified = true;

        if (!TryTakeAllowance(to, message.SizeBytes, now))
        {
            return false;
        }

        if (message.Manifest.IsEmpty)
        {
            effects.Add(new MulticastEffect.Send(to, message.Header.Lane, message.Header.Bytes, message.Payload));
        }
        else
        {
            LargeMessages.Push(message.Header, message.Manifest, message.Payload, [to], effects);
        }

        return true;
    }

    // One retention of one origin at once, and again over each retention time: more nobody can need.
    private bool TryTakeAllowance(NodeId to, long bytes, DateTimeOffset now)
    {
        var bucket = _answers.TryGetValue(to, out var known)
            ? known
            : new TokenBucket(settings.RetentionBytes / settings.RetentionTime.TotalSeconds, settings.RetentionBytes, now);
        var taken = bucket.TryTake(bytes, now);
        _answers[to] = bucket;
        return taken;
    }
}
