using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Announced and not here: whom to ask for it, and when. One announcer is asked at a time, the next one after
/// the timeout, so a member that announces and stays silent costs one timeout and no more. Who stays silent often is asked
/// last, and makes way for others that announce the same id. A peer can make us track a limited number of ids, real or not,
/// is heard for a limited number a second, and is asked for a limited number at once.
/// </summary>
internal sealed class MissingIds(DisseminationSettings settings)
{
    private const int MaxAskedAtOnce = 64;
    private const int MaxAnnouncers = 8;
    private const int RoundsPerAnnouncer = 2;

    // A node with a single neighbour has a single announcer, and question and answer may both be lost.
    private const int MinAttempts = 4;

    // An honest peer names what we lack in a handful of rounds, at most MaxAnnouncedIds each announce-interval.
    private const double HeardPerInterval = 4;
    private const double HeardBurst = 16;

    private readonly Dictionary<MessageId, Missing> _missing = [];
    private readonly Dictionary<NodeId, PeerLoad> _loads = [];
    private readonly PriorityQueue<(Missing Missing, DateTimeOffset At), DateTimeOffset> _due = new();

    internal int Count => _missing.Count;

    /// <summary>Everything queued for these: what a flood of announcements could grow.</summary>
    internal int QueuedEntries => _due.Count + _loads.Values.Sum(static load => load.Waiting.Count);

    /// <summary>When to pump next. What came or was put off meanwhile is no reason to wake.</summary>
    internal DateTimeOffset? NextDue()
    {
        while (_due.TryPeek(out var due, out var at))
        {
            if (!due.Missing.IsGone && due.Missing.DueAt == at)
            {
                return at;
            }

            _due.Dequeue();
        }

        return null;
    }

    /// <summary>Notes an announced id. False when the announcer has announced too many that never came, or announces too much.</summary>
    internal bool TryAdd(MessageId id, NodeId announcer, DateTimeOffset askAt, DateTimeOffset now)
    {
        var load = LoadOf(announcer, now);
        if (!load.Heard.TryTake(1, now))
        {
            return false;
        }

        if (_missing.TryGetValue(id, out var known))
        {
            // Who repeats itself brings nothing forward: each time would cost entries in the queues and an attempt.
            if ((TryHear(known, announcer, load) || known.Attempts == 0) && known.AskedOf is null && askAt < known.DueAt)
            {
                Schedule(known, askAt);
            }

            return true;
        }

        if (load.Tracked >= settings.MaxAnnouncedIds)
        {
            return false;
        }

        load.Tracked++;
        var missing = new Missing(id, announcer);
        _missing[id] = missing;
        Schedule(missing, askAt);
        return true;
    }

    /// <summary>The message is here. True when it was asked of the peer that brought it; also who has announced it.</summary>
    internal bool Arrived(MessageId id, NodeId from, out IReadOnlyList<NodeId> announcers)
    {
        if (!_missing.TryGetValue(id, out var missing))
        {
            announcers = [];
            return false;
        }

        var wasAsked = missing.AskedOf == from;
        if (wasAsked && _loads.TryGetValue(from, out var load))
        {
            load.Unanswered /= 2;
        }

        announcers = missing.Announcers;
        Remove(missing);
        return wasAsked;
    }

    /// <summary>The peer is gone: what it was asked for is asked of others at once.</summary>
    internal void PeerDown(NodeId peer, DateTimeOffset now)
    {
        _loads.Remove(peer);
        foreach (var missing in _missing.Values.ToArray())
        {
            missing.Announcers.Remove(peer);
            if (missing.Announcers.Count == 0 || (missing.PaidBy == peer && !TryCharge(missing, now)))
            {
                Remove(missing);
            }
            else if (missing.AskedOf == peer)
            {
                missing.AskedOf = null;
                Schedule(missing, now);
            }
        }
    }

    /// <summary>Collects what to ask of whom now, and names the announcers whose ids nobody had.</summary>
    internal Dictionary<NodeId, List<MessageId>> Pump(DateTimeOffset now, List<NodeId> silent)
    {
        var asks = new Dictionary<NodeId, List<MessageId>>();
        foreach (var (peer, load) in _loads)
        {
            while (load.Waiting.Count > 0 && load.Asked < MaxAskedAtOnce)
            {
                var missing = load.Waiting.Dequeue();
                if (missing is { IsGone: false, AskedOf: null })
                {
                    Ask(missing, peer, load, now, asks);
                }
            }
        }

        while (_due.TryPeek(out var due, out var at) && at <= now)
        {
            _due.Dequeue();
            if (!due.Missing.IsGone && due.Missing.DueAt == due.At)
            {
                AskNext(due.Missing, now, asks, silent);
            }
        }

        return asks;
    }

    // True when it is one more that may be asked.
    private bool TryHear(Missing missing, NodeId announcer, PeerLoad load)
    {
        if (missing.Announcers.Contains(announcer))
        {
            return false;
        }

        if (missing.Announcers.Count < MaxAnnouncers)
        {
            missing.Announcers.Add(announcer);
            return true;
        }

        // Otherwise a few that announce whatever there may be, and have nothing, would keep everybody else out.
        var worst = missing.Announcers.MaxBy(UnansweredBy)!;
        if (worst != missing.AskedOf && UnansweredBy(worst) > load.Unanswered)
        {
            missing.Announcers[missing.Announcers.IndexOf(worst)] = announcer;
        }

        return false;
    }

    // What nobody pays for would have no limit.
    private bool TryCharge(Missing missing, DateTimeOffset now)
    {
        if (missing.Announcers.Find(peer => LoadOf(peer, now).Tracked < settings.MaxAnnouncedIds) is not { } payer)
        {
            return false;
        }

        LoadOf(payer, now).Tracked++;
        missing.PaidBy = payer;
        return true;
    }

    private void AskNext(Missing missing, DateTimeOffset now, Dictionary<NodeId, List<MessageId>> asks, List<NodeId> silent)
    {
        if (missing.AskedOf is { } silentPeer)
        {
            LoadOf(silentPeer, now).Unanswered++;
        }

        Release(missing);
        if (missing.Attempts >= Math.Max(MinAttempts, missing.Announcers.Count * RoundsPerAnnouncer))
        {
            silent.Add(missing.PaidBy);
            Remove(missing);
            return;
        }

        var peer = TakeTurn(missing);
        var load = LoadOf(peer, now);
        if (load.Asked < MaxAskedAtOnce)
        {
            Ask(missing, peer, load, now, asks);
            return;
        }

        load.Waiting.Enqueue(missing);
        missing.Attempts++;
        Schedule(missing, now + settings.WantTimeout);
    }

    // Each is asked once a round, in the order in which they announced, but for those that left questions unanswered.
    private NodeId TakeTurn(Missing missing)
    {
        var turn = missing.Attempts % missing.Announcers.Count;
        var peer = missing.Announcers.Skip(turn).MinBy(UnansweredBy)!;
        missing.Announcers.RemoveAt(missing.Announcers.IndexOf(peer, turn));
        missing.Announcers.Insert(turn, peer);
        return peer;
    }

    private int UnansweredBy(NodeId peer) => _loads.TryGetValue(peer, out var load) ? load.Unanswered : 0;

    private void Ask(Missing missing, NodeId peer, PeerLoad load, DateTimeOffset now, Dictionary<NodeId, List<MessageId>> asks)
    {
        load.Asked++;
        missing.Attempts++;
        missing.AskedOf = peer;
        Schedule(missing, now + settings.WantTimeout);
        if (!asks.TryGetValue(peer, out var ids))
        {
            asks[peer] = ids = [];
        }

        ids.Add(missing.Id);
    }

    private void Schedule(Missing missing, DateTimeOffset at)
    {
        missing.DueAt = at;
        _due.Enqueue((missing, at), at);
    }

    private void Release(Missing missing)
    {
        if (missing.AskedOf is { } peer && _loads.TryGetValue(peer, out var load))
        {
            load.Asked = Math.Max(0, load.Asked - 1);
        }

        missing.AskedOf = null;
    }

    private void Remove(Missing missing)
    {
        Release(missing);
        missing.IsGone = true;
        _missing.Remove(missing.Id);
        if (_loads.TryGetValue(missing.PaidBy, out var load))
        {
            load.Tracked = Math.Max(0, load.Tracked - 1);
        }
    }

    private PeerLoad LoadOf(NodeId peer, DateTimeOffset now)
    {
        if (!_loads.TryGetValue(peer, out var load))
        {
            var perSecond = HeardPerInterval * settings.MaxAnnouncedIds / settings.AnnounceInterval.TotalSeconds;
            _loads[peer] = load = new PeerLoad { Heard = new TokenBucket(perSecond, HeardBurst * settings.MaxAnnouncedIds, now) };
        }

        return load;
    }

    private sealed class PeerLoad
    {
        // Its methods change it in place.
        internal TokenBucket Heard;

        internal int Unanswered { get; set; }

        internal int Tracked { get; set; }

        internal int Asked { get; set; }

        internal Queue<Missing> Waiting { get; } = new();
    }

    private sealed class Missing(MessageId id, NodeId announcer)
    {
        internal MessageId Id { get; } = id;

        /// <summary>Of whose share it takes one.</summary>
        internal NodeId PaidBy { get; set; } = announcer;

        internal List<NodeId> Announcers { get; } = [announcer];

        internal int Attempts { get; set; }

        internal NodeId? AskedOf { get; set; }

        internal DateTimeOffset DueAt { get; set; }

        internal bool IsGone { get; set; }
    }
}
