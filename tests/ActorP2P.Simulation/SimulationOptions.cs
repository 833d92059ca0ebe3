namespace ActorP2P.Simulation;

/// <summary>Who is linked to whom.</summary>
public enum TopologyKind
{
    /// <summary>Everybody to everybody.</summary>
    Full,

    /// <summary>Each to the next.</summary>
    Line,

    /// <summary>A line whose ends meet.</summary>
    Ring,

    /// <summary>Everybody to the first.</summary>
    Star,

    /// <summary>Two full meshes joined by one link.</summary>
    Islands,
}

/// <summary>What one run simulates. The same options give the same run.</summary>
public sealed record SimulationOptions
{
    /// <summary>Nodes, 2 to 100: above that real signatures make a run too slow.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Who is linked to whom.</summary>
    public TopologyKind Topology { get; init; } = TopologyKind.Full;

    /// <summary>Broadcasts that each node sends.</summary>
    public int MessagesPerNode { get; init; } = 5;

    /// <summary>Payload of a broadcast, in bytes.</summary>
    public int PayloadBytes { get; init; } = 1024;

    /// <summary>Virtual time from the first broadcast to the end.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Part of the nodes that is killed during the run, from 0 to 1; they stay away.</summary>
    public double Kill { get; init; }

    /// <summary>Part of the nodes that is killed during the run and comes back with its disk after two seconds.</summary>
    public double Restart { get; init; }

    /// <summary>Cuts the network into two halves for this long, from one second on; zero for never.</summary>
    public TimeSpan Partition { get; init; }
}
