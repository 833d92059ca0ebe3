using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Timers;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Sync of signed states by seq gossip, the flow of FISCO BCOS's state sync with epochs and signatures: what
/// is held is announced on a timer; who sees something newer asks; the owner, or anybody who holds it,
/// answers; the receiver verifies, applies, announces on. A change is also pushed at once. Tables too large
/// to be announced whole are compared by digest first (Demers et al., Epidemic algorithms, 1987: anti-entropy
/// with checksums).
/// </summary>
public sealed partial class StateSyncCore
{
    // Tables that forget at different times differ meanwhile: the scans of two nodes are seconds apart, not minutes.
    private const int ExpiryScansPerLife = 1024;

    // Links that change steadily are told of every 0.8 s by default: a broken one is still routed around within 2 s.
    private const int MaxLinkStateThrottle = 8;

    // Nodes that started together must not all sign again in the same second.
    private const double RepublishJitter = 0.1;

    private readonly StateSyncSettings _settings;
    private readonly StateScope _scope;
    private INodeKey _key;
    private readonly IRandomSource _random;
    private readonly StateTable _table;
    private readonly OwnStates _own;
    private readonly StateAnnouncer _announcer;
    private readonly StateIntake _intake;
    private readonly StateExchange _exchange;
    private readonly Alarm _alarm = new();
    private DateTimeOffset _announceAt;
    private DateTimeOffset _expiryScanAt;

    /// <summary>Makes a core; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="settings">Intervals and limits.</param>
    /// <param name="limits">Limits on bodies.</param>
    /// <param name="scope">Link state of a network, or the state of one namespace.</param>
    /// <param name="curve">Verifies signatures.</param>
    /// <param name="key">Signs our own state.</param>
    /// <param name="epoch">Our incarnation; it must be above every earlier one.</param>
    /// <param name="membership">Verdicts on certificates.</param>
    /// <param name="random">Picks peers and jitter.</param>
    /// <param name="seqBase">The first state of each section gets the next seq: a core that starts again within one epoch begins above its predecessor.</param>
    public StateSyncCore(
        StateSyncSettings settings,
        StateLimits limits,
        StateScope scope,
        IdentityCurve curve,
        INodeKey key,
        ulong epoch,
        IMembership membership,
        IRandomSource random,
        ulong seqBase = 0)
    {
        _settings = settings;
        _scope = scope;
        _key = key;
        _random = random;
        var longest = settings.MinChangeInterval * (scope.Context == SignatureContext.LinkState ? MaxLinkStateThrottle : 1);
        _table = new StateTable(scope);
        _own = new OwnStates(scope, epoch, seqBase, settings.MinChangeInterval, longest);
        var queries = new QueryLedger(settings.MaxOrigins, settings.AnnounceInterval);
        _announcer = new StateAnnouncer(settings, _table, random);
        _intake = new StateIntake(settings, limits, scope, curve, key.Id, _own, _table, queries, membership);
        _exchange = new StateExchange(settings, limits, scope, _table, queries, _announcer, _intake);
    }

    /// <summary>What is held now.</summary>
    public StateTable Table => _table;

    /// <summary>Starts the timers.</summary>
    public void Start(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        _announceAt = now + NextAnnounceDelay();
        _expiryScanAt = now + (_settings.ExpireAfter / ExpiryScansPerLife);
        Rearm(now, effects);
    }

    /// <summary>
    /// Sets a section of our own state. It is signed and pushed after the debounce, together with what changes meanwhile; a
    /// section that was never set is not sent.
    /// </summary>
    /// <returns>The seq under which it will be published.</returns>
    /// <exception cref="ArgumentException">The section belongs to another scope.</exception>
    public ulong SetOwn(StateBody body, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!_scope.Has(body.Section))
        {
            throw new ArgumentException($"{body.Section} is no section of this scope.", nameof(body));
        }

        var own = _own[body.Section];
        own.Change(body, own.Body is null ? now : now + _settings.PushDebounce);
        PublishOwn(now, effects);
        Rearm(now, effects);
        return own.SeqOfBody;
    }

    /// <summary>A linked node can be talked to from now on: both sides tell each other all they hold.</summary>
    public void HandlePeerUp(NodeId peer, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (_announcer.TryAdd(peer))
        {
            _announcer.Tell(peer, AnnounceFlags.Exchange, effects);
            Rearm(now, effects);
        }
    }

    /// <summary>The peer is gone; what it said stays.</summary>
    public void HandlePeerDown(NodeId peer)
    {
        _announcer.Remove(peer);
        _exchange.Forget(peer);
    }

    /// <summary>Verdicts changed: held states are judged, states of refused owners go.</summary>
    /// <param name="membership">The verdicts from now on.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Receives what to do.</param>
    /// <param name="only">The one node whose verdict changed; null when it may be anybody's.</param>
    public void HandleMembership(IMembership membership, DateTimeOffset now, List<StateSyncEffect> effects, NodeId? only = null)
    {
        var news = _intake.Use(membership, only, now, effects);
        _announcer.PassOn(news, wasPushed: false, from: null, now, effects);
        Rearm(now, effects);
    }

    /// <summary>What shows a node that its key has signed under a higher epoch than this; null when nothing here does.</summary>
    public ReadOnlyMemory<byte>? ProofOfHigherEpoch(NodeId node, ulong epoch) =>
        _table.TryGet(node, _scope.Leading, out var entry) && entry.Signed is { } signed && signed.Epoch > epoch
            ? StateSyncWire.Answer(AnswerFlags.None, [signed])
            : default(ReadOnlyMemory<byte>?);

    /// <summary>
    /// Bytes from a linked peer. They are judged completely; nothing throws. From anybody else only a
    /// <see cref="ProofOfHigherEpoch"/> of ours counts.
    /// </summary>
    public void HandleReceived(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!_announcer.Peers.Contains(from))
        {
            if (!_exchange.TryHandleProof(from, bytes, now, effects))
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.NotAPeer, from));
            }

            return;
        }

        if (!_exchange.TryHandle(from, bytes, now, effects))
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.Malformed, from));
        }

        Rearm(now, effects);
    }

    /// <summary>A scheduled timer fired; a stale token does nothing.</summary>
    public void HandleTimer(long token, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!_alarm.Accepts(token))
        {
            return;
        }

        PublishOwn(now, effects);
        if (_announcer.PassOnAt <= now)
        {
            _announcer.PassOnGathered(now, effects);
        }

        if (_announceAt <= now)
        {
            _announcer.TellSome(effects);
            _announceAt = now + NextAnnounceDelay();
        }

        if (_expiryScanAt <= now)
        {
            _intake.Expire(now, effects);
            _expiryScanAt = now + (_settings.ExpireAfter / ExpiryScansPerLife);
        }

        Rearm(now, effects);
    }

    private void PublishOwn(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var news = default(List<SignedState>);
        foreach (var own in _own.All)
        {
            if (own.SignAt <= now && own.Body is { } body)
            {
                // A state signed again says nothing new: the next announcement is early enough for it.
                var isNew = own.IsChanged;
                var state = Sign(own, body, now, effects);
                if (isNew && _settings.PushOnChange)
                {
                    (news ??= []).Add(state);
                }
            }
        }

        if (news is not null)
        {
            _announcer.PushToAll(news, effects);
        }
    }

    private SignedState Sign(OwnState own, StateBody body, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var encoded = body.Encode();
        var seq = own.TakeSeq(encoded, now, now + (_settings.RepublishInterval * (1 - (RepublishJitter * _random.NextDouble()))));
        var state = SignedState.Sign(_scope, _key, _own.Epoch, seq, encoded);
        var old = _table.TryGet(_key.Id, body.Section, out var before) ? before.Body : null;
        _table.Set(new StateEntry(state, body, now));
        effects.Add(new StateSyncEffect.Applied(_key.Id, state.Epoch, state.Seq, old, body));
        return state;
    }

    private TimeSpan NextAnnounceDelay() =>
        _settings.AnnounceInterval * (1 + (_settings.AnnounceJitter * ((2 * _random.NextDouble()) - 1)));

    private void Rearm(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var at = _announceAt < _expiryScanAt ? _announceAt : _expiryScanAt;
        at = _own.SignAt < at ? _own.SignAt : at;
        at = _announcer.PassOnAt < at ? _announcer.PassOnAt : at;
        if (_announceAt != default && _alarm.TryArm(at, now, out var token, out var delay))
        {
            effects.Add(new StateSyncEffect.Schedule(token, delay));
        }
    }
}
