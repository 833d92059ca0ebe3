using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>The five messages of state sync, each judged completely before anything is done.</summary>
internal sealed class StateExchange(
    StateSyncSettings settings,
    StateLimits limits,
    StateScope scope,
    StateTable table,
    QueryLedger queries,
    StateAnnouncer announcer,
    StateIntake intake)
{
    // Announcements are most of what a large network says: one list serves them all.
    private readonly List<StateVersion> _read = [];

    private readonly ReplyAllowance _replies = new(settings.ReplyBytesPerSecond, settings.ReplyBurstBytes);

    internal void Forget(NodeId peer)
    {
        _replies.Forget(peer);
        queries.Release(peer);
    }

    /// <summary>False for bytes that are no message.</summary>
    internal bool TryHandle(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var reader = new WireReader(bytes);
        return reader.TryReadByte(out var kind) && (StateSyncKind)kind switch
        {
            StateSyncKind.Announce => HandleAnnounce(from, ref reader, now, effects),
            StateSyncKind.Query => HandleQuery(from, ref reader, now, effects),
            StateSyncKind.Answer => HandleAnswer(from, ref reader, now, effects),
            StateSyncKind.Digest => HandleDigest(from, ref reader, now, effects),
            StateSyncKind.Buckets => HandleBuckets(from, ref reader, now, effects),
            _ => false,
        };
    }

    /// <summary>True for one state under our own key, which is judged; from whomever, since it proves itself.</summary>
    internal bool TryHandleProof(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var kind)
            || (StateSyncKind)kind != StateSyncKind.Answer
            || !reader.TryReadByte(out _)
            || !reader.TryReadUInt16(out var count)
            || count != 1
            || !StateOnWire.TryRead(ref reader, scope, out var read)
            || reader.RemainingBytes != 0
            || read.BodyBytes > limits.MaxBytesOf(read.Section)
            || !intake.Self.Point.SequenceEqual(read.Point.Span))
        {
            return false;
        }

        _ = intake.Judge(from, SignedState.Of(read, scope, intake.Self), now, effects);
        return true;
    }

    private bool HandleAnnounce(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!reader.TryReadByte(out var flags)
            || !reader.TryReadUInt64(out var mask)
            || !StateSyncWire.TryReadVersions(ref reader, scope, _read))
        {
            return false;
        }

        Ask(from, _read, now, effects);
        if (((AnnounceFlags)flags & AnnounceFlags.Exchange) != 0)
        {
            AnnounceBack(from, mask, _read, now, effects);
        }

        return true;
    }

    private void Ask(NodeId from, List<StateVersion> theirs, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var wanted = new List<StateVersion>();
        foreach (var version in theirs)
        {
            if (intake.Want(version, now) is not { } held)
            {
                continue;
            }

            var permit = queries.TryAsk(version.Key, from, now);
            if (permit == QueryPermit.Ask)
            {
                wanted.Add(held);
            }
            else if (permit == QueryPermit.Full)
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.TooManyQueries, from));
                break;
            }
        }

        if (wanted.Count > 0)
        {
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Query(wanted)));
        }
    }

    private bool MayReply(NodeId to, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (_replies.MayReply(to, now))
        {
            return true;
        }

        effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.QueryOverAllowance, to));
        return false;
    }

    private void Reply(NodeId to, ReadOnlyMemory<byte> message, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        _replies.Charge(to, message.Length, now);
        effects.Add(new StateSyncEffect.Send(to, message));
    }

    private void AnnounceBack(NodeId to, ulong mask, List<StateVersion> theirs, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!MayReply(to, now, effects))
        {
            return;
        }

        var known = new Dictionary<StateKey, StateVersion>(theirs.Count);
        foreach (var version in theirs)
        {
            known.TryAdd(version.Key, version);
        }

        var news = table.VersionsIn(mask)
            .Where(ours => !known.TryGetValue(ours.Key, out var held) || ours.IsNewsTo(held) || ours.Contradicts(held))
            .Take(announcer.MaxVersions)
            .ToArray();
        if (news.Length > 0)
        {
            Reply(to, StateSyncWire.Announce(AnnounceFlags.None, 0, news), now, effects);
        }
        else
        {
            _replies.Charge(to, 0, now);
        }
    }

    private bool HandleQuery(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!StateSyncWire.TryReadVersions(ref reader, scope, _read))
        {
            return false;
        }

        if (!MayReply(from, now, effects))
        {
            return true;
        }

        var states = new List<SignedState>();
        var length = 0;
        var flags = AnswerFlags.None;
        foreach (var held in _read)
        {
            if (!table.TryGet(held.Key, out var entry) || entry.Signed is not { } state || !entry.Version.IsNewsTo(held))
            {
                continue;
            }

            if (states.Count > 0 && length + state.LengthBytes > settings.MaxAnswerBytes)
            {
                flags = AnswerFlags.More;
                break;
            }

            states.Add(state);
            length += state.LengthBytes;
        }

        if (states.Count > 0)
        {
            Reply(from, StateSyncWire.Answer(flags, states), now, effects);
        }
        else
        {
            _replies.Charge(from, 0, now);
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
            if (!StateOnWire.TryRead(ref reader, scope, out var read))
            {
                return false;
            }

            // Several neighbours bring the same state: only the first copy is worth a hash.
            var isKnown = table.TryGet(read.Key, out var entry) && entry.Node.Point.SequenceEqual(read.Point.Span);
            if (read.BodyBytes > limits.MaxBytesOf(read.Section))
            {
                // It came in a message of limited length; what stands beside it may be in order.
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.TooLong, from));
            }
            else if (isKnown && intake.IsHeld(entry!, read))
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.Duplicate, from));
            }
            else
            {
                states.Add(SignedState.Of(read, scope, isKnown ? entry!.Node : NodeId.FromPoint(read.Point.Span)));
            }
        }

        if (reader.RemainingBytes != 0)
        {
            return false;
        }

        var news = states.FindAll(state => intake.Judge(from, state, now, effects) is { } body && intake.TryApply(state, body, from, now, effects));

        // Only progress earns another round, so an endless "more" moves nothing.
        if (news.Count > 0 && ((AnswerFlags)flags & AnswerFlags.More) != 0)
        {
            queries.Release(from);
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Buckets(table.Buckets)));
        }

        announcer.PassOn(news, ((AnswerFlags)flags & AnswerFlags.Push) != 0, from, now, effects);
        return true;
    }

    private bool HandleDigest(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!reader.TryReadUInt64(out var root) || reader.RemainingBytes != 0)
        {
            return false;
        }

        if (root != table.Root && MayReply(from, now, effects))
        {
            Reply(from, StateSyncWire.Buckets(table.Buckets), now, effects);
        }

        return true;
    }

    private bool HandleBuckets(NodeId from, ref WireReader reader, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (reader.RemainingBytes != StateSyncWire.BucketCount * sizeof(ulong))
        {
            return false;
        }

        var mask = 0UL;
        for (var bucket = 0; bucket < StateSyncWire.BucketCount; bucket++)
        {
            _ = reader.TryReadUInt64(out var sum);
            mask |= sum == table.Buckets[bucket] ? 0 : 1UL << bucket;
        }

        if (mask != 0 && MayReply(from, now, effects))
        {
            _replies.Charge(from, announcer.AnnounceBuckets(from, AnnounceFlags.Exchange, mask, effects), now);
        }

        return true;
    }
}
