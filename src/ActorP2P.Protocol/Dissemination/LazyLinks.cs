using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Which peers this node tells of new ids, by round. Seen from the node that is told: of its neighbours in ascending
/// order, a circle that starts at a hashed place, each round takes the next
/// <see cref="AnnouncersPerRound"/>. Every node can compute that of its neighbours, so each is told by exactly that many and
/// nobody is left to chance. (The lazy links of PlumTree, Leitão, Pereira, Rodrigues, 2007, chosen by the receiver's place.)
/// </summary>
internal sealed class LazyLinks
{
    /// <summary>Times that an id is announced.</summary>
    internal const int Rounds = 6;

    /// <summary>Neighbours that tell a node in one round: 2 to 3 keep the cost of ids far below that of payload.</summary>
    internal const int AnnouncersPerRound = 2;

    private readonly List<NodeId>[] _byRound;

    private LazyLinks(List<NodeId>[] byRound) => _byRound = byRound;

    /// <summary>The peers to tell in a round.</summary>
    internal IReadOnlyList<NodeId> PeersOf(int round) => _byRound[round];

    /// <summary>Computes the links. A peer that does not show its link to us yet is told in every round.</summary>
    internal static LazyLinks Of(LinkGraph graph, NodeId self, IReadOnlySet<NodeId> peers, Func<NodeId, bool> isMember)
    {
        var byRound = Array.ConvertAll(new int[Rounds], static _ => new List<NodeId>());
        var member = new bool[graph.Count];
        for (var i = 0; i < member.Length; i++)
        {
            member[i] = isMember(graph.NodeAt(i));
        }

        var isKnown = graph.TryIndexOf(self, out var selfIndex);
        foreach (var peer in peers)
        {
            var (place, degree) = isKnown ? PlaceOf(graph, selfIndex!.Value, peer, member) : (-1, 0);
            for (var round = 0; round < Rounds; round++)
            {
                if (place < 0 || IsTurn(peer, place, degree, round))
                {
                    byRound[round].Add(peer);
                }
            }
        }

        return new LazyLinks(byRound);
    }

    // The place of this node among the peer's neighbours that are members, or -1.
    private static (int Place, int Degree) PlaceOf(LinkGraph graph, int self, NodeId peer, bool[] member)
    {
        var (place, degree) = (-1, 0);
        if (graph.TryIndexOf(peer, out var index))
        {
            foreach (var neighbour in graph.NeighbourIndexes(index.Value))
            {
                place = neighbour == self ? degree : place;
                degree += member[neighbour] ? 1 : 0;
            }
        }

        return (place, degree);
    }

    private static bool IsTurn(NodeId peer, int place, int degree, int round)
    {
        var start = (int)(TreeHash.Of(peer) % (uint)degree) + (round * AnnouncersPerRound);
        return (((place - start) % degree) + degree) % degree < AnnouncersPerRound;
    }
}
