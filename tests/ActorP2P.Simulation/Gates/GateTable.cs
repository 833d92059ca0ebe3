namespace ActorP2P.Simulation;

/// <summary>The gates of dissemination, routing and state sync.</summary>
public static class GateTable
{
    private const int Large = 64 * 1024;

    private static readonly SimulationOptions Sixteen = new() { Nodes = 16, MessagesPerNode = 2 };

    // Somebody is killed, restarted with and without its disk, and joins, all among the broadcasts.
    private static readonly SimulationOptions Churning = Sixteen with
    {
        Nodes = 20,
        Topology = TopologyKind.Regular,
        Degree = 8,
        Duration = TimeSpan.FromSeconds(60),
        Faults = new() { Loss = 0.05, Kill = 0.1, Restart = 0.1, Wipe = 0.1, Join = 0.2 },
    };

    private static readonly SimulationOptions OneHundred = new()
    {
        Nodes = 100,
        PayloadBytes = Large,
        Senders = 1,
        MessagesPerNode = 20,
        UnicastsPerNode = 3,
        RequestsPerNode = 1,
        Duration = TimeSpan.FromSeconds(20),
    };

    private static readonly SimulationOptions Troubled = OneHundred with { PayloadBytes = 1024, Senders = 10, MessagesPerNode = 6, Duration = TimeSpan.FromSeconds(60) };

    private static readonly SimulationOptions OneThousand = new()
    {
        Nodes = 1000,
        Topology = TopologyKind.Regular,
        Degree = 50,
        MessagesPerNode = 1,
        UnicastsPerNode = 0,
        RequestsPerNode = 0,
        Duration = TimeSpan.FromSeconds(20),
    };

    /// <summary>All gates, the cheap ones first.</summary>
    public static IReadOnlyList<Gate> All { get; } =
    [
        new("4 nodes full mesh, 1 KiB", new() { Nodes = 4 }, MaxRedundancy: 1, MaxDepth: 1),
        new("16 nodes full mesh, 1 KiB", new() { Nodes = 16, MessagesPerNode = 2 }, MaxRedundancy: 1, MaxDepth: 1),
        new("line of 20", new() { Nodes = 20, Topology = TopologyKind.Line, MessagesPerNode = 2 }),
        new("two islands of 10 joined by one link", new() { Nodes = 20, Topology = TopologyKind.Islands, MessagesPerNode = 2 }),
        new("16 nodes, partition of 30 s, healed", new() { Nodes = 16, MessagesPerNode = 2, Duration = TimeSpan.FromSeconds(50), Faults = new() { Partition = TimeSpan.FromSeconds(30) } }, MaxConvergenceS: 5),
        new("16 nodes, loss 5 %, 20 % killed", new() { Nodes = 16, MessagesPerNode = 2, Duration = TimeSpan.FromSeconds(60), Faults = new() { Loss = 0.05, Kill = 0.2 } }, MaxRedundancy: 1.2),
        new("20 nodes, 25 % liars, degree 12", new() { Nodes = 20, Topology = TopologyKind.Regular, Degree = 12, MessagesPerNode = 2, Duration = TimeSpan.FromSeconds(60), Faults = new() { Liars = 0.25 } }),
        new("ring of 16", Sixteen with { Topology = TopologyKind.Ring }),
        new("star of 16", Sixteen with { Topology = TopologyKind.Star }),
        new("16 nodes, one direction cut for 20 s", Sixteen with { Duration = TimeSpan.FromSeconds(50), Faults = new() { OneWay = TimeSpan.FromSeconds(20) } }, MaxConvergenceS: 5),
        new("16 nodes, 30 % slow links, 64 KiB", Sixteen with { PayloadBytes = Large, Faults = new() { Slow = 0.3 } }),
        new("16 nodes, degree 6, jitter of 100 ms", Sixteen with { Topology = TopologyKind.Regular, Degree = 6, Faults = new() { Jitter = TimeSpan.FromMilliseconds(100) } }),
        new("16 nodes, 25 % restarted, disk kept", Sixteen with { Duration = TimeSpan.FromSeconds(50), Faults = new() { Restart = 0.25 } }),
        new("16 nodes, 25 % restarted, disk lost", Sixteen with { Duration = TimeSpan.FromSeconds(50), Faults = new() { Wipe = 0.25 } }),
        new("16 nodes, clocks off by 30 s, restarts", Sixteen with { Duration = TimeSpan.FromSeconds(50), Faults = new() { Skew = TimeSpan.FromSeconds(30), Restart = 0.12, Wipe = 0.12 } }),
        new("16 nodes, 25 % join late", Sixteen with { Duration = TimeSpan.FromSeconds(50), Faults = new() { Join = 0.25 } }),
        new("20 nodes, degree 8, churn, loss 5 %", Churning),
        new("16 nodes, topics joined and left", Sixteen with { MessagesPerNode = 10, Topics = 4 }),
        new("20 nodes, degree 8, topics, loss 5 %", Sixteen with { Nodes = 20, Topology = TopologyKind.Regular, Degree = 8, MessagesPerNode = 10, Topics = 4, Duration = TimeSpan.FromSeconds(60), Faults = new() { Loss = 0.05 } }),
        new("20 nodes, degree 8, 2 MiB, loss 5 %", Sixteen with { Nodes = 20, Topology = TopologyKind.Regular, Degree = 8, Senders = 2, MessagesPerNode = 1, PayloadBytes = 2 * 1024 * 1024, Duration = TimeSpan.FromSeconds(60), Faults = new() { Loss = 0.05 } }),
        new("100 nodes full mesh, one sender, 64 KiB", OneHundred, 1.05, 0.05, 5, Size: GateSize.Large),
        new("100 nodes full mesh, ten senders, 64 KiB", OneHundred with { Senders = 10, MessagesPerNode = 5 }, 1.05, 0.05, 5, Size: GateSize.Large),
        new("100 nodes full mesh, burst, 64 KiB", OneHundred with { Burst = true }, 1.05, 0.05, 5, Size: GateSize.Large),
        new("100 nodes full mesh, loss 5 %, 20 % killed", Troubled with { Faults = new() { Loss = 0.05, Kill = 0.2 } }, MaxRedundancy: 1.2, Size: GateSize.Large),
        new("100 nodes, degree 20, partition, healed", Troubled with { Topology = TopologyKind.Regular, Degree = 20, Faults = new() { Partition = TimeSpan.FromSeconds(30) } }, MaxConvergenceS: 5, Size: GateSize.Large),
        new("100 nodes, degree 20, 10 % liars", Troubled with { Topology = TopologyKind.Regular, Degree = 20, Senders = 100, MessagesPerNode = 1, Faults = new() { Liars = 0.1 } }, Size: GateSize.Large),
        new("100 nodes full mesh, one change, push off", OneHundred with { Kind = RunKind.StateChange, PushOnChange = false }, MaxConvergenceS: 3, Size: GateSize.Large),
        new("100 nodes full mesh, one change, push on", OneHundred with { Kind = RunKind.StateChange }, MaxConvergenceS: 0.5, Size: GateSize.Large),
        new("1,000 nodes, degree 50, everything", OneThousand with { Kind = RunKind.Everything, Senders = 5, Talkers = 150, UnicastsPerNode = 1, RequestsPerNode = 1, Duration = TimeSpan.FromSeconds(60) }, MaxRedundancy: 1.1, MaxDepth: 6, MaxConvergenceS: 1.5, MaxStateBytes: 1536, MaxLivenessBytes: 80, Size: GateSize.Huge),
        new("1,000 nodes, one change, push off", OneThousand with { Kind = RunKind.StateChange, PushOnChange = false }, MaxConvergenceS: 6, Size: GateSize.Huge),
    ];
}
