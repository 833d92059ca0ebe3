using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>What one node signed about its links.</summary>
/// <param name="Node">The node that claims.</param>
/// <param name="NeighbourReferences"><see cref="NodeId.Reference"/> of each node it says it is linked to.</param>
public readonly record struct LinkClaim(NodeId Node, IReadOnlyList<ulong> NeighbourReferences);

/// <summary>
/// An immutable picture of who is linked to whom. An edge counts once both ends claim it, so nobody can
/// draw one to a node that does not agree; an unmatched claim is unused and not held against its author,
/// because the other half may be on its way.
/// </summary>
public sealed class LinkGraph
{
    private readonly NodeId[] _nodes;
    private readonly Dictionary<NodeId, int> _indexes;
    private readonly int[][] _neighbours;

    private LinkGraph(NodeId[] nodes, Dictionary<NodeId, int> indexes, int[][] neighbours)
    {
        _nodes = nodes;
        _indexes = indexes;
        _neighbours = neighbours;
    }

    /// <summary>No nodes.</summary>
    public static LinkGraph Empty { get; } = new([], [], []);

    /// <summary>All nodes that claimed anything, in ascending order.</summary>
    public IReadOnlyList<NodeId> Nodes => _nodes;

    /// <summary>Number of two-sided edges.</summary>
    public int EdgeCount => _neighbours.Sum(static list => list.Length) / 2;

    /// <summary>
    /// Builds the graph. Self-references and references to nodes without a claim are ignored; of two claims
    /// by one node the first counts. Cost: O(nodes log nodes + claims log degree).
    /// </summary>
    public static LinkGraph FromClaims(IEnumerable<LinkClaim> claims)
    {
        var byNode = new Dictionary<NodeId, IReadOnlyList<ulong>>();
        foreach (var claim in claims)
        {
            byNode.TryAdd(claim.Node, claim.NeighbourReferences);
        }

        var nodes = byNode.Keys.Order().ToArray();
        var references = Array.ConvertAll(nodes, static node => node.Reference);
        var indexes = new Dictionary<NodeId, int>(nodes.Length);
        var claimed = new int[nodes.Length][];
        for (var i = 0; i < nodes.Length; i++)
        {
            indexes[nodes[i]] = i;
            claimed[i] = Resolve(byNode[nodes[i]], references, i);
        }

        var neighbours = new int[nodes.Length][];
        for (var i = 0; i < nodes.Length; i++)
        {
            var self = i;
            neighbours[i] = Array.FindAll(claimed[i], other => Array.BinarySearch(claimed[other], self) >= 0);
        }

        return new LinkGraph(nodes, indexes, neighbours);
    }

    /// <summary>True when the node has signed a link state.</summary>
    public bool Contains(NodeId node) => _indexes.ContainsKey(node);

    /// <summary>The nodes linked to <paramref name="node"/>, in ascending order; empty for an unknown node.</summary>
    public IReadOnlyList<NodeId> Neighbours(NodeId node) =>
        _indexes.TryGetValue(node, out var index) ? Array.ConvertAll(_neighbours[index], i => _nodes[i]) : [];

    /// <summary>True when both claim the edge.</summary>
    public bool IsLinked(NodeId a, NodeId b) =>
        _indexes.TryGetValue(a, out var from) && _indexes.TryGetValue(b, out var to)
        && Array.BinarySearch(_neighbours[from], to) >= 0;

    /// <summary>Number of nodes, the range of the indexes below.</summary>
    internal int Count => _nodes.Length;

    internal bool TryIndexOf(NodeId node, [NotNullWhen(true)] out int? index)
    {
        index = _indexes.TryGetValue(node, out var found) ? found : null;
        return index is not null;
    }

    internal NodeId NodeAt(int index) => _nodes[index];

    internal ReadOnlySpan<int> NeighbourIndexes(int index) => _neighbours[index];

    // Two keys may share a reference; the claim then names both, and the other side's claim decides.
    private static int[] Resolve(IReadOnlyList<ulong> wanted, ulong[] references, int self)
    {
        var found = new List<int>(wanted.Count);
        foreach (var reference in wanted)
        {
            var at = LowerBound(references, reference);
            for (; at < references.Length && references[at] == reference; at++)
            {
                if (at != self)
                {
                    found.Add(at);
                }
            }
        }

        found.Sort();
        var unique = 0;
        for (var i = 0; i < found.Count; i++)
        {
            if (i == 0 || found[i] != found[unique - 1])
            {
                found[unique++] = found[i];
            }
        }

        return found[..unique].ToArray();
    }

    private static int LowerBound(ulong[] sorted, ulong value)
    {
        var low = 0;
        var high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
