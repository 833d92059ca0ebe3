using ActorP2P.Transport;

namespace ActorP2P.Simulation;

/// <summary>N nodes of the product, unmodified, on one thread with virtual time and a memory transport.</summary>
public sealed class SimulatedNetwork : IDisposable
{
    /// <summary>One-way delay of a write; a run adds up to five per cent to it.</summary>
    public static readonly TimeSpan LinkDelay = TimeSpan.FromMilliseconds(10);

    private readonly SimulatedConsortium _consortium;

    /// <summary>Makes the nodes; <see cref="StartAll"/> starts them.</summary>
    public SimulatedNetwork(int seed, int nodes, TopologyKind topology)
    {
        Seed = seed;
        Simulation = new ActorSimulation(seed);
        Network = new MemoryNetwork(Simulation.Schedule) { Delay = (_, _, _) => LinkDelay * (1 + (Simulation.Random.NextDouble() / 20)) };
        _consortium = new SimulatedConsortium(seed, Simulation.Now);
        Nodes = [.. Enumerable.Range(0, nodes).Select(i =>
            new SimulatedNode(this, NameOf(i), _consortium.Issue(NameOf(i)), [.. NeighboursOf(i, nodes, topology).Select(NameOf)]))];
        Links = Enumerable.Range(0, nodes).Sum(i => NeighboursOf(i, nodes, topology).Count()) / 2;
    }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; }

    /// <summary>Time and order.</summary>
    public ActorSimulation Simulation { get; }

    /// <summary>The wires.</summary>
    public MemoryNetwork Network { get; }

    /// <summary>The members.</summary>
    public IReadOnlyList<SimulatedNode> Nodes { get; }

    /// <summary>Links of the whole topology.</summary>
    public int Links { get; }

    /// <summary>Members whose process lives.</summary>
    public IEnumerable<SimulatedNode> Alive => Nodes.Where(node => node.IsAlive);

    /// <summary>Starts all nodes within the first 100 ms.</summary>
    public void StartAll()
    {
        foreach (var node in Nodes)
        {
            Simulation.Schedule(TimeSpan.FromMilliseconds(Simulation.Random.Next(100)), node.Start);
        }

        Simulation.RunFor(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>True when every live node knows the present status of every other live node.</summary>
    public bool HasConverged() => Alive.All(node => Alive.All(other => ReferenceEquals(node, other) || node.Record.Knows(other.Id, other.Record.Status)));

    /// <summary>Cuts or heals every wire between the first and the second half of the nodes.</summary>
    public void Partition(bool cut)
    {
        var half = Nodes.Count / 2;
        foreach (var a in Nodes.Take(half))
        {
            foreach (var b in Nodes.Skip(half))
            {
                if (cut)
                {
                    Network.Partition(a.Name, b.Name);
                }
                else
                {
                    Network.Heal(a.Name, b.Name);
                }
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var node in Alive.ToList())
        {
            node.Kill();
        }

        _consortium.Dispose();
    }

    private static string NameOf(int index) => $"n{index:000}";

    private static IEnumerable<int> NeighboursOf(int i, int nodes, TopologyKind topology) =>
        Enumerable.Range(0, nodes).Where(j => i != j && AreLinked(Math.Min(i, j), Math.Max(i, j), nodes, topology));

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
