using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Gossip;

/// <summary>Tells linked peers what is held: whole or by digest, on the timer, at link-up and when something is news.</summary>
internal sealed class StateAnnouncer(StateSyncSettings settings, StateTable table, IRandomSource random)
{
    // Up to here the table itself (32 bytes an entry) is as cheap as a digest and its answer.
    private const int WholeAnnouncementEntries = 32;

    // With e^-8 of the nodes left to the next tick, news names itself through a large network at the speed of its links.
    private const int AnnounceOnPeers = 8;

    private readonly List<NodeId> _peers = [];

    internal IReadOnlyList<NodeId> Peers => _peers;

    /// <summary>Versions in one message, at most.</summary>
    internal int MaxVersions => Math.Clamp(settings.MaxAnswerBytes / StateVersion.LengthBytes, 1, ushort.MaxValue);

    internal bool TryAdd(NodeId peer)
    {
        if (_peers.Contains(peer))
        {
            return false;
        }

        _peers.Add(peer);
        return true;
    }

    internal void Remove(NodeId peer) => _peers.Remove(peer);

    /// <summary>Tells one peer all, as a digest when that is shorter.</summary>
    internal void Tell(NodeId peer, AnnounceFlags flags, List<StateSyncEffect> effects)
    {
        if (table.Count > WholeAnnouncementEntries)
        {
            effects.Add(new StateSyncEffect.Send(peer, StateSyncWire.Digest(table.Root)));
        }
        else
        {
            AnnounceBuckets(peer, flags, StateSyncWire.AllBuckets, effects);
        }
    }

    /// <summary>Tells a few random peers all.</summary>
    internal void TellSome(List<StateSyncEffect> effects)
    {
        foreach (var peer in Pick(settings.Fanout, exceptFor: null))
        {
            Tell(peer, AnnounceFlags.None, effects);
        }
    }

    /// <summary>Pushes our own change to everybody linked.</summary>
    internal void PushToAll(SignedState state, List<StateSyncEffect> effects)
    {
        var push = StateSyncWire.Answer(AnswerFlags.Push, [state]);
        foreach (var peer in _peers)
        {
            effects.Add(new StateSyncEffect.Send(peer, push));
        }
    }

    /// <summary>
    /// Spreads what came into force here: what was pushed is pushed on to a few; all of it is named to some
    /// more, who ask if it is news to them.
    /// </summary>
    internal void PassOn(List<SignedState> news, bool wasPushed, NodeId? exceptFor, List<StateSyncEffect> effects)
    {
        if (news.Count == 0)
        {
            return;
        }

        var others = Pick(int.MaxValue, exceptFor);
        var pushed = wasPushed && settings.PushOnChange ? Math.Min(settings.Fanout, others.Count) : 0;
        var push = pushed > 0 ? StateSyncWire.Answer(AnswerFlags.Push, news) : default;
        foreach (var peer in others[..pushed])
        {
            effects.Add(new StateSyncEffect.Send(peer, push));
        }

        var versions = news.ConvertAll(static state => new StateVersion(state.Node.Reference, state.Epoch, state.Seq, state.Fingerprint));
        var announcement = StateSyncWire.Announce(AnnounceFlags.None, 0, versions);
        foreach (var peer in others[pushed..].Take(AnnounceOnPeers))
        {
            effects.Add(new StateSyncEffect.Send(peer, announcement));
        }
    }

    // In messages of limited length; every bucket is whole in one of them, so the other side can tell what we lack.
    internal void AnnounceBuckets(NodeId to, AnnounceFlags flags, ulong mask, List<StateSyncEffect> effects)
    {
        var most = MaxVersions;
        var batch = new List<StateVersion>();
        var batchMask = 0UL;
        foreach (var bucket in table.VersionsIn(mask).ToLookup(static version => StateSyncWire.BucketOf(version.Reference)))
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
        foreach (var entry in table.Entries)
        {
            mask |= 1UL << StateSyncWire.BucketOf(entry.Version.Reference);
        }

        return mask;
    }

    private List<NodeId> Pick(int count, NodeId? exceptFor)
    {
        var picked = _peers.Where(peer => peer != exceptFor).ToList();
        for (var i = 0; i < Math.Min(count, picked.Count); i++)
        {
            var other = i + random.NextInt(picked.Count - i);
            (picked[i], picked[other]) = (picked[other], picked[i]);
        }

        return picked.Count <= count ? picked : picked[..count];
    }
}
