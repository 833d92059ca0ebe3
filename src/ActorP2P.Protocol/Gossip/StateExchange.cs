using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>The five messages of state sync, each judged completely before anything is done.</summary>
internal sealed class StateExchange(
    StateSyncSettings settings,
    StateScope scope,
    StateTable table,
    QueryLedger queries,
    StateAnnouncer announcer,
    StateIntake intake)
{
    // Answers a peer may ask for at once and over time; a node that joins asks for the whole table.
    private const int AnswerBurst = 32;
    private const double AnswersPerInterval = 4;

    private readonly AnswerAllowance _answers = new(AnswersPerInterval / settings.AnnounceInterval.TotalSeconds, AnswerBurst);

    internal void Forget(NodeId peer) => _answers.Forget(peer);

    /// <summary>False for bytes that are no message.</summary>
    internal bool TryHandle(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var reader = new WireReader(bytes);
        return reader.TryReadByte(out var kind) && (StateSyncKind)kind switch
        {
            StateSyncKind.Announce => HandleAnnounce(from, ref reader, now, effects),
            StateSyncKind.Query => HandleQuery(from, ref reader, now, effects),
            StateSyncKind.Answer => HandleAnswer(from, ref reader, now, effects),
            StateSyncKind.Digest => HandleDigest(from, ref reader, effects),
            StateSyncKind.Buckets => HandleBuckets(from, ref reader, effects),
            _ => false,
        };
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
            var held = intake.VersionOf(version.Reference);
            if (version.IsNewsTo(held))
            {
                var permit = queries.TryAsk(version, from, now);
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

        var known = theirs.GroupBy(static version => version.Reference).ToDictionary(static group => group.Key, static group => group.First());
        var news = table.VersionsIn(mask)
            .Where(ours => !known.TryGetValue(ours.Reference, out var held) || ours.IsNewsTo(held))
            .Take(announcer.MaxVersions)
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
            if (!table.TryGet(held.Reference, out var entry) || entry.Signed is not { } state || !entry.Version.IsNewsTo(held))
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
            if (!SignedState.TryRead(ref reader, scope, settings.MaxStateBytes, out var state))
            {
                return false;
            }

            states.Add(state);
        }

        if (reader.RemainingBytes != 0)
        {
            return false;
        }

        var news = states.FindAll(state => intake.Judge(from, state, now, effects) is { } body && intake.TryApply(state, body, from, now, effects));

        // Only progress earns another round, so an endless "more" moves nothing.
        if (news.Count > 0 && ((AnswerFlags)flags & AnswerFlags.More) != 0)
        {
            queries.CutShort(from);
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Buckets(table.Buckets)));
        }

        announcer.PassOn(news, ((AnswerFlags)flags & AnswerFlags.Push) != 0, from, effects);
        return true;
    }

    private bool HandleDigest(NodeId from, ref WireReader reader, List<StateSyncEffect> effects)
    {
        if (!reader.TryReadUInt64(out var root) || reader.RemainingBytes != 0)
        {
            return false;
        }

        if (root != table.Root)
        {
            effects.Add(new StateSyncEffect.Send(from, StateSyncWire.Buckets(table.Buckets)));
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
            mask |= sum == table.Buckets[bucket] ? 0 : 1UL << bucket;
        }

        if (mask != 0)
        {
            announcer.AnnounceBuckets(from, AnnounceFlags.Exchange, mask, effects);
        }

        return true;
    }
}
