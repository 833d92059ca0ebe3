using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Timers;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Topic multicast and broadcast in one namespace. A message is pushed along its origin's tree, which every
/// node computes from the link-state table, and announced by id beside the tree; who misses it asks
/// (the eager push and lazy pull of PlumTree: Leitão, Pereira, Rodrigues, 2007). So trees make it cheap and
/// announcements make it certain: no two nodes need the same view. Every message is delivered at most once
/// here: the window of seen ids is exact and moves only with the origin's signed floor.
/// <code>
///   from the origin itself   proven by the session: delivered; its signature is checked before it is passed on
///   from a relay             signature, payload hash and membership are checked before anything else is done
/// </code>
/// The publisher's own modules are not delivered to.
/// </summary>
public sealed class MulticastCore
{
    // In a view without a tree to us nobody pushes, so there is nothing to wait for.
    private const int TrimsPerRetention = 8;

    private readonly DisseminationSettings _settings;
    private readonly PublicationScope _scope;
    private readonly IdentityCurve _curve;
    private readonly INodeKey _key;
    private readonly NodeId _self;
    private readonly ulong _epoch;
    private readonly int _maxTypeBytes;
    private readonly HashSet<NodeId> _peers = [];
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeId, OriginLog> _logs = [];
    private readonly Dictionary<ulong, NodeId> _byReference = [];
    private readonly Dictionary<NodeId, TokenBucket> _answers = [];
    private readonly ArrivalLog _arrivals = new();
    private readonly PendingOrigins _pending;
    private readonly MissingIds _missing;
    private readonly AnnouncementPlan _announcements;
    private readonly TreeCache _trees;
    private readonly Alarm _alarm = new();
    private MulticastView _view = MulticastView.Empty;
    private ulong _seq;
    private DateTimeOffset? _announceAt;
    private DateTimeOffset? _trimAt;

    /// <summary>Makes the core of one namespace.</summary>
    /// <param name="settings">Retention, window, intervals and limits.</param>
    /// <param name="scope">Network and namespace.</param>
    /// <param name="curve">Verifies signatures.</param>
    /// <param name="key">Signs what this node publishes.</param>
    /// <param name="epoch">This node's incarnation.</param>
    /// <param name="seqBase">The first message gets the seq above; a namespace that restarts within one epoch takes a base above all it used.</param>
    /// <param name="maxTypeBytes">Longest message type, in UTF-8.</param>
    public MulticastCore(
        DisseminationSettings settings,
        PublicationScope scope,
        IdentityCurve curve,
        INodeKey key,
        ulong epoch,
        ulong seqBase,
        int maxTypeBytes)
    {
        _settings = settings;
        _scope = scope;
        _curve = curve;
        _key = key;
        _self = key.Id;
        _epoch = epoch;
        _seq = seqBase;
        _maxTypeBytes = maxTypeBytes;
        _pending = new PendingOrigins(settings);
        _missing = new MissingIds(settings);
        _announcements = new AnnouncementPlan(settings);
        _trees = new TreeCache(_self);
    }

    /// <summary>Topics whose messages are delivered here.</summary>
    public IReadOnlySet<string> Topics => _topics;

    /// <summary>Messages held for others, of all origins.</summary>
    public int RetainedMessages => _logs.Values.Sum(static log => log.Count);

    /// <summary>Bytes held for others, of all origins.</summary>
    public long RetainedBytes => _logs.Values.Sum(static log => log.Bytes);

    /// <summary>Ids announced to us and not here yet.</summary>
    public int MissingMessages => _missing.Count;

    /// <summary>Delivers a topic's messages from now on. False when there are too many topics or its name is out of bounds.</summary>
    public bool TrySubscribe(string topic)
    {
        if (!IsTopic(topic) || (!_topics.Contains(topic) && _topics.Count >= _settings.MaxTopics))
        {
            return false;
        }

        _topics.Add(topic);
        return true;
    }

    /// <summary>Delivers a topic's messages no more.</summary>
    public void Unsubscribe(string topic) => _topics.Remove(topic);

    /// <summary>
    /// Publishes a message; the answer is a Published or PublishRefused effect. The payload is referenced as
    /// long as it is retained, so it must never change.
    /// </summary>
    /// <param name="topic">Null broadcasts to all members. A topic need not be one's own.</param>
    /// <param name="type">Message type at the receivers.</param>
    /// <param name="payload">Any bytes, none included.</param>
    /// <param name="lane">Lane on every link; not control.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void Publish(string? topic, string type, ReadOnlyMemory<byte> payload, Lane lane, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var log = OwnLog();
        log.Trim(now);
        if (WhyRefused(log, topic, type, payload.Length, lane) is { } refusal)
        {
            effects.Add(new MulticastEffect.PublishRefused(refusal));
            return;
        }

        var id = new MessageId(_self, _epoch, ++_seq);
        var header = PublicationHeader.Sign(_scope, _key, id, log.Oldest?.Header.Id.Seq ?? id.Seq, lane, topic, type, payload.Span);
        var place = PlaceUnder(header);
        var targets = place.Children.Where(_peers.Contains).ToList();

        // A peer that the table does not show yet: nobody else can know that it is there.
        targets.AddRange(_peers.Where(peer => !place.Tree.Contains(peer) && _view.Wants(peer, topic)));
        Push(header, payload, targets, effects);
        log.Seen.SlideTo(header.Floor);
        Retain(log, header, payload, from: null, targets, isVerified: true, now);
        effects.Add(new MulticastEffect.Published(id, place.Wanted + targets.Count(peer => !place.Tree.Contains(peer))));
        Rearm(now, effects);
    }

    /// <summary>A peer's session in this namespace is up: it is told all that is held here.</summary>
    public void HandlePeerUp(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!_peers.Add(peer))
        {
            return;
        }

        _trees.Clear();
        _byReference[peer.Reference] = peer;
        _announcements.PeerUp(peer, _arrivals.NextIndex, now);
        AnnounceTo(peer, effects);
        Rearm(now, effects);
    }

    /// <summary>The session is gone.</summary>
    public void HandlePeerDown(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!_peers.Remove(peer))
        {
            return;
        }

        _trees.Clear();
        _answers.Remove(peer);
        _announcements.PeerDown(peer);
        _missing.PeerDown(peer, now);
        AskForMissing(now, effects);
        Rearm(now, effects);
    }

    /// <summary>A Send effect could not be carried out because the peer's queue is full: its ids are announced again later.</summary>
    public void HandleNotSent(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _announcements.StartOver(peer);
        Rearm(now, effects);
    }

    /// <summary>Links, members, topics or verdicts changed.</summary>
    public void HandleView(MulticastView view, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _view = view;
        _trees.Clear();
        _byReference.Clear();
        foreach (var node in view.Members.Keys.Concat(view.Graph.Nodes).Concat(_peers).Concat(_logs.Keys))
        {
            _byReference[node.Reference] = node;
        }

        foreach (var log in _logs.Values.Where(log => log.Origin != _self && view.Membership.Check(log.Origin) == MembershipVerdict.Refused).ToArray())
        {
            log.Close();
            _logs.Remove(log.Origin);
        }

        foreach (var (from, bytes) in _pending.TakeJudged(view.Membership))
        {
            HandlePublication(from, bytes, now, effects);
        }

        Rearm(now, effects);
    }

    /// <summary>Bytes from a peer. They are judged completely; nothing throws.</summary>
    /// <param name="from">The peer that the session proves.</param>
    /// <param name="bytes">One message; a publication's payload is referenced, not copied.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void HandleReceived(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!_peers.Contains(from))
        {
            Drop(MulticastDrop.NotAPeer, from, effects);
            return;
        }

        switch (bytes.IsEmpty ? default : (MulticastKind)bytes.Span[0])
        {
            case MulticastKind.Publication:
                HandlePublication(from, bytes, now, effects);
                break;
            case MulticastKind.Announce when MulticastWire.TryRead(bytes, _settings.MaxAnnouncedIds, out var flags, out var announced):
                HandleAnnounce(from, flags, announced, now, effects);
                break;
            case MulticastKind.Want when MulticastWire.TryRead(bytes, _settings.MaxAnnouncedIds, out _, out var wanted):
                HandleWant(from, wanted, now, effects);
                break;
            default:
                Drop(MulticastDrop.Malformed, from, effects);
                break;
        }

        AskForMissing(now, effects);
        Rearm(now, effects);
    }

    /// <summary>A scheduled timer fired; a stale token does nothing.</summary>
    public void HandleTimer(long token, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!_alarm.Accepts(token))
        {
            return;
        }

        if (_announceAt <= now)
        {
            _announceAt = null;
            foreach (var peer in _announcements.NextPeers(_arrivals, now))
            {
                AnnounceTo(peer, effects);
            }
        }

        if (_trimAt <= now)
        {
            _trimAt = null;
            foreach (var log in _logs.Values)
            {
                log.Trim(now);
            }

            _arrivals.Compact();
        }

        AskForMissing(now, effects);
        Rearm(now, effects);
    }

    private static void Drop(MulticastDrop reason, NodeId from, List<MulticastEffect> effects) =>
        effects.Add(new MulticastEffect.Dropped(reason, from));

    private bool IsTopic(string topic) =>
        topic.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(topic) <= Math.Min(_settings.MaxTopicBytes, ushort.MaxValue - 1);

    private PublishRefusal? WhyRefused(OriginLog log, string? topic, string type, int payloadBytes, Lane lane)
    {
        if (topic is not null && !IsTopic(topic))
        {
            return PublishRefusal.BadTopic;
        }

        if (type.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(type) > Math.Min(_maxTypeBytes, ushort.MaxValue))
        {
            return PublishRefusal.BadType;
        }

        // The head counts as well; its exact length is known only when it is signed.
        var most = payloadBytes + 1024L + ((long)type.Length * 4) + ((topic?.Length ?? 0) * 4L);
        return lane is Lane.Control || !Lanes.IsKnown((byte)lane) ? PublishRefusal.BadLane
            : most > _settings.RetentionBytes ? PublishRefusal.PayloadTooLarge
            : !log.HasRoomFor(most) || _seq + 1 - (log.Oldest?.Header.Id.Seq ?? _seq + 1) >= (ulong)_settings.DedupWindow ? PublishRefusal.RetentionFull
            : null;
    }

    private OriginLog OwnLog()
    {
        if (!_logs.TryGetValue(_self, out var log))
        {
            _logs[_self] = log = new OriginLog(_self, _epoch, _seq + 1, _settings);
        }

        return log;
    }

    private TreePlace PlaceUnder(PublicationHeader header) =>
        PlaceUnder(header.Id.Origin, TreePolicy.MaxChildren(MemberCount, header.PayloadLengthBytes), header.Topic);

    private TreePlace PlaceUnder(NodeId origin, int maxChildren, string? topic) =>
        _trees.PlaceUnder(origin, maxChildren, topic, _view, _peers);

    private int MemberCount => Math.Max(_view.Members.Count, _peers.Count + 1);

    private void Push(PublicationHeader header, ReadOnlyMemory<byte> payload, List<NodeId> targets, List<MulticastEffect> effects)
    {
        foreach (var target in targets)
        {
            effects.Add(new MulticastEffect.Send(target, header.Lane, header.Bytes, payload));
        }
    }

    private void Retain(
        OriginLog log,
        PublicationHeader header,
        ReadOnlyMemory<byte> payload,
        NodeId? from,
        List<NodeId> pushedTo,
        bool isVerified,
        DateTimeOffset now)
    {
        var message = new RetainedMessage(header, payload, _arrivals.NextIndex, now, from, pushedTo) { IsVerified = isVerified };
        _arrivals.Append(message);
        log.Hold(message, now);
    }

    private void HandlePublication(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!PublicationHeader.TryRead(bytes, _settings.MaxTopicBytes, _maxTypeBytes, out var header, out var payload))
        {
            Drop(MulticastDrop.Malformed, from, effects);
            return;
        }

        var origin = header.Id.Origin;
        var verdict = origin == from ? MembershipVerdict.Member : _view.Membership.Check(origin);
        if (origin == _self)
        {
            Drop(MulticastDrop.Own, from, effects);
        }
        else if (verdict == MembershipVerdict.Refused)
        {
            Drop(MulticastDrop.RefusedOrigin, from, effects);
        }
        else if (verdict == MembershipVerdict.Unknown)
        {
            if (!_pending.TryHold(from, header.Id, bytes))
            {
                Drop(MulticastDrop.TooManyPending, from, effects);
            }
        }
        else if (IsNews(header, from, effects))
        {
            Accept(header, payload, from, now, effects);
        }
    }

    // Everything here is cheap, so that copies and stale messages cost no signature check.
    private bool IsNews(PublicationHeader header, NodeId from, List<MulticastEffect> effects)
    {
        MulticastDrop? drop = null;
        var floor = header.Floor;
        if (_logs.TryGetValue(header.Id.Origin, out var log) && header.Id.Epoch <= log.Epoch)
        {
            floor = Math.Max(floor, log.Seen.Floor);
            var verdict = header.Id.Epoch < log.Epoch ? WindowVerdict.New : log.Seen.Judge(header.Id.Seq);
            drop = header.Id.Epoch < log.Epoch ? MulticastDrop.OldEpoch
                : verdict == WindowVerdict.BelowFloor ? MulticastDrop.BelowFloor
                : verdict == WindowVerdict.Seen ? MulticastDrop.Duplicate
                : null;
            if (drop == MulticastDrop.Duplicate)
            {
                CompareCopies(log, header, effects);
            }
        }

        drop ??= header.Id.Seq - floor >= (ulong)_settings.DedupWindow ? MulticastDrop.BeyondWindow : null;
        if (drop is { } reason)
        {
            Drop(reason, from, effects);
        }

        return drop is null;
    }

    private void CompareCopies(OriginLog log, PublicationHeader copy, List<MulticastEffect> effects)
    {
        if (log.TryGet(copy.Id.Seq, out var held)
            && !held.Header.HasSameContent(copy)
            && copy.VerifyHead(_scope, _curve)
            && (held.IsVerified || held.Header.VerifyHead(_scope, _curve)))
        {
            effects.Add(new MulticastEffect.Equivocation(copy.Id, held.Header, copy));
        }
    }

    private void Accept(PublicationHeader header, ReadOnlyMemory<byte> payload, NodeId from, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var origin = header.Id.Origin;
        var targets = PlaceUnder(header).Children.Where(child => child != from && _peers.Contains(child)).ToList();
        var mustVerify = from != origin || targets.Count > 0;
        if (mustVerify && !header.Verify(_scope, _curve, payload.Span))
        {
            Drop(MulticastDrop.BadSignature, from, effects);
            return;
        }

        var log = OpenLog(header);
        log.Seen.SlideTo(header.Floor);
        log.Seen.Mark(header.Id.Seq);
        _missing.Arrived(header.Id);
        if (header.Topic is null || _topics.Contains(header.Topic))
        {
            effects.Add(new MulticastEffect.Deliver(origin, header.Topic, header.Type, header.Id, payload));
        }

        Push(header, payload, targets, effects);
        Retain(log, header, payload, from, targets, mustVerify, now);
    }

    // A new epoch closes the old one: its messages are no longer held, and late copies are of an old epoch.
    private OriginLog OpenLog(PublicationHeader header)
    {
        var origin = header.Id.Origin;
        if (_logs.TryGetValue(origin, out var log) && log.Epoch == header.Id.Epoch)
        {
            return log;
        }

        log?.Close();
        _byReference[origin.Reference] = origin;
        return _logs[origin] = new OriginLog(origin, header.Id.Epoch, header.Floor, _settings);
    }

    private void AnnounceTo(NodeId peer, List<MulticastEffect> effects)
    {
        var messages = _announcements.Take(peer, _arrivals, message => _view.Wants(peer, message.Header.Topic), out var flags);
        if (messages.Count > 0)
        {
            var announcement = MulticastWire.Compose(MulticastKind.Announce, flags, ToRanges(messages.Select(static message => message.Header.Id)));
            effects.Add(new MulticastEffect.Send(peer, Lane.Gossip, announcement, default));
        }
    }

    private static List<OriginRanges> ToRanges(IEnumerable<MessageId> ids) =>
        ids.GroupBy(static id => (id.Origin, id.Epoch))
            .Select(static group => new OriginRanges(group.Key.Origin.Reference, group.Key.Epoch, SeqRange.Join(group.Select(static id => id.Seq).Order())))
            .ToList();

    private void HandleAnnounce(NodeId from, IdFlags flags, List<OriginRanges> announced, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var budget = (long)_settings.DedupWindow;
        foreach (var runs in announced)
        {
            if (!_byReference.TryGetValue(runs.OriginReference, out var origin))
            {
                Drop(MulticastDrop.UnknownOrigin, from, effects);
                continue;
            }

            _logs.TryGetValue(origin, out var log);
            if (origin == _self || (log is not null && runs.Epoch < log.Epoch))
            {
                continue;
            }

            var isPushed = (flags & IdFlags.History) == 0 && PlaceUnder(origin, int.MaxValue, topic: null).ReachesUs;
            var askAt = isPushed ? now + _settings.WantDelay : now;
            foreach (var range in runs.Ranges)
            {
                budget -= range.Count;
                if (budget < 0 || !TryTrack(range, origin, runs.Epoch, log, from, askAt))
                {
                    Drop(MulticastDrop.TooManyAnnounced, from, effects);
                    return;
                }
            }
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

    private void AskForMissing(DateTimeOffset now, List<MulticastEffect> effects)
    {
        var silent = new List<NodeId>();
        foreach (var (peer, ids) in _missing.Pump(now, silent))
        {
            effects.Add(new MulticastEffect.Send(peer, Lane.Gossip, MulticastWire.Compose(MulticastKind.Want, IdFlags.None, ToRanges(ids)), default));
        }

        foreach (var announcer in silent)
        {
            Drop(MulticastDrop.WantUnanswered, announcer, effects);
        }
    }

    private void HandleWant(NodeId from, List<OriginRanges> wanted, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var budget = (long)_settings.MaxAnnouncedIds;
        var notHeld = false;
        foreach (var runs in wanted)
        {
            var log = _byReference.TryGetValue(runs.OriginReference, out var origin) || IsSelf(runs, out origin)
                ? _logs.GetValueOrDefault(origin)
                : null;
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
                        Drop(MulticastDrop.WantOverAllowance, from, effects);
                        return;
                    }
                }
            }
        }

        if (notHeld)
        {
            Drop(MulticastDrop.NotHeld, from, effects);
        }
    }

    private bool IsSelf(OriginRanges runs, out NodeId origin)
    {
        origin = _self;
        return runs.OriginReference == _self.Reference;
    }

    private bool TryAnswer(NodeId to, RetainedMessage message, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!message.IsVerified)
        {
            if (!message.Header.Verify(_scope, _curve, message.Payload.Span))
            {
                Drop(MulticastDrop.BadSignature, message.Header.Id.Origin, effects);
                return true;
            }

            message.IsVerified = true;
        }

        // One retention of one origin at once, and again over each retention time: more nobody can need.
        var bucket = _answers.TryGetValue(to, out var known)
            ? known
            : new TokenBucket(_settings.RetentionBytes / _settings.RetentionTime.TotalSeconds, _settings.RetentionBytes, now);
        var taken = bucket.TryTake(message.SizeBytes, now);
        _answers[to] = bucket;
        if (taken)
        {
            effects.Add(new MulticastEffect.Send(to, message.Header.Lane, message.Header.Bytes, message.Payload));
        }

        return taken;
    }

    private void Rearm(DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_announceAt is null && _announcements.HasWork(_arrivals, now))
        {
            _announceAt = now + _settings.AnnounceInterval;
        }

        if (_trimAt is null && !_arrivals.IsEmpty)
        {
            _trimAt = now + (_settings.RetentionTime / TrimsPerRetention);
        }

        var at = Earlier(Earlier(_announceAt, _trimAt), _missing.NextDue);
        if (at is { } due && _alarm.TryArm(due, now, out var token, out var delay))
        {
            effects.Add(new MulticastEffect.Schedule(token, delay));
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;
}
