using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// For every node of the network the neighbour that a packet of ours goes to first, by the rule of <see cref="RouteTable"/>, and
/// the links to it. One breadth-first search carries the set of first hops along, where a field of distances for each destination
/// would cost a search each: O(links × neighbours / 64).
/// </summary>
public static class FirstHops
{
    private const int BitsPerWord = 64;

    /// <summary>Finds them.</summary>
    /// <param name="graph">Two-sided edges.</param>
    /// <param name="self">This node.</param>
    /// <param name="linked">The nodes that it has a link to now, whether or not the graph holds that yet.</param>
    /// <returns>By destination; a known node without a way has 0 hops.</returns>
    public static IReadOnlyDictionary<NodeId, FirstHop> From(LinkGraph graph, NodeId self, IEnumerable<NodeId> linked)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var direct = linked.Order().ToArray();
        var own = graph.TryIndexOf(self, out var index) ? index.Value : -1;
        var firsts = direct.Where(node => own >= 0 && graph.IsLinked(self, node)).ToArray();
        var words = (firsts.Length + BitsPerWord - 1) / BitsPerWord;
        var (hops, sets) = Search(graph, own, firsts, words);
        var found = new Dictionary<NodeId, FirstHop>(graph.Count);
        for (var at = 0; at < graph.Count; at++)
        {
            if (at != own)
            {
                var node = graph.NodeAt(at);
                found[node] = new FirstHop(hops[at], Best(self, node, firsts, sets.AsSpan(at * words, words)));
            }
        }

        foreach (var node in direct)
        {
            found[node] = new FirstHop(1, node);
        }

        return found;
    }

    private static (int[] Hops, ulong[] Sets) Search(LinkGraph graph, int own, NodeId[] firsts, int words)
    {
        var hops = new int[graph.Count];
        var sets = new ulong[graph.Count * words];
        var frontier = new Queue<int>();
        for (var first = 0; first < firsts.Length; first++)
        {
            if (graph.TryIndexOf(firsts[first], out var at))
            {
                hops[at.Value] = 1;
                sets[(at.Value * words) + (first / BitsPerWord)] |= 1UL << (first % BitsPerWord);
                frontier.Enqueue(at.Value);
            }
        }

        // All of one distance come before any of the next, so a node's set is whole before it is passed on.
        while (frontier.TryDequeue(out var at))
        {
            foreach (var next in graph.NeighbourIndexes(at))
            {
                if (next == own)
                {
                    continue;
                }

                if (hops[next] == 0)
                {
                    hops[next] = hops[at] + 1;
                    frontier.Enqueue(next);
                }

                for (var word = 0; word < words && hops[next] == hops[at] + 1; word++)
                {
                    sets[(next * words) + word] |= sets[(at * words) + word];
                }
            }
        }

        return (hops, sets);
    }

    private static NodeId? Best(NodeId self, NodeId destination, NodeId[] firsts, ReadOnlySpan<ulong> set)
    {
        NodeId? best = null;
        var bestRank = ulong.MaxValue;
        for (var first = 0; first < firsts.Length; first++)
        {
            if ((set[first / BitsPerWord] & (1UL << (first % BitsPerWord))) == 0)
            {
                continue;
            }

            var rank = TreeHash.Of(self, destination, firsts[first]);
            if (best is null || rank < bestRank)
            {
                (best, bestRank) = (firsts[first], rank);
            }
        }

        return best;
    }
}

/// <summary>The beginning of a way.</summary>
/// <param name="Hops">Links to the destination; 0 when there is no way.</param>
/// <param name="Node">The neighbour; null when there is no way.</param>
public readonly record struct FirstHop(int Hops, NodeId? Node);
