namespace ActorP2P.Simulation;

/// <summary>The links of a topology as pairs (low, high) of node numbers, without repetition.</summary>
public static class SimulatedTopology
{
    /// <summary>All links, ascending.</summary>
    public static IReadOnlyList<(int Low, int High)> Links(SimulationOptions options) => options.Topology == TopologyKind.Regular
        ? Regular(options.Nodes, options.Degree, options.Seed)
        : [.. from low in Enumerable.Range(0, options.Nodes)
              from high in Enumerable.Range(low + 1, options.Nodes - low - 1)
              where AreLinked(low, high, options.Nodes, options.Topology)
              select (low, high)];

    /// <summary>Links between one node and each of the others; <see cref="int.MaxValue"/> where there is no way.</summary>
    public static int[] Distances(IReadOnlyList<(int Low, int High)> links, int nodes, int from)
    {
        var neighbours = links.SelectMany(link => new[] { link, (Low: link.High, High: link.Low) }).ToLookup(link => link.Low, link => link.High);
        var distances = new int[nodes];
        Array.Fill(distances, int.MaxValue);
        distances[from] = 0;
        var frontier = new Queue<int>([from]);
        while (frontier.TryDequeue(out var at))
        {
            foreach (var next in neighbours[at].Where(next => distances[next] == int.MaxValue))
            {
                distances[next] = distances[at] + 1;
                frontier.Enqueue(next);
            }
        }

        return distances;
    }

    // A union of random rings is connected, and its distances are those of a random graph: about log n / log degree.
    private static List<(int Low, int High)> Regular(int nodes, int degree, int seed)
    {
        var random = new Random(seed);
        var links = new SortedSet<(int, int)>();
        var order = Enumerable.Range(0, nodes).ToArray();
        for (var ring = 0; ring < degree / 2; ring++)
        {
            random.Shuffle(order);
            for (var i = 0; i < nodes; i++)
            {
                var (a, b) = (order[i], order[(i + 1) % nodes]);
                if (a != b)
                {
                    links.Add((Math.Min(a, b), Math.Max(a, b)));
                }
            }
        }

        return [.. links];
    }

    private static bool AreLinked(int low, int high, int nodes, TopologyKind topology)
    {
        var half = nodes / 2;
        return topology switch
        {
            TopologyKind.Line => high == low + 1,
            TopologyKind.Ring => high == low + 1 || (low == 0 && high == nodes - 1),
            TopologyKind.Star => low == 0,
            TopologyKind.Islands => high < half || low >= half || (low == half - 1 && high == half),
            _ => true,
        };
    }
}
