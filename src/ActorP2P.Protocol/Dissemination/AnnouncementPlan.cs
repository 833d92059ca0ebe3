using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Whom to tell next which ids are held here. Each peer is told of everything new once, a few peers at each
/// tick, in turn, so a message that the tree did not bring is found by its neighbours. For a while after the
/// last message all recent ids are told again, because an announcement may be lost like anything else; then
/// it is quiet.
/// </summary>
internal sealed class AnnouncementPlan(DisseminationSettings settings)
{
    // PlumTree's lazy links (Leitão, Pereira, Rodrigues, 2007); 2 to 3 keep the cost of ids below that of payload.
    private const int PeersPerTick = 3;

    // Recent ids are repeated this many times within the retention time, and no more once they are older than RepeatRounds repeats.
    private const int RepeatsPerRetention = 12;
    private const int RepeatRounds = 3;

    private readonly Dictionary<NodeId, PeerMark> _marks = [];
    private readonly List<NodeId> _turn = [];
    private int _next;

    private TimeSpan RepeatInterval => settings.RetentionTime / RepeatsPerRetention;

    internal void PeerUp(NodeId peer, long nextIndex, DateTimeOffset now)
    {
        if (_marks.TryAdd(peer, new PeerMark { HistoryBefore = nextIndex, RepeatedAt = now }))
        {
            _turn.Add(peer);
        }
    }

    internal void PeerDown(NodeId peer)
    {
        _marks.Remove(peer);
        _turn.Remove(peer);
    }

    /// <summary>Something sent to the peer was refused on the way out: tell it all again, at the next tick.</summary>
    internal void StartOver(NodeId peer)
    {
        if (_marks.TryGetValue(peer, out var mark))
        {
            mark.Next = 0;
            mark.TrustsPush = false;
        }
    }

    /// <summary>True while some peer has not been told everything, or repeats are due.</summary>
    internal bool HasWork(ArrivalLog log, DateTimeOffset now) =>
        _turn.Count > 0
        && log.Newest is { } newest
        && (now - newest.ReceivedAt < RepeatInterval * (RepeatRounds + 1) || _marks.Values.Any(mark => mark.Next < log.NextIndex));

    /// <summary>The peers whose turn it is.</summary>
    internal List<NodeId> NextPeers(ArrivalLog log, DateTimeOffset now)
    {
        var peers = new List<NodeId>();
        for (var i = 0; i < _turn.Count && peers.Count < PeersPerTick; i++)
        {
            _next = (_next + 1) % _turn.Count;
            var mark = _marks[_turn[_next]];
            if (mark.Next >= log.NextIndex && now - mark.RepeatedAt >= RepeatInterval)
            {
                mark.Next = 0;
                mark.TrustsPush = false;
                mark.RepeatSince = now - (RepeatInterval * RepeatRounds);
                mark.RepeatedAt = now;
            }

            if (mark.Next < log.NextIndex)
            {
                peers.Add(_turn[_next]);
            }
        }

        return peers;
    }

    /// <summary>Takes the next ids for a peer, at most as many as it would track.</summary>
    internal List<RetainedMessage> Take(NodeId peer, ArrivalLog log, Func<RetainedMessage, bool> isWanted, out IdFlags flags)
    {
        flags = IdFlags.None;
        var taken = new List<RetainedMessage>();
        if (!_marks.TryGetValue(peer, out var mark))
        {
            return taken;
        }

        foreach (var message in log.From(mark.Next))
        {
            mark.Next = message.Index + 1;
            if (message.ReceivedAt >= mark.RepeatSince
                && !message.CameFrom(peer)
                && !(mark.TrustsPush && message.WasPushedTo(peer))
                && isWanted(message))
            {
                taken.Add(message);
                if (taken.Count >= settings.MaxAnnouncedIds)
                {
                    break;
                }
            }
        }

        var isHistory = mark.HistoryBefore > 0;
        if (taken.Count < settings.MaxAnnouncedIds)
        {
            mark.Next = log.NextIndex;
            mark.TrustsPush = true;
            mark.HistoryBefore = 0;
        }

        flags = isHistory ? IdFlags.History : IdFlags.None;
        return taken;
    }

    private sealed class PeerMark
    {
        /// <summary>Index of the first message that the peer has not been told of.</summary>
        internal long Next { get; set; }

        /// <summary>Above zero until the peer was told what was here before it came.</summary>
        internal long HistoryBefore { get; set; }

        /// <summary>False while pushes may have been lost: with an earlier link, or in a repeat.</summary>
        internal bool TrustsPush { get; set; }

        internal DateTimeOffset RepeatSince { get; set; }

        internal DateTimeOffset RepeatedAt { get; set; }
    }
}
