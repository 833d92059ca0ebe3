using ActorP2P.Protocol.Frames;
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
public sealed partial class MulticastCore
{
    private const int TrimsPerRetention = 8;

    private readonly DisseminationSettings _settings;
    private readonly PublicationProof _proof;
    private readonly List<PublicationDraft> _drafts = [];
    private INodeKey _key;
    private readonly OwnOrigin _self;
    private readonly ulong _epoch;
    private readonly int _maxTypeBytes;
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);
    private readonly Neighbourhood _neighbourhood;
    private readonly OriginTable _origins;
    private readonly PendingOrigins _pending;
    private readonly LargeMessages _large;
    private readonly Comparison _comparison;
    private readonly Repair _repair;
    private readonly PublicationIntake _intake;
    private readonly SignaturePatience _patience = new();
    private readonly Alarm _alarm = new();
    private ulong _seq;
    private DateTimeOffset? _trimAt;

    /// <summary>Makes the core of one namespace.</summary>
    /// <param name="settings">Retention, window, intervals and limits.</param>
    /// <param name="scope">Network and namespace.</param>
    /// <param name="curve">Verifies signatures.</param>
    /// <param name="key">Signs what this node publishes.</param>
    /// <param name="epoch">This node's incarnation.</param>
    /// <param name="seqBase">The first message gets the seq above; a namespace that restarts within one epoch takes a base above all it used.</param>
    /// <param name="maxTypeBytes">Longest message type, in UTF-8.</param>
    /// <param name="isSigned">False in a closed network that does without origin signatures: then any member can publish in the name of any other.</param>
    /// <param name="seen">What a former core of this namespace saw; null to begin with nothing.</param>
    public MulticastCore(
        DisseminationSettings settings,
        PublicationScope scope,
        IdentityCurve curve,
        INodeKey key,
        ulong epoch,
        ulong seqBase,
        int maxTypeBytes,
        bool isSigned = true,
        SeenPublications? seen = null)
    {
        _settings = settings;
        _proof = new PublicationProof(scope, curve, isSigned);
        _key = key;
        _self = new OwnOrigin(key.Id);
        _epoch = epoch;
        _seq = seqBase;
        _maxTypeBytes = maxTypeBytes;
        _neighbourhood = new Neighbourhood(_self);
        _origins = new OriginTable(settings, _self, seen ?? new SeenPublications());
        _pending = new PendingOrigins(settings);
        _large = new LargeMessages(settings, _origins);
        _comparison = new Comparison(_origins, _proof, _patience);
        _repair = new Repair(settings, _self, _neighbourhood, _origins, _comparison, _large, _proof);
        _intake = new PublicationIntake(settings, _proof, _self, maxTypeBytes, _neighbourhood, _origins, _pending, _large, _comparison, _repair, _patience, _topics);
        _large.Completed = _intake.Complete;
    }

    /// <summary>Topics whose messages are delivered here.</summary>
    public IReadOnlySet<string> Topics => _topics;

    /// <summary>Messages held for others, of all origins.</summary>
    public int RetainedMessages => _origins.RetainedMessages;

    /// <summary>Bytes held for others, of all origins.</summary>
    public long RetainedBytes => _origins.RetainedBytes;

    /// <summary>Bytes of large messages that are not whole yet.</summary>
    public long UnderWayBytes => _large.Bytes;

    /// <summary>Ids announced to us and not here yet.</summary>
    public int MissingMessages => _repair.MissingMessages;

    internal int QueuedEntries => _repair.QueuedEntries;

    internal long IdsSummed => _comparison.IdsSummed;

    internal long PlacesComputed => _neighbourhood.PlacesComputed;

    internal long TreesComputed => _neighbourhood.TreesComputed;

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

    /// <summary>Signatures that were checked here.</summary>
    public long SignaturesChecked => _proof.SignaturesChecked;

    /// <summary>True while publications wait for <see cref="Flush"/>.</summary>
    public bool HasUnsent => _drafts.Count > 0;

    /// <summary>
    /// Publishes a message; the answer is a Published or PublishRefused effect. <see cref="Flush"/> sends it; until then
    /// it waits for others, because one signature covers many. The payload is referenced as long as it is
    /// retained, so it must never change.
    /// </summary>
    /// <param name="topic">Null broadcasts to all members. A topic need not be one's own.</param>
    /// <param name="type">Message type at the receivers.</param>
    /// <param name="payload">Any bytes, none included.</param>
    /// <param name="lane">Lane on every link; not control.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void Publish(string? topic, string type, ReadOnlyMemory<byte> payload, Lane lane, DateTimeOffset now, List<MulticastEffect> effects)
    {
        var log = _origins.Own(_epoch, _seq + 1);
        log.Trim(now);
        if (WhyRefused(log, topic, type, payload.Length, lane) is { } refusal)
        {
            effects.Add(new MulticastEffect.PublishRefused(refusal));
            return;
        }

        var id = new MessageId(_self.Id, _epoch, ++_seq);
        var floor = log.Oldest?.Header.Id.Seq ?? (_drafts.Count > 0 ? _drafts[0].Id.Seq : id.Seq);
        var draft = new PublicationDraft(id, floor, lane, topic, type, payload);
        _drafts.Add(draft);
        effects.Add(new MulticastEffect.Published(id, _neighbourhood.CountWanting(topic)));
        if (_drafts.Count == FlushTree.MaxLeaves)
        {
            Flush(now, effects);
        }
    }

    /// <summary>Signs what was published since the last flush, with one signature, and sends it.</summary>
    public void Flush(DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_drafts.Count == 0)
        {
            return;
        }

        var log = _origins.Own(_epoch, _drafts[0].Id.Seq);
        foreach (var (header, draft) in _proof.Sign(_key, _drafts).Zip(_drafts))
        {
            var place = _neighbourhood.PlaceUnder(header);
            var targets = place.Children.Where(_neighbourhood.Peers.Contains).ToList();

            // A peer that the table does not show yet: nobody else can know that it is there.
            targets.AddRange(_neighbourhood.Peers.Where(peer => !place.Tree.Contains(peer) && _neighbourhood.View.Wants(peer, header.Topic)));
            if (draft.Manifest.IsEmpty)
            {
                PublicationIntake.Push(header, draft.Payload, targets, effects);
            }
            else
            {
                LargeMessages.Push(header, draft.Manifest, draft.Payload, targets, effects);
            }

            log.Seen.SlideTo(header.Floor);
            foreach (var evicted in _origins.Retain(log, new Arrival(header, null, targets, IsVerified: true), draft.Payload, draft.Manifest, now))
            {
                effects.Add(new MulticastEffect.Dropped(MulticastDrop.Evicted, evicted));
            }
        }

        _drafts.Clear();
        Rearm(now, effects);
    }

    /// <summary>A peer's session in this namespace is up: it is told all that is held here.</summary>
    public void HandlePeerUp(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_neighbourhood.TryAdd(peer))
        {
            _origins.Name(peer);
            _repair.PeerUp(peer, effects);
            Rearm(now, effects);
        }
    }

    /// <summary>The session is gone.</summary>
    public void HandlePeerDown(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_neighbourhood.TryRemove(peer))
        {
            _patience.PeerDown(peer);
            _large.PeerDown(peer, now);
            _repair.PeerDown(peer, now, effects);
            Rearm(now, effects);
        }
    }

    /// <summary>A Send effect could not be carried out because the peer's queue is full: its ids are announced again later.</summary>
    public void HandleNotSent(NodeId peer, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _repair.NotSent(peer);
        Rearm(now, effects);
    }

    /// <summary>Links, members, topics or verdicts changed.</summary>
    public void HandleView(MulticastView view, DateTimeOffset now, List<MulticastEffect> effects)
    {
        _neighbourhood.Use(view);
        _origins.NameOnly(view.Members.Keys.Concat(view.Graph.Nodes).Concat(_neighbourhood.Peers));
        _origins.PurgeRefused(view.Membership);
        foreach (var (from, bytes) in _pending.TakeJudged(view.Membership))
        {
            _intake.Handle(from, bytes, now, effects);
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
        if (!_neighbourhood.Peers.Contains(from))
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.NotAPeer, from));
            return;
        }

        switch (bytes.IsEmpty ? default : (MulticastKind)bytes.Span[0])
        {
            case MulticastKind.Publication or MulticastKind.Manifest:
                _intake.Handle(from, bytes, now, effects);
                break;
            case MulticastKind.Announce when MulticastWire.TryRead(bytes, _settings.MaxAnnouncedIds, out var flags, out var announced):
                _repair.HandleAnnounce(from, flags, announced, now, effects);
                break;
            case MulticastKind.Want when MulticastWire.TryRead(bytes, _settings.MaxAnnouncedIds, out _, out var wanted):
                _repair.HandleWant(from, wanted, now, effects);
                break;
            case MulticastKind.Chunk:
                _large.HandleChunk(from, bytes, now, effects);
                break;
            case MulticastKind.WantChunks:
                _repair.HandleWantChunks(from, bytes, now, effects);
                break;
            case MulticastKind.Compare when MulticastWire.TryRead(bytes, 1, out _, out var asked):
                _comparison.HandleCompare(from, asked, now, effects);
                break;
            case MulticastKind.Head when PublicationHeader.TryReadHead(bytes[1..], _settings.MaxTopicBytes, _maxTypeBytes, out var head):
                _comparison.HandleHead(from, head, now, effects);
                break;
            default:
                effects.Add(new MulticastEffect.Dropped(MulticastDrop.Malformed, from));
                break;
        }

        _repair.AskForMissing(now, effects);
        Rearm(now, effects);
    }

    /// <summary>A scheduled timer fired; a stale token does nothing.</summary>
    public void HandleTimer(long token, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (!_alarm.Accepts(token))
        {
            return;
        }

        if (_trimAt <= now)
        {
            _trimAt = null;
            _origins.Trim(now);
        }

        _large.Tick(now, effects);
        _repair.Tick(now, effects);
        Rearm(now, effects);
    }

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

        var size = (long)payloadBytes + PublicationDraft.MaxLength(topic, type);
        var unsent = _drafts.Sum(static draft => draft.Payload.Length + (long)PublicationDraft.MaxLength(draft.Topic, draft.Type));
        return lane is Lane.Control || !Lanes.IsKnown((byte)lane) ? PublishRefusal.BadLane
            : size > _settings.RetentionBytes ? PublishRefusal.PayloadTooLarge
            : !log.HasRoomFor(_drafts.Count + 1, unsent + size) || _seq + 1 - (log.Oldest?.Header.Id.Seq ?? _seq + 1 - (ulong)_drafts.Count) >= (ulong)_settings.DedupWindow ? PublishRefusal.RetentionFull
            : null;
    }

    private void Rearm(DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_trimAt is null && !_origins.Arrivals.IsEmpty)
        {
            _trimAt = now + (_settings.RetentionTime / TrimsPerRetention);
        }

        DateTimeOffset?[] dues = [_trimAt, _repair.NextDue(now), _large.NextDue()];
        if (dues.Min() is { } due && _alarm.TryArm(due, now, out var token, out var delay))
        {
            effects.Add(new MulticastEffect.Schedule(token, delay));
        }
    }
}
