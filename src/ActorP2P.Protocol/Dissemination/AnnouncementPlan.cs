using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Whom to tell when which ids are held here. Each id goes through <see cref="LazyLinks.Rounds"/> rounds at growing
/// ages; in each of them every node is told by <see cref="LazyLinks.AnnouncersPerRound"/> of its neighbours, others in
/// every round. So what an id costs does not grow with the number of links, and a node hears of it unless a dozen
/// neighbours fail it. Those may all be on the far side of a bridge whose one push was lost: from the third round on a node
/// is told by its parent in the tree as well. A peer that is new, or was behind, is told everything that is held.
/// </summary>
internal sealed class AnnouncementPlan(DisseminationSettings settings)
{
    // A push is trusted in the first rounds and not in the later ones, because it may be lost like anything else.
    private const int TrustingRounds = 2;

    private readonly long[] _next = new long[LazyLinks.Rounds];
    private readonly Dictionary<NodeId, CatchUp> _catchUps = [];
    private DateTimeOffset _lastAt = DateTimeOffset.MinValue;

    /// <summary>Ids in one message; a count of runs has 16 bits.</summary>
    internal int MaxIds => Math.Min(settings.MaxAnnouncedIds, ushort.MaxValue);

    /// <summary>The peer is told all that is held before <paramref name="nextIndex"/>.</summary>
    internal void TellAll(NodeId peer, long nextIndex, bool isHistory) => _catchUps[peer] = new CatchUp(0, nextIndex, isHistory);

    internal void PeerDown(NodeId peer) => _catchUps.Remove(peer);

    /// <summary>When the next announcements are due; null while there is nothing to tell.</summary>
    internal DateTimeOffset? NextDue(ArrivalLog log, DateTimeOffset now)
    {
        DateTimeOffset? due = _catchUps.Count > 0 ? now : null;
        for (var round = 0; round < LazyLinks.Rounds; round++)
        {
            if (log.FirstFrom(_next[round]) is { } message && (due is null || message.ReceivedAt + AgeOf(round) < due))
            {
                due = message.ReceivedAt + AgeOf(round);
            }
        }

        return due is { } at && _lastAt != DateTimeOffset.MinValue && at < _lastAt + settings.AnnounceInterval ? _lastAt + settings.AnnounceInterval : due;
    }

    /// <summary>Takes what is due now, by peer.</summary>
    /// <param name="log">What is held.</param>
    /// <param name="links">Who is told in which round.</param>
    /// <param name="childrenOf">The peers below this node in a message's tree, as it is now.</param>
    /// <param name="isWanted">True when a peer has a use for a message.</param>
    /// <param name="now">The present.</param>
    internal Dictionary<NodeId, List<RetainedMessage>> TakeDue(
        ArrivalLog log,
        LazyLinks links,
        Func<RetainedMessage, IEnumerable<NodeId>> childrenOf,
        Func<NodeId, RetainedMessage, bool> isWanted,
        DateTimeOffset now)
    {
        _lastAt = now;
        var due = new Dictionary<NodeId, List<RetainedMessage>>();
        for (var round = 0; round < LazyLinks.Rounds; round++)
        {
            var peers = links.PeersOf(round);
            foreach (var message in log.From(_next[round]))
            {
                if (message.ReceivedAt + AgeOf(round) > now)
                {
                    break;
                }

                _next[round] = message.Index + 1;
                foreach (var peer in round < TrustingRounds ? peers : peers.Union(childrenOf(message)))
                {
                    if (!message.CameFrom(peer) && (round >= TrustingRounds || !message.WasPushedTo(peer)) && isWanted(peer, message))
                    {
                        (due.TryGetValue(peer, out var list) ? list : due[peer] = []).Add(message);
                    }
                }
            }
        }

        return due;
    }

    /// <summary>Peers that are still to be told everything.</summary>
    internal NodeId[] CatchingUp() => [.. _catchUps.Keys];

    /// <summary>Takes the next ids for a peer that is told everything, at most as many as it would track.</summary>
    internal List<RetainedMessage> TakeCatchUp(NodeId peer, ArrivalLog log, Func<NodeId, RetainedMessage, bool> isWanted, out IdFlags flags)
    {
        flags = IdFlags.None;
        var taken = new List<RetainedMessage>();
        if (!_catchUps.TryGetValue(peer, out var catchUp))
        {
            return taken;
        }

        flags = catchUp.IsHistory ? IdFlags.History : IdFlags.None;
        foreach (var message in log.From(catchUp.Next))
        {
            if (message.Index >= catchUp.Before)
            {
                break;
            }

            catchUp = catchUp with { Next = message.Index + 1 };
            if (!message.CameFrom(peer) && isWanted(peer, message))
            {
                taken.Add(message);
                if (taken.Count >= MaxIds)
                {
                    _catchUps[peer] = catchUp;
                    return taken;
                }
            }
        }

        _catchUps.Remove(peer);
        return taken;
    }

    // 1, 2, 4, 8, 16 and 32 intervals: soon enough to repair a lost push, late enough to outlast an unnoticed break.
    private TimeSpan AgeOf(int round) => settings.AnnounceInterval * (1 << round);

    private readonly record struct CatchUp(long Next, long Before, bool IsHistory);
}
