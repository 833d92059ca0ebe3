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
    NodeId self,
    Neighbourhood neighbourhood,
    OriginTable origins,
    Func<RetainedMessage, bool> verify)
{
    private readonly AnnouncementPlan _announcements = new(settings);
    private readonly MissingIds _missing = new(settings);
    private readonly Dictionary<NodeId, TokenBucket> _answers = [];
    private DateTimeOffset? _announceAt;

    internal int MissingMessages => _missing.Count;

    /// <summary>When there is something to do next.</summary>
    internal DateTimeOffset? NextDue(DateTimeOffset now)
    {
        if (_announceAt is null && _announcements.HasWork(origins.Arrivals, now))
        {
            _announceAt = now + settings.AnnounceInterval;
        }

        return _missing.NextDue() is { } due && !(_announceAt <= due) ? due : _announceAt;
    }

    internal void PeerUp(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _announcements.PeerUp(peer, origins.Arrivals.NextIndex, now);
        AnnounceTo(peer, effects);
    }

    internal void PeerDown(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _answers.Remove(peer);
        _announcements.PeerDown(peer);
        _missing.PeerDown(peer, now);
        AskForMissing(now, effects);
    }

    internal void NotSent(NodeId peer) => _announcements.StartOver(peer);

    internal void Arrived(MessageId id) => _missing.Arrived(id);

    internal void Tick(DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_announceAt <= now)
        {
            _announceAt = null;
            foreach (var peer in _announcements.NextPeers(origins.Arrivals, now))
            {
                AnnounceTo(peer, effects);
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
            effects.Add(new MulticastEffect.Send(peer, Lane.Gossip, MulticastWire.Compose(MulticastKind.Want, IdFlags.None, ToRanges(ids)), default));
        }

        foreach (var announcer in silent)
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.WantUnanswered, announcer));
        }
    }

    internal void HandleAnnounce(NodeId from, IdFlags flags, List<OriginRanges> announced, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var budget = (long)settings.DedupWindow;
        foreach (var runs in announced)
        {
            if (!origins.TryResolve(runs.OriginReference, out var origin))
            {
                effects.Add(new MulticastEffect.Dropped(MulticastDrop.UnknownOrigin, from));
                continue;
            }

            origins.TryGet(origin, out var log);
            if (origin == self || (log is not null && runs.Epoch < log.Epoch))
            {
                continue;
            }

            var isPushed = (flags & IdFlags.History) == 0 && neighbourhood.IsReachedFrom(origin);
            var askAt = isPushed ? now + settings.WantDelay : now;
            foreach (var range in runs.Ranges)
            {
                budget -= range.Count;
                if (budget < 0 || !TryTrack(range, origin, runs.Epoch, log, from, askAt))
                {
                    effects.Add(new MulticastEffect.Dropped(MulticastDrop.TooManyAnnounced, from));
                    return;
                }
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

    private static List<OriginRanges> ToRanges(IEnumerable<MessageId> ids) =>
        ids.GroupBy(static id => (id.Origin, id.Epoch))
            .Select(static group => new OriginRanges(group.Key.Origin.Reference, group.Key.Epoch, SeqRange.Join(group.Select(static id => id.Seq).Order())))
            .ToList();

    private void AnnounceTo(NodeId peer, List<MulticastEffect> effects)
    {
        var messages = _announcements.Take(
            peer,
            origins.Arrivals,
            message => neighbourhood.View.Wants(peer, message.Header.Topic),
            out var flags);
        if (messages.Count > 0)
        {
            var announcement = MulticastWire.Compose(MulticastKind.Announce, flags, ToRanges(messages.Select(static message => message.Header.Id)));
            effects.Add(new MulticastEffect.Send(peer, Lane.Gossip, announcement, default));
        }
    }

    private bool TryTrack(SeqRange range, NodeId origin, ulong epoch, OriginLog? log, NodeId from, DateTimeOffset askAt)
    {
        for (var i = 0u; i < range.Count; i++)
        {
            var seq = range.First + i;
            var isMissing = log is null || log.Epoch != epoch || log.Seen.Judge(seq) == WindowVerdict.New;
            if (isMissing && !_missing.TryAdd(new MessageId(origin, epoch, seq), from, askAt))
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

        if (!message.IsVerified && !verify(message))
        {
            // Its origin lied to us alone; judged once, or every further question would cost a signature check.
            message.IsRefused = true;
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.BadSignature, message.Header.Id.Origin));
            return true;
        }

        message.IsVerified = true;

        // One retention of one origin at once, and again over each retention time: more nobody can need.
        var bucket = _answers.TryGetValue(to, out var known)
            ? known
            : new TokenBucket(settings.RetentionBytes / settings.RetentionTime.TotalSeconds, settings.RetentionBytes, now);
        var taken = bucket.TryTake(message.SizeBytes, now);
        _answers[to] = bucket;
        if (taken)
        {
            effects.Add(new MulticastEffect.Send(to, message.Header.Lane, message.Header.Bytes, message.Payload));
        }

        return taken;
    }
}
