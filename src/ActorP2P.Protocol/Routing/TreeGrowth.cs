using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// Grows a dissemination tree level by level. Children wait in hashed order; each takes the parent of lowest
/// hash that still has room. Who finds no room waits for the next level; who is left when no level grows any
/// more hangs below any reached neighbour, limit or not: reaching comes before balance.
/// </summary>
internal sealed class TreeGrowth
{
    private readonly LinkGraph _graph;
    private readonly NodeId _origin;
    private readonly bool[] _allowed;
    private readonly int[] _parents;
    private readonly int[] _room;
    private readonly bool[] _inLevel;
    private readonly bool[] _reached;
    private readonly List<int> _order;

    internal TreeGrowth(LinkGraph graph, NodeId origin, int root, bool[] allowed, int[] parents, int maxChildren)
    {
        _graph = graph;
        _origin = origin;
        _allowed = allowed;
        _parents = parents;
        _room = new int[graph.Count];
        Array.Fill(_room, maxChildren);
        _inLevel = new bool[graph.Count];
        _reached = new bool[graph.Count];
        _reached[root] = true;
        _order = new List<int>(graph.Count) { root };
    }

    /// <summary>Fills the parents and returns the reached nodes, each after its parent.</summary>
    internal int[] Run()
    {
        var level = new List<int> { _order[0] };
        while (level.Count > 0)
        {
            var next = Attach(WaitingNextTo(level), level, limited: true);
            level = next.Count > 0 ? next : Attach(WaitingNextTo(_order), _order, limited: false);
        }

        return [.. _order];
    }

    private List<int> WaitingNextTo(List<int> level)
    {
        var seen = new HashSet<int>();
        foreach (var parent in level)
        {
            foreach (var child in _graph.NeighbourIndexes(parent))
            {
                if (_allowed[child] && !_reached[child])
                {
                    seen.Add(child);
                }
            }
        }

        var waiting = seen.ToArray();
        var ranks = Array.ConvertAll(waiting, child => TreeHash.Of(_origin, _graph.NodeAt(child)));
        Array.Sort(ranks, waiting);
        return [.. waiting];
    }

    private List<int> Attach(List<int> waiting, List<int> level, bool limited)
    {
        foreach (var parent in level)
        {
            _inLevel[parent] = true;
        }

        var attached = new List<int>();
        foreach (var child in waiting)
        {
            var parent = BestParent(child, limited);
            if (parent >= 0)
            {
                _parents[child] = parent;
                _room[parent]--;
                attached.Add(child);
            }
        }

        foreach (var parent in level)
        {
            _inLevel[parent] = false;
        }

        foreach (var child in attached)
        {
            _reached[child] = true;
            _order.Add(child);
        }

        return attached;
    }

    private int BestParent(int child, bool limited)
    {
        var best = -1;
        var bestRank = ulong.MaxValue;
        foreach (var parent in _graph.NeighbourIndexes(child))
        {
            if (!_inLevel[parent] || (limited && _room[parent] <= 0))
            {
                continue;
            }

            var rank = TreeHash.Of(_origin, _graph.NodeAt(child), _graph.NodeAt(parent));
            if (best < 0 || rank < bestRank)
            {
                (best, bestRank) = (parent, rank);
            }
        }

        return best;
    }
}
