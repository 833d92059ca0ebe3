using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>Links between this node and all others, by breadth-first search from the nodes that are one link away.</summary>
public sealed class HopCounts
{
    private readonly LinkGraph _graph;
    private readonly int[] _hops;

    private HopCounts(LinkGraph graph, int[] hops)
    {
        _graph = graph;
        _hops = hops;
    }

    /// <summary>Nobody is reached.</summary>
    public static HopCounts Empty { get; } = new(LinkGraph.Empty, []);

    /// <summary>Counts.</summary>
    /// <param name="graph">Two-sided edges.</param>
    /// <param name="self">This node; nothing is reached through it.</param>
    /// <param name="nearest">The nodes that are one link away, whatever the graph says; those that it does not hold lead nowhere.</param>
    /// <param name="maxHops">Nodes further away are not reached.</param>
    public static HopCounts From(LinkGraph graph, NodeId self, IEnumerable<NodeId> nearest, int maxHops)
    {
        var hops = new int[graph.Count];
        var reached = new int[graph.Count];
        var count = 0;
        var own = graph.TryIndexOf(self, out var index) ? index.Value : -1;
        foreach (var node in nearest)
        {
            if (graph.TryIndexOf(node, out var near) && near != own && hops[near.Value] == 0)
            {
                hops[near.Value] = 1;
                reached[count++] = near.Value;
            }
        }

        var others = own >= 0 ? hops.Length - 1 : hops.Length;
        for (var i = 0; i < count && count < others; i++)
        {
            var at = reached[i];
            foreach (var next in hops[at] < maxHops ? graph.NeighbourIndexes(at) : [])
            {
                if (hops[next] == 0 && next != own)
                {
                    hops[next] = hops[at] + 1;
                    reached[count++] = next;
                }
            }
        }

        return new HopCounts(graph, hops);
    }

    /// <summary>Links to a node; 0 when it is not reached.</summary>
    public int To(NodeId node) => _graph.TryIndexOf(node, out var index) ? _hops[index.Value] : 0;
}
