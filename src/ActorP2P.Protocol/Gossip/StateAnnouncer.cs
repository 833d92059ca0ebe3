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

    // Of many at once, as when a network starts, a few peers are told and none is pushed to: each asks for what it lacks,
    // and what passes somebody by comes with the next digest. Else a thousand nodes tell each other everything ten times.
    private const int AnnounceManyOnPeers = 2;
    private const int ManyNews = 64;

    // Pushed on at once are a few states.
    private const int PushedOnBytes = 16 * 1024;

    // The first news goes on at once, what follows it closely goes together: a thousand nodes that start in one second
    // would otherwise make a million small messages.
    private static readonly TimeSpan PassOnInterval = TimeSpan.FromMilliseconds(100);

    private readonly List<NodeId> _peers = [];
    private readonly Dictionary<StateKey, News> _news = [];
    private DateTimeOffset _mayPassOnAt;

    internal IReadOnlyList<NodeId> Peers => _peers;

    /// <summary>When <see cref="PassOnGathered"/> is due; the far future when nothing waits.</summary>
    internal DateTimeOffset PassOnAt { get; private set; } = DateTimeOffset.MaxValue;

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

    /// <summary>
    /// Tells a few random peers all, and is told what it lacks, as digests do: a node with one peer of many, a leaf of a star, would
    /// else wait until that peer's choice falls on it.
    /// </summary>
    internal void TellSome(List<StateSyncEffect> effects)
    {
        foreach (var peer in Pick(settings.Fanout, exceptFor: null))
        {
            Tell(peer, AnnounceFlags.Exchange, effects);
        }
    }

    /// <summary>Pushes our own changes to everybody linked.</summary>
    internal void PushToAll(List<SignedState> states, List<StateSyncEffect> effects)
    {
        var push = StateSyncWire.Answer(AnswerFlags.Push, states);
        foreach (var peer in _peers)
        {
            effects.Add(new StateSyncEffect.Send(peer, push));
        }
    }

    /// <summary>
    /// Spreads what came into force here: what was pushed is pushed on to a few; all of it is named to some
    /// more, who ask if it is news to them.
    /// </summary>
    internal void PassOn(List<SignedState> news, bool wasPushed, NodeId? from, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (news.Count == 0)
        {
            return;
        }

        foreach (var state in news)
        {
            _news[state.Version.Key] = new News(from, wasPushed && settings.PushOnChange);
        }

        PassOnAt = _mayPassOnAt;
        if (PassOnAt <= now)
        {
            PassOnGathered(now, effects);
        }
    }

    /// <summary>Spreads what has been gathered since the last time.</summary>
    internal void PassOnGathered(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var pushed = new List<(SignedState State, NodeId? From)>();
        var named = new List<(StateVersion Version, NodeId? From)>();
        var bytes = 0;
        foreach (var (key, news) in _news)
        {
            if (!table.TryGet(key, out var entry) || entry.Signed is not { } state)
            {
                continue;
            }

            named.Add((state.Version, news.From));
            if (news.IsPushed && bytes < PushedOnBytes)
            {
                bytes += state.LengthBytes;
                pushed.Add((state, news.From));
            }
        }

        _news.Clear();
        PassOnAt = DateTimeOffset.MaxValue;
        _mayPassOnAt = now + PassOnInterval;
        var isMany = named.Count > ManyNews;
        var peers = Pick(settings.Fanout + (isMany ? AnnounceManyOnPeers : AnnounceOnPeers), exceptFor: null);
        var pushes = pushed.Count > 0 && !isMany ? settings.Fanout : 0;
        for (var i = 0; i < peers.Count; i++)
        {
            Spread(peers[i], i < pushes ? pushed : [], named, effects);
        }
    }

    private void Spread(NodeId to, List<(SignedState State, NodeId? From)> pushed, List<(StateVersion Version, NodeId? From)> named, List<StateSyncEffect> effects)
    {
        var states = new List<SignedState>(pushed.Count);
        foreach (var (state, from) in pushed)
        {
            if (from != to)
            {
                states.Add(state);
            }
        }

        if (states.Count > 0)
        {
            effects.Add(new StateSyncEffect.Send(to, StateSyncWire.Answer(AnswerFlags.Push, states)));
        }

        var isSent = states.Select(static state => state.Version.Key).ToHashSet();
        var versions = new List<StateVersion>(Math.Min(named.Count, MaxVersions));
        foreach (var (version, from) in named)
        {
            if (from == to || isSent.Contains(version.Key))
            {
                continue;
            }

            versions.Add(version);
            if (versions.Count == MaxVersions)
            {
                effects.Add(new StateSyncEffect.Send(to, StateSyncWire.Announce(AnnounceFlags.None, 0, versions)));
                versions.Clear();
            }
        }

        if (versions.Count > 0)
        {
            effects.Add(new StateSyncEffect.Send(to, StateSyncWire.Announce(AnnounceFlags.None, 0, versions)));
        }
    }

    // In messages of limited length; every bucket is whole in one of them, so the other side can tell what we lack.
    // Returns the bytes of them all.
    internal int AnnounceBuckets(NodeId to, AnnounceFlags flags, ulong mask, List<StateSyncEffect> effects)
    {
        var most = MaxVersions;
        var batch = new List<StateVersion>();
        var batchMask = 0UL;
        var occupied = 0UL;
        var bytes = 0;
        foreach (var bucket in table.VersionsIn(mask).ToLookup(static version => StateSyncWire.BucketOf(version.Reference)))
        {
            var versions = bucket.Take(most).ToList();
            if (batch.Count > 0 && batch.Count + versions.Count > most)
            {
                bytes += Send(StateSyncWire.Announce(flags, batchMask, batch));
                batch = [];
                batchMask = 0;
            }

            batch.AddRange(versions);
            batchMask |= 1UL << bucket.Key;
            occupied |= batchMask;
        }

        // The last message also names the buckets in which we hold nothing.
        return bytes + Send(StateSyncWire.Announce(flags, batchMask | (mask & ~occupied), batch));

        int Send(ReadOnlyMemory<byte> message)
        {
            effects.Add(new StateSyncEffect.Send(to, message));
            return message.Length;
        }
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

    private readonly record struct News(NodeId? From, bool IsPushed);
}
