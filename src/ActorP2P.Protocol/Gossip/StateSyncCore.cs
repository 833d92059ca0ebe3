using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Timers;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Sync of signed states by seq gossip, the flow of FISCO BCOS's state sync with epochs and signatures: what
/// is held is announced on a timer; who sees something newer asks; the owner, or anybody who holds it,
/// answers; the receiver verifies, applies, announces on. A change is also pushed at once. Tables too large
/// to be announced whole are compared by digest first (Demers et al., Epidemic algorithms, 1987: anti-entropy
/// with checksums).
/// </summary>
public sealed class StateSyncCore
{
    // Up to here the table itself (32 bytes an entry) is as cheap as a digest and its answer.
    private const int WholeAnnouncementEntries = 32;

    // Answers a peer may ask for at once and over time; a node that joins asks for the whole table.
    private const int AnswerBurst = 32;
    private const double AnswersPerInterval = 4;

    // Changes of one owner that are applied at once; beyond it one for each debounce of the owner.
    private const int ChangeBurst = 10;

    // With e^-8 of the nodes left to the next tick, news names itself through a large network at the speed of its links.
    private const int AnnounceOnPeers = 8;

    private const int HeldAnswers = 16;
    private const int ExpiryScansPerLife = 64;

    private readonly StateSyncSettings _settings;
    private readonly StateLimits _limits;
    private readonly StateScope _scope;
    private readonly IdentityCurve _curve;
    private readonly INodeKey _key;
    private readonly IRandomSource _random;
    private readonly StateTable _table = new();
    private readonly OwnState _own;
    private readonly HeldStates _held;
    private readonly QueryLedger _queries;
    private readonly ChangeAllowance _changes;
    private readonly AnswerAllowance _answers;
    private readonly List<NodeId> _peers = [];
    private readonly Alarm _alarm = new();
    private IMembership _membership;
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
    /// <param name="seqBase">The first state gets the next seq: a core that starts again within one epoch begins above its predecessor.</param>
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
        _limits = limits;
        _scope = scope;
        _curve = curve;
        _key = key;
        _membership = membership;
        _random = random;
        _own = new OwnState(epoch, seqBase);
        _held = new HeldStates(settings.MaxOrigins, (long)settings.MaxAnswerBytes * HeldAnswers);
        _queries = new QueryLedger(settings.MaxOrigins, settings.AnnounceInterval);
        _changes = new ChangeAllowance(settings.PushDebounce, ChangeBurst);
        _answers = new AnswerAllowance(AnswersPerInterval / settings.AnnounceInterval.TotalSeconds, AnswerBurst);
    }

    /// <summary>What is held now.</summary>
    public StateTable Table => _table;

    /// <summary>Our present epoch.</summary>
    public ulong Epoch => _own.Epoch;

    /// <summary>Starts the timers.</summary>
    public void Start(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        _announceAt = now + NextAnnounceDelay();
        _expiryScanAt = now + (_settings.ExpireAfter / ExpiryScansPerLife);
        Rearm(now, effects);
    }

    /// <summary>Sets our own state. It is signed and pushed after the debounce, together with what changes meanwhile.</summary>
    /// <returns>The seq under which it will be published.</returns>
    public ulong SetOwn(StateBody body, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        _own.Change(body, _own.Body is null ? now : now + _settings.PushDebounce);
        if (_own.SignAt <= now)
        {
            PublishOwn(now, effects);
        }

        Rearm(now, effects);
        return _own.SeqOfBody;
    }

    /// <summary>Continues under a higher epoch, after <see cref="StateSyncEffect.EpochExceeded"/>; a lower one is ignored.</summary>
    public void RaiseEpoch(ulong epoch, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (epoch <= _own.Epoch)
        {
            return;
        }

        _own.Raise(epoch, now);
        if (_own.Body is not null)
        {
            PublishOwn(now, effects);
        }

        Rearm(now, effects);
    }

    /// <summary>A linked node can be talked to from now on: both sides tell each other all they hold.</summary>
    public void HandlePeerUp(NodeId peer, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (_peers.Contains(peer))
        {
            return;
        }

        _peers.Add(peer);
        if (_table.Count > WholeAnnouncementEntries)
        {
            effects.Add(new StateSyncEffect.Send(peer, StateSyncWire.Digest(_table.Root)));
        }
        else
        {
            AnnounceBuckets(peer, AnnounceFlags.Exchange, StateSyncWire.AllBuckets, effects);
        }

        Rearm(now, effects);
    }

    /// <summary>The peer is gone; what it said stays.</summary>
    public void HandlePeerDown(NodeId peer)
    {
        _peers.Remove(peer);
        _answers.Forget(peer);
    }

    /// <summary>Verdicts changed: held states are judged, states of refused owners go.</summary>
    public void HandleMembership(IMembership membership, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        _membership = membership;
        foreach (var entry in _table.Entries.Where(entry => entry.Node != _key.Id && membership.Check(entry.Node) == MembershipVerdict.Refused).ToArray())
        {
            _table.Remove(entry.Node);
            if (entry.Body is { } body)
            {
                effects.Add(new StateSyncEffect.Expired(entry.Node, body));
            }
        }

        var news = new List<SignedState>();
        foreach (var (state, body, from, verdict) in _held.TakeJudged(membership))
        {
            if (verdict == MembershipVerdict.Refused)
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.RefusedMember, from));
            }
            else if (TryApply(state, body, from, now, effects))
            {
                news.Add(state);
            }
        }

        AnnounceOn(news, PickPeers(AnnounceOnPeers, exceptFor: null), effects);
        Rearm(now, effects);
    }

    /// <summary>Bytes from a linked peer. They are judged completely; nothing throws.</summary>
    public void HandleReceived(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!_peers.Contains(from))
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.NotAPeer, from));
            return;
        }

        var reader = new WireReader(bytes);
        var understood = reader.TryReadByte(out var kind) && (StateSyncKind)kind switch
        {
            StateSyncKind.Announce => HandleAnnounce(from, ref reader, now, effects),
            StateSyncKind.Query => HandleQuery(from, ref reader, now, effects),
            StateSyncKind.Answer => HandleAnswer(from, ref reader, now, effects),
            StateSyncKind.Digest => HandleDigest(from, ref reader, effects),
            StateSyncKind.Buckets => HandleBuckets(from, ref reader, effects),
            _ => false,
        };
        if (!understood)
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

        if (_own.SignAt <= now)
        {
            PublishOwn(now, effects);
        }

        if (_announceAt <= now)
        {
            AnnounceOnTimer(effects);
            _announceAt = now + NextAnnounceDelay();
        }

        if (_expiryScanAt <= now)
        {
            Expire(now, effects);
            _expiryScanAt = now + (_settings.ExpireAfter / ExpiryScansPerLife);
        }

        Rearm(now, effects);
    }

    private void PublishOwn(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (_own.Body is not { } body)
        {
            return;
        }

        var seq = _own.TakeSeq(now + _settings.RepublishInterval);
        var state = SignedState.Sign(_scope, _key, _own.Epoch, seq, body.Encode());
        var old = _table.TryGet(_key.Id, out var before) ? before.Body : null;
        _table.Set(new StateEntry(state, body, now));
        effects.Add(new StateSyncEffect.Applied(_key.Id, state.Epoch, state.Seq, old, body));
        if (_settings.PushOnChange)
        {
            var push = StateSyncWire.Answer(AnswerFlags.Push, [state]);
            foreach (var peer in _peers)
            {
                effects.Add(new StateSyncEffect.Send(peer, push));
            }
        }
    }

    private void AnnounceOnTimer(List<StateSyncEffect> effects)
    {
        foreach (var peer in PickPeers(_settings.Fanout, exceptFor: null))
        {
            if (_table.Count > WholeAnnouncementEntries)
            {
                effects.Add(new StateSyncEffect.Send(peer, StateSyncWire.Digest(_table.Root)));
            }
            else
            {
                AnnounceBuckets(peer, AnnounceFlags.None, StateSyncWire.AllBuckets, effects);
            }
        }
    }

    // In messages of limited length; every bucket is whole in one of them, so the other side can tell what we lack.
    private void AnnounceBuckets(NodeId to, AnnounceFlags flags, ulong mask, List<StateSyncEffect> effects)
    {
        var most = Math.Clamp(_settings.MaxAnswerBytes / StateVersion.LengthBytes, 1, ushort.MaxValue);
        var batch = new List<StateVersion>();
        var batchMask = 0UL;
        foreach (var bucket in _table.VersionsIn(mask).ToLookup(static version => StateSyncWire.BucketOf(version.Reference)))
        {
            var versions = bucket.Take(most).ToList();
            if (batch.Count > 0 && batch.Count + versions.Count > most)
            {
                effects.Add(new StateSyncEffect.Send(to, StateSyncWire.Announce(flags, batchMask, batch)));
                batch = [];
                mask &= ~batchMask;
                batchMask = 0;
            }

            batch.AddRange(versions);
            batchMask |= 1UL << bucket.Key;
        }

        // The last message also names the buckets in which we hold nothing.
        var rest = batchMask | (mask & ~OccupiedBuckets());
        effects.Add(new StateSyncEffect.Send(to, StateSyncWire.Announce(flags, rest, batch)));
    }

    private ulong OccupiedBuckets()
    {
        var mask = 0UL;
        foreach (var entry in _table.Entries)
        {
            mask |= 1UL << StateSyncWire.BucketOf(entry.Version.Reference);
        }

        return mask;
    }

    private bool HandleAnnounce(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!reader.TryReadByte(out var flags)
            || !reader.TryReadUInt64(out var mask)
            || !StateSyncWire.TryReadVersions(ref reader, out var theirs))
        {
            return false;
        }

        var wanted = new List<StateVersion>();
        var full = false;
        foreach (var version in theirs)
        {
            var held = _table.TryGet(version.Reference, out var entry)
                ? entry.Version
                : _held.VersionOf(version.Reference) ?? new StateVersion(version.Reference, 0, 0, 0);
            if (version.IsNewsTo(held))
            {
                var permit = _queries.TryAsk(version, from, now);
                full |= permit == QueryPermit.Full;
                if (permit == QueryPermit.Ask)
                {
                    wanted.Add(held);
                }
            }
        }

        if (full)
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.TooManyQueries, from));
        }

        if (wanted.Count > 0)
        {
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Query(wanted)));
        }

        if (((AnnounceFlags)flags & AnnounceFlags.Exchange) != 0)
        {
            AnnounceBack(from, mask, theirs, now, effects);
        }

        return true;
    }

    private void AnnounceBack(NodeId to, ulong mask, List<StateVersion> theirs, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!_answers.TryTake(to, now))
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.QueryOverAllowance, to));
            return;
        }

        var most = Math.Clamp(_settings.MaxAnswerBytes / StateVersion.LengthBytes, 1, ushort.MaxValue);
        var known = theirs.GroupBy(static version => version.Reference).ToDictionary(static group => group.Key, static group => group.First());
        var news = _table.VersionsIn(mask)
            .Where(ours => !known.TryGetValue(ours.Reference, out var held) || ours.IsNewsTo(held))
            .Take(most)
            .ToArray();
        if (news.Length > 0)
        {
            effects.Add(new StateSyncEffect.Send(to, StateSyncWire.Announce(AnnounceFlags.None, 0, news)));
        }
    }

    private bool HandleQuery(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!StateSyncWire.TryReadVersions(ref reader, out var asked))
        {
            return false;
        }

        if (!_answers.TryTake(from, now))
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.QueryOverAllowance, from));
            return true;
        }

        var states = new List<SignedState>();
        var length = 0;
        var flags = AnswerFlags.None;
        foreach (var held in asked)
        {
            if (!_table.TryGet(held.Reference, out var entry) || entry.Signed is not { } state || !entry.Version.IsNewsTo(held))
            {
                continue;
            }

            if (states.Count > 0 && length + state.LengthBytes > _settings.MaxAnswerBytes)
            {
                flags = AnswerFlags.More;
                break;
            }

            states.Add(state);
            length += state.LengthBytes;
        }

        if (states.Count > 0)
        {
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Answer(flags, states)));
        }

        return true;
    }

    private bool HandleAnswer(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!reader.TryReadByte(out var flags) || !reader.TryReadUInt16(out var count))
        {
            return false;
        }

        var states = new List<SignedState>();
        for (var i = 0; i < count; i++)
        {
            if (!SignedState.TryRead(ref reader, _scope, _settings.MaxStateBytes, out var state))
            {
                return false;
            }

            states.Add(state);
        }

        if (reader.RemainingBytes != 0)
        {
            return false;
        }

        var news = states.FindAll(state => Judge(from, state, now, effects) is { } body && TryApply(state, body, from, now, effects));
        PassOn(from, (AnswerFlags)flags, news, effects);
        return true;
    }

    private void PassOn(NodeId from, AnswerFlags flags, List<SignedState> news, List<StateSyncEffect> effects)
    {
        if (news.Count == 0)
        {
            return;
        }

        // Only progress earns another round, so an endless "more" moves nothing.
        if ((flags & AnswerFlags.More) != 0)
        {
            _queries.CutShort(from);
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Buckets(_table.Buckets)));
        }

        // A push is passed on as such to a few; all that is news is named to some more, who ask if it is news to them.
        var others = PickPeers(int.MaxValue, from);
        var pushed = (flags & AnswerFlags.Push) != 0 && _settings.PushOnChange ? Math.Min(_settings.Fanout, others.Count) : 0;
        if (pushed > 0)
        {
            var push = StateSyncWire.Answer(AnswerFlags.Push, news);
            foreach (var peer in others[..pushed])
            {
                effects.Add(new StateSyncEffect.Send(peer, push));
            }
        }

        AnnounceOn(news, others[pushed..], effects);
    }

    private static void AnnounceOn(List<SignedState> news, List<NodeId> peers, List<StateSyncEffect> effects)
    {
        if (news.Count == 0)
        {
            return;
        }

        var versions = news.ConvertAll(static state => new StateVersion(state.Node.Reference, state.Epoch, state.Seq, state.Fingerprint));
        var announcement = StateSyncWire.Announce(AnnounceFlags.None, 0, versions);
        foreach (var peer in peers.Take(AnnounceOnPeers))
        {
            effects.Add(new StateSyncEffect.Send(peer, announcement));
        }
    }

    private bool HandleDigest(NodeId from, ref WireReader reader, List<StateSyncEffect> effects)
    {
        if (!reader.TryReadUInt64(out var root) || reader.RemainingBytes != 0)
        {
            return false;
        }

        if (root != _table.Root)
        {
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Buckets(_table.Buckets)));
        }

        return true;
    }

    private bool HandleBuckets(NodeId from, ref WireReader reader, List<StateSyncEffect> effects)
    {
        if (reader.RemainingBytes != StateSyncWire.BucketCount * sizeof(ulong))
        {
            return false;
        }

        var mask = 0UL;
        for (var bucket = 0; bucket < StateSyncWire.BucketCount; bucket++)
        {
            _ = reader.TryReadUInt64(out var sum);
            mask |= sum == _table.Buckets[bucket] ? 0 : 1UL << bucket;
        }

        if (mask != 0)
        {
            AnnounceBuckets(from, AnnounceFlags.Exchange, mask, effects);
        }

        return true;
    }

    /// <summary>Cheap checks first, then one signature, then membership. The body of a state that may be applied, or null.</summary>
    private StateBody? Judge(NodeId from, SignedState state, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var drop = state.Node == _key.Id ? null : CheapDrop(state, now);
        if (drop is null && (_membership.Check(state.Node) == MembershipVerdict.Refused))
        {
            drop = StateSyncDrop.RefusedMember;
        }

        if (drop is null && !state.Verify(_curve))
        {
            drop = StateSyncDrop.BadSignature;
        }

        StateBody? body = null;
        if (drop is null && !TryDecode(state.Body, out body))
        {
            drop = StateSyncDrop.MalformedBody;
        }

        if (drop is not null || body is null)
        {
            effects.Add(new StateSyncEffect.Dropped(drop ?? StateSyncDrop.MalformedBody, from));
            return null;
        }

        _queries.Answered(state.Node.Reference);
        if (state.Node == _key.Id)
        {
            HandleOwn(state, from, effects);
            return null;
        }

        if (_membership.Check(state.Node) == MembershipVerdict.Member)
        {
            return body;
        }

        effects.Add(_held.TryHold(state, body, from)
            ? new StateSyncEffect.MembershipNeeded(state.Node, body, from)
            : new StateSyncEffect.Dropped(StateSyncDrop.TooManyHeld, from));
        return null;
    }

    private StateSyncDrop? CheapDrop(SignedState state, DateTimeOffset now)
    {
        if (!_table.TryGet(state.Node, out var held))
        {
            return _table.Count >= _settings.MaxOrigins ? StateSyncDrop.TooManyOrigins : null;
        }

        var version = new StateVersion(state.Node.Reference, state.Epoch, state.Seq, state.Fingerprint);
        return version == held.Version ? StateSyncDrop.Duplicate
            : !version.IsNewsTo(held.Version) ? StateSyncDrop.Older
            : !_changes.MayChange(state.Node, now) ? StateSyncDrop.TooFrequent
            : null;
    }

    private bool TryApply(SignedState state, StateBody body, NodeId from, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (_table.TryGet(state.Node, out var held))
        {
            var version = new StateVersion(state.Node.Reference, state.Epoch, state.Seq, state.Fingerprint);
            if (!version.IsNewsTo(held.Version))
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.Older, from));
                return false;
            }

            if (held.Epoch == state.Epoch && held.Seq == state.Seq && !WinsOver(state, held, effects))
            {
                return false;
            }
        }
        else if (_table.Count >= _settings.MaxOrigins)
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.TooManyOrigins, from));
            return false;
        }

        _changes.Changed(state.Node, now);
        _table.Set(new StateEntry(state, body, now));
        effects.Add(new StateSyncEffect.Applied(state.Node, state.Epoch, state.Seq, held?.Body, body));
        return true;
    }

    private static bool WinsOver(SignedState state, StateEntry held, List<StateSyncEffect> effects)
    {
        if (held.Signed is not { } kept)
        {
            return false;
        }

        var wins = state.ContentHash.SequenceCompareTo(kept.ContentHash) < 0;
        effects.Add(wins
            ? new StateSyncEffect.Equivocation(state.Node, state, kept)
            : new StateSyncEffect.Equivocation(state.Node, kept, state));
        return wins;
    }

    private void HandleOwn(SignedState state, NodeId from, List<StateSyncEffect> effects)
    {
        if (state.Epoch > _own.Epoch)
        {
            effects.Add(new StateSyncEffect.EpochExceeded(state.Epoch, state));
            return;
        }

        var isOurs = state.Epoch < _own.Epoch
            || state.Seq < _own.Seq
            || (_table.TryGet(_key.Id, out var own) && own.Version.Fingerprint == state.Fingerprint);
        effects.Add(isOurs
            ? new StateSyncEffect.Dropped(StateSyncDrop.Own, from)
            : new StateSyncEffect.DuplicateIdentity(state));
    }

    private bool TryDecode(ReadOnlyMemory<byte> bytes, out StateBody? body)
    {
        var decoded = _scope.Context == SignatureContext.LinkState
            ? LinkStateBody.TryDecode(bytes, _limits, out var link) ? (StateBody)link : null
            : NamespaceStateBody.TryDecode(bytes, _limits, out var state) ? state : null;
        body = decoded;
        return decoded is not null;
    }

    private void Expire(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        foreach (var entry in _table.Entries)
        {
            if (entry.Body is { } body && entry.Node != _key.Id && now - entry.ReceivedAt >= _settings.ExpireAfter)
            {
                entry.Bury();
                effects.Add(new StateSyncEffect.Expired(entry.Node, body));
            }
        }

        _changes.Forget(now);
    }

    private List<NodeId> PickPeers(int count, NodeId? exceptFor)
    {
        var picked = _peers.Where(peer => peer != exceptFor).ToList();
        for (var i = 0; i < Math.Min(count, picked.Count); i++)
        {
            var other = i + _random.NextInt(picked.Count - i);
            (picked[i], picked[other]) = (picked[other], picked[i]);
        }

        return picked.Count <= count ? picked : picked[..count];
    }

    private TimeSpan NextAnnounceDelay() =>
        _settings.AnnounceInterval * (1 + (_settings.AnnounceJitter * ((2 * _random.NextDouble()) - 1)));

    private void Rearm(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var at = _announceAt < _expiryScanAt ? _announceAt : _expiryScanAt;
        at = _own.SignAt < at ? _own.SignAt : at;
        if (_announceAt != default && _alarm.TryArm(at, now, out var token, out var delay))
        {
            effects.Add(new StateSyncEffect.Schedule(token, delay));
        }
    }
}
