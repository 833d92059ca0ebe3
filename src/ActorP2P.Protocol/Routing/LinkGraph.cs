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

    // The neighbours of node i, ascending, are at _first[i] up to _first[i + 1]: one array for all, because every
    // node of a large network holds one of these.
    private readonly int[] _first;
    private readonly int[] _neighbours;

    private LinkGraph(NodeId[] nodes, Dictionary<NodeId, int> indexes, int[] first, int[] neighbours)
    {
        _nodes = nodes;
        _indexes = indexes;
        _first = first;
        _neighbours = neighbours;
    }

    /// <summary>No nodes.</summary>
    public static LinkGraph Empty { get; } = new([], [], [0], []);

    /// <summary>All nodes that claimed anything, in ascending order.</summary>
    public IReadOnlyList<NodeId> Nodes => _nodes;

    /// <summary>Number of two-sided edges.</summary>
    public int EdgeCount => _neighbours.Length / 2;

    /// <summary>
    /// Builds the graph. Self-references and references to nodes without a claim are ignored; of two claims
    /// by one node the first counts. Cost: O(nodes log nodes + claims).
    /// </summary>
    public static LinkGraph FromClaims(IEnumerable<LinkClaim> claims)
    {
        var byNode = new Dictionary<NodeId, IReadOnlyList<ulong>>();
        foreach (var claim in claims)
        {
            byNode.TryAdd(claim.Node, claim.NeighbourReferences);
        }

        var nodes = new NodeId[byNode.Count];
        byNode.Keys.CopyTo(nodes, 0);
        var references = Array.ConvertAll(nodes, static node => node.Reference);
        Array.Sort(references, nodes);
        SortEqual(references, nodes);
        var indexes = new Dictionary<NodeId, int>(nodes.Length);
        var byReference = new Dictionary<ulong, int>(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            indexes[nodes[i]] = i;
            byReference.TryAdd(references[i], i);
        }

        var (first, neighbours) = new LinkMatch(references, byReference).Of(Array.ConvertAll(nodes, node => byNode[node]));
        return new LinkGraph(nodes, indexes, first, neighbours);
    }

    /// <summary>True when the node has signed a link state.</summary>
    public bool Contains(NodeId node) => _indexes.ContainsKey(node);

    /// <summary>The nodes linked to <paramref name="node"/>, in ascending order; empty for an unknown node.</summary>
    public IReadOnlyList<NodeId> Neighbours(NodeId node) =>
        _indexes.TryGetValue(node, out var index) ? Array.ConvertAll(NeighbourIndexes(index).ToArray(), i => _nodes[i]) : [];

    /// <summary>True when both claim the edge.</summary>
    public bool IsLinked(NodeId a, NodeId b) =>
        _indexes.TryGetValue(a, out var from) && _indexes.TryGetValue(b, out var to)
        && NeighbourIndexes(from).BinarySearch(to) >= 0;

    /// <summary>Number of nodes, the range of the indexes below.</summary>
    internal int Count => _nodes.Length;

    internal bool TryIndexOf(NodeId node, [NotNullWhen(true)] out int? index)
    {
        index = _indexes.TryGetValue(node, out var found) ? found : null;
        return index is not null;
    }

    internal NodeId NodeAt(int index) => _nodes[index];

    internal ReadOnlySpan<int> NeighbourIndexes(int index) => _neighbours.AsSpan(_first[index].._first[index + 1]);

    // Two keys may share a reference: they are in the order of the whole key.
    private static void SortEqual(ulong[] references, NodeId[] nodes)
    {
        for (var i = 0; i < nodes.Length;)
        {
            var end = i + 1;
            while (end < nodes.Length && references[end] == references[i])
            {
                end++;
            }

            if (end > i + 1)
            {
                Array.Sort(nodes, i, end - i);
            }

            i = end;
        }
    }
}
