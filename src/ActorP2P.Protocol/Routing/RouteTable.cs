using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// Where a packet for a node without a link goes next. Distances are of the signed two-sided graph without the nodes that
/// the packet's source avoids; each relay hands on to a neighbour that is strictly nearer, so that under equal views no
/// packet comes twice to a node, and under unequal ones the hop count ends it. Of several such neighbours all nodes choose
/// the same by a hash over source and destination: a source can tell which relays its packets take.
/// </summary>
/// <remarks>
/// Distances are kept by (destination, avoided nodes), at most <see cref="MaxFields"/> of them: 4 bytes a node each. A liar
/// that draws edges of his own reaches only edges whose other end claims them too, so he draws them among accomplices.
/// </remarks>
public sealed class RouteTable
{
    /// <summary>Fields of distances kept; the next one empties the table. Our guess: more than a node talks to at once.</summary>
    public const int MaxFields = 256;

    private const int Unreached = int.MaxValue;

    private readonly NodeId _self;
    private readonly Func<NodeId, bool> _isLinked;
    private readonly Dictionary<FieldKey, int[]> _fields = [];
    private LinkGraph _graph = LinkGraph.Empty;
    private int[]? _islands;

    /// <summary>Knows no links yet.</summary>
    /// <param name="self">This node.</param>
    /// <param name="isLinked">Whether our link to a neighbour is up now: the graph learns of our own losses late.</param>
    public RouteTable(NodeId self, Func<NodeId, bool> isLinked)
    {
        _self = self;
        _isLinked = isLinked;
    }

    /// <summary>Fields computed so far; for tests and counters.</summary>
    public long FieldsComputed { get; private set; }

    /// <summary>The links are these from now on.</summary>
    public void Use(LinkGraph graph)
    {
        _graph = graph;
        _fields.Clear();
        _islands = null;
    }

    /// <summary>One of our own links came or went.</summary>
    public void OwnLinksChanged() => _fields.Clear();

    /// <summary>True when the node has signed a link state that is in force.</summary>
    public bool Knows(NodeId node) => _graph.Contains(node);

    /// <summary>Links between this node and another one; 0 when there is no way.</summary>
    public int Distance(NodeId destination, AvoidedNodes avoided) =>
        _graph.TryIndexOf(_self, out var self) && Field(destination, avoided) is { } field && field[self.Value] != Unreached
            ? field[self.Value]
            : 0;

    /// <summary>True when the distances for such packets are computed already.</summary>
    public bool HasField(NodeId destination, AvoidedNodes avoided) => _fields.ContainsKey(new FieldKey(destination, avoided));

    /// <summary>
    /// True when a packet of this source may come over the link of this neighbour: without this node the two are connected.
    /// What a neighbour forwards for a source that only this node connects him with, he has invented.
    /// </summary>
    public bool MayComeFrom(NodeId neighbour, NodeId source)
    {
        if (neighbour == source)
        {
            return true;
        }

        if (!_graph.TryIndexOf(neighbour, out var from) || !_graph.TryIndexOf(source, out var at))
        {
            return false;
        }

        _islands ??= IslandsWithoutSelf();
        return _islands[from.Value] == _islands[at.Value];
    }

    /// <summary>The neighbour to hand a packet to, or null.</summary>
    /// <param name="source">Its first sender.</param>
    /// <param name="destination">Its receiver.</param>
    /// <param name="avoided">Whom the source avoids.</param>
    public NodeId? NextHop(NodeId source, NodeId destination, AvoidedNodes avoided) =>
        _graph.TryIndexOf(_self, out var self) && Field(destination, avoided) is { } field
            ? Nearer(self.Value, source, destination, field, avoided) is { } next ? _graph.NodeAt(next) : null
            : null;

    /// <summary>
    /// The relays that a packet of ours takes if all see the network as we do, in order and without the destination.
    /// Null when there is no way.
    /// </summary>
    public IReadOnlyList<NodeId>? Relays(NodeId destination, AvoidedNodes avoided)
    {
        if (!_graph.TryIndexOf(_self, out var self) || !_graph.TryIndexOf(destination, out var end) || Field(destination, avoided) is not { } field)
        {
            return null;
        }

        var relays = new List<NodeId>();
        var at = Nearer(self.Value, _self, destination, field, avoided);
        while (at is { } node && node != end.Value)
        {
            relays.Add(_graph.NodeAt(node));
            at = Nearer(node, _self, destination, field, avoided);
        }

        return at is null ? null : relays;
    }

    private int? Nearer(int at, NodeId source, NodeId destination, int[] field, AvoidedNodes avoided)
    {
        int? best = null;
        var bestRank = ulong.MaxValue;
        foreach (var next in _graph.NeighbourIndexes(at))
        {
            var node = _graph.NodeAt(next);
            if (field[next] >= field[at] || (node != destination && avoided.Contains(node)) || !IsUp(at, next))
            {
                continue;
            }

            // The nearest first; among them the hash spreads the pairs over all.
            var rank = TreeHash.Of(source, destination, node);
            if (best is null || field[next] < field[best.Value] || (field[next] == field[best.Value] && rank < bestRank))
            {
                (best, bestRank) = (next, rank);
            }
        }

        return best;
    }

    private int[]? Field(NodeId destination, AvoidedNodes avoided)
    {
        if (!_graph.TryIndexOf(destination, out var end))
        {
            return null;
        }

        var key = new FieldKey(destination, avoided);
        if (_fields.TryGetValue(key, out var field))
        {
            return field;
        }

        if (_fields.Count >= MaxFields)
        {
            _fields.Clear();
        }

        FieldsComputed++;
        return _fields[key] = Distances(end.Value, avoided);
    }

    private int[] Distances(int end, AvoidedNodes avoided)
    {
        var distances = new int[_graph.Count];
        Array.Fill(distances, Unreached);
        distances[end] = 0;
        var frontier = new Queue<int>([end]);
        while (frontier.TryDequeue(out var at))
        {
            foreach (var next in _graph.NeighbourIndexes(at))
            {
                if (distances[next] == Unreached && IsUp(at, next))
                {
                    // An avoided node is no way for others; it may still be where a packet of its own begins.
                    distances[next] = distances[at] + 1;
                    if (!avoided.Contains(_graph.NodeAt(next)))
                    {
                        frontier.Enqueue(next);
                    }
                }
            }
        }

        return distances;
    }

    private bool IsUp(int from, int to)
    {
        var (a, b) = (_graph.NodeAt(from), _graph.NodeAt(to));
        return a == _self ? _isLinked(b) : b != _self || _isLinked(a);
    }

    private int[] IslandsWithoutSelf()
    {
        var islands = new int[_graph.Count];
        var self = _graph.TryIndexOf(_self, out var index) ? index.Value : -1;
        var frontier = new Queue<int>();
        var count = 0;
        for (var first = 0; first < islands.Length; first++)
        {
            if (first == self || islands[first] != 0)
            {
                continue;
            }

            islands[first] = ++count;
            frontier.Enqueue(first);
            while (frontier.TryDequeue(out var at))
            {
                foreach (var next in _graph.NeighbourIndexes(at))
                {
                    if (next != self && islands[next] == 0)
                    {
                        islands[next] = count;
                        frontier.Enqueue(next);
                    }
                }
            }
        }

        return islands;
    }

    private readonly record struct FieldKey(NodeId Destination, AvoidedNodes Avoided);
}
