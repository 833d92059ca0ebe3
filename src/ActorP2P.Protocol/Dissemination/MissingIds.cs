using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Announced and not here: whom to ask for it, and when. One announcer is asked at a time, the next one after
/// the timeout, so a member that announces and stays silent costs one timeout and no more. A peer can make us
/// track a limited number of ids, real or not, and is asked for a limited number at once.
/// </summary>
internal sealed class MissingIds(DisseminationSettings settings)
{
    private const int MaxAskedAtOnce = 64;
    private const int MaxAnnouncers = 8;
    private const int RoundsPerAnnouncer = 2;

    // A node with a single neighbour has a single announcer, and question and answer may both be lost.
    private const int MinAttempts = 4;

    private readonly Dictionary<MessageId, Missing> _missing = [];
    private readonly Dictionary<NodeId, PeerLoad> _loads = [];
    private readonly PriorityQueue<(Missing Missing, DateTimeOffset At), DateTimeOffset> _due = new();

    internal int Count => _missing.Count;

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

    /// <summary>Notes an announced id. False when the announcer has announced too many that never came.</summary>
    internal bool TryAdd(MessageId id, NodeId announcer, DateTimeOffset askAt)
    {
        if (_missing.TryGetValue(id, out var known))
        {
            if (known.Announcers.Count < MaxAnnouncers && !known.Announcers.Contains(announcer))
            {
                known.Announcers.Add(announcer);
            }

            if (known.AskedOf is null && askAt < known.DueAt)
            {
                Schedule(known, askAt);
            }

            return true;
        }

        var load = LoadOf(announcer);
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
            if (missing.Announcers.Count == 0)
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

    private void AskNext(Missing missing, DateTimeOffset now, Dictionary<NodeId, List<MessageId>> asks, List<NodeId> silent)
    {
        Release(missing);
        if (missing.Attempts >= Math.Max(MinAttempts, missing.Announcers.Count * RoundsPerAnnouncer))
        {
            silent.Add(missing.FirstAnnouncer);
            Remove(missing);
            return;
        }

        var peer = missing.Announcers[missing.Attempts % missing.Announcers.Count];
        var load = LoadOf(peer);
        if (load.Asked < MaxAskedAtOnce)
        {
            Ask(missing, peer, load, now, asks);
            return;
        }

        load.Waiting.Enqueue(missing);
        missing.Attempts++;
        Schedule(missing, now + settings.WantTimeout);
    }

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
        if (_loads.TryGetValue(missing.FirstAnnouncer, out var load))
        {
            load.Tracked = Math.Max(0, load.Tracked - 1);
        }
    }

    private PeerLoad LoadOf(NodeId peer)
    {
        if (!_loads.TryGetValue(peer, out var load))
        {
            _loads[peer] = load = new PeerLoad();
        }

        return load;
    }

    private sealed class PeerLoad
    {
        internal int Tracked { get; set; }

        internal int Asked { get; set; }

        internal Queue<Missing> Waiting { get; } = new();
    }

    private sealed class Missing(MessageId id, NodeId announcer)
    {
        internal MessageId Id { get; } = id;

        internal NodeId FirstAnnouncer { get; } = announcer;

        internal List<NodeId> Announcers { get; } = [announcer];

        internal int Attempts { get; set; }

        internal NodeId? AskedOf { get; set; }

        internal DateTimeOffset DueAt { get; set; }

        internal bool IsGone { get; set; }
    }
}
