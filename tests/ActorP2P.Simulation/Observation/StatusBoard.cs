namespace ActorP2P.Simulation;

/// <summary>Who knows whose status, kept so that asking whether all know all costs nothing.</summary>
public sealed class StatusBoard(int nodes)
{
    private readonly int[] _present = new int[nodes];
    private readonly int[,] _known = new int[nodes, nodes];
    private readonly bool[] _alive = new bool[nodes];
    private long _right;
    private long _living;

    /// <summary>True when every live node knows the present status of every other live node.</summary>
    public bool HasConverged => _right == _living * (_living - 1);

    /// <summary>True when each of these nodes knows the present status of the others; it looks at each pair.</summary>
    public bool HaveConverged(IReadOnlyList<int> group) =>
        group.All(node => group.All(about => node == about || IsRight(node, about) == 1));

    /// <summary>Pairs of live nodes of which the first does not know the second's status.</summary>
    public long Missing => (_living * (_living - 1)) - _right;

    /// <summary>The status that a node has set; above 0.</summary>
    public int PresentOf(int node) => _present[node];

    /// <summary>A node lives, knows nothing and is about to set a status that nobody knows.</summary>
    public void Start(int node)
    {
        for (var other = 0; other < nodes; other++)
        {
            _known[node, other] = 0;
        }

        // Nobody can know the new one: no pair is right, and none was while the node was not alive.
        _present[node]++;
        _alive[node] = true;
        _living++;
    }

    /// <summary>A node is gone.</summary>
    public void End(int node)
    {
        _right -= Pairs(node);
        _alive[node] = false;
        _living--;
    }

    /// <summary>A node sets a new status.</summary>
    public int Change(int node)
    {
        _right -= Pairs(node);
        _present[node]++;
        _right += Pairs(node);
        return _present[node];
    }

    /// <summary>A node learnt a status of another.</summary>
    public void Learn(int node, int about, int status)
    {
        if (node == about || !_alive[node])
        {
            return;
        }

        _right -= IsRight(node, about);
        _known[node, about] = status;
        _right += IsRight(node, about);
    }

    private long Pairs(int node)
    {
        var right = 0L;
        for (var other = 0; other < nodes; other++)
        {
            right += other == node ? 0 : IsRight(node, other) + IsRight(other, node);
        }

        return right;
    }

    private long IsRight(int node, int about) => _alive[node] && _alive[about] && _known[node, about] == _present[about] ? 1 : 0;
}
