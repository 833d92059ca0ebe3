using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// The tree along which one origin's messages travel. It is computed, not negotiated: nodes with the same
/// link graph and the same members compute the same tree, and nodes with different ones still get every
/// message by announcements. Without a limit on children it is a breadth-first tree (full mesh: depth 1).
/// </summary>
public sealed class DisseminationTree
{
    private const int NotReached = -1;

    private readonly LinkGraph _graph;
    private readonly int _origin;
    private readonly int[] _parents;
    private readonly int[] _order;
    private readonly int[] _firstChild;
    private readonly int[] _children;

    private DisseminationTree(LinkGraph graph, NodeId origin, int originIndex, int[] parents, int[] order)
    {
        _graph = graph;
        Origin = origin;
        _origin = originIndex;
        _parents = parents;
        _order = order;
        (_firstChild, _children) = ListChildren(parents, order, originIndex);
    }

    /// <summary>The root.</summary>
    public NodeId Origin { get; }

    /// <summary>Number of nodes reached, the origin included.</summary>
    public int Count => Math.Max(_order.Length, 1);

    /// <summary>Longest way from the origin, in links.</summary>
    public int Depth
    {
        get
        {
            var depths = new int[_parents.Length];
            var deepest = 0;
            foreach (var node in _order.Skip(1))
            {
                depths[node] = depths[_parents[node]] + 1;
                deepest = Math.Max(deepest, depths[node]);
            }

            return deepest;
        }
    }

    /// <summary>
    /// Computes the tree.
    /// </summary>
    /// <param name="graph">Two-sided edges.</param>
    /// <param name="origin">The root; outside the graph it is alone in its tree.</param>
    /// <param name="isAllowed">Who may carry: the namespace's members. The origin is always allowed.</param>
    /// <param name="maxChildren">1 or more. It is exceeded only where a node has no other way to be reached.</param>
    public static DisseminationTree Build(LinkGraph graph, NodeId origin, Func<NodeId, bool> isAllowed, int maxChildren)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxChildren, 1);
        var parents = new int[graph.Count];
        Array.Fill(parents, NotReached);
        if (!graph.TryIndexOf(origin, out var root))
        {
            return new DisseminationTree(graph, origin, NotReached, parents, []);
        }

        var allowed = new bool[graph.Count];
        for (var i = 0; i < allowed.Length; i++)
        {
            allowed[i] = isAllowed(graph.NodeAt(i));
        }

        var order = new TreeGrowth(graph, origin, root.Value, allowed, parents, maxChildren).Run();
        return new DisseminationTree(graph, origin, root.Value, parents, order);
    }

    /// <summary>True when the node is reached.</summary>
    public bool Contains(NodeId node) =>
        node == Origin || (_graph.TryIndexOf(node, out var index) && _parents[index.Value] != NotReached);

    /// <summary>The node that a message comes from, null for the origin and for nodes not reached.</summary>
    public NodeId? ParentOf(NodeId node) =>
        node != Origin && _graph.TryIndexOf(node, out var index) && _parents[index.Value] != NotReached
            ? _graph.NodeAt(_parents[index.Value])
            : null;

    /// <summary>The nodes to which <paramref name="node"/> passes a message on; empty for nodes not reached.</summary>
    public IReadOnlyList<NodeId> ChildrenOf(NodeId node)
    {
        if (!_graph.TryIndexOf(node, out var index))
        {
            return [];
        }

        var first = _firstChild[index.Value];
        var children = new NodeId[_firstChild[index.Value + 1] - first];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = _graph.NodeAt(_children[first + i]);
        }

        return children;
    }

    /// <summary>Number of nodes other than the origin for which <paramref name="isWanted"/> holds.</summary>
    public int CountWhere(Func<NodeId, bool> isWanted) => _order.Skip(1).Count(i => isWanted(_graph.NodeAt(i)));

    /// <summary>
    /// The same tree without the branches that hold no wanted node. A node that wants nothing itself stays
    /// when somebody below it does: it relays.
    /// </summary>
    public DisseminationTree PrunedTo(Func<NodeId, bool> isWanted)
    {
        var useful = new bool[_parents.Length];
        for (var i = _order.Length - 1; i > 0; i--)
        {
            var node = _order[i];
            if (useful[node] || isWanted(_graph.NodeAt(node)))
            {
                useful[node] = true;
                useful[_parents[node]] = true;
            }
        }

        var parents = new int[_parents.Length];
        for (var i = 0; i < parents.Length; i++)
        {
            parents[i] = useful[i] || i == _origin ? _parents[i] : NotReached;
        }

        var order = Array.FindAll(_order, i => useful[i] || i == _origin);
        return new DisseminationTree(_graph, Origin, _origin, parents, order);
    }

    private static (int[] FirstChild, int[] Children) ListChildren(int[] parents, int[] order, int origin)
    {
        var first = new int[parents.Length + 1];
        foreach (var node in order)
        {
            if (node != origin)
            {
                first[parents[node] + 1]++;
            }
        }

        for (var i = 1; i < first.Length; i++)
        {
            first[i] += first[i - 1];
        }

        var next = first.ToArray();
        var children = new int[first[^1]];
        foreach (var node in order)
        {
            if (node != origin)
            {
                children[next[parents[node]]++] = node;
            }
        }

        return (first, children);
    }
}
