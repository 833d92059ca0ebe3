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

    /// <summary>Random, with nearly the same number of links at every node: the union of random rings.</summary>
    Regular,
}

/// <summary>What a run measures.</summary>
public enum RunKind
{
    /// <summary>Broadcasts.</summary>
    Broadcast,

    /// <summary>One status change in a quiet network.</summary>
    StateChange,

    /// <summary>What a quiet network costs.</summary>
    Idle,
}

/// <summary>What one run simulates. The same options give the same run.</summary>
public sealed record SimulationOptions
{
    /// <summary>Nodes, 2 to 2,000. Above <see cref="MaxNodesWithRealSignatures"/> signatures are simulated.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>Up to here keys, signatures and agreement are those of P-256.</summary>
    public const int MaxNodesWithRealSignatures = 100;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What is measured.</summary>
    public RunKind Kind { get; init; } = RunKind.Broadcast;

    /// <summary>Who is linked to whom.</summary>
    public TopologyKind Topology { get; init; } = TopologyKind.Full;

    /// <summary>Links of a node in a regular topology, an even number.</summary>
    public int Degree { get; init; } = 50;

    /// <summary>Nodes that broadcast; 0 for all.</summary>
    public int Senders { get; init; }

    /// <summary>Broadcasts that each sender sends.</summary>
    public int MessagesPerNode { get; init; } = 5;

    /// <summary>Payload of a broadcast, in bytes.</summary>
    public int PayloadBytes { get; init; } = 1024;

    /// <summary>True sends all broadcasts at once, false spreads them over five seconds.</summary>
    public bool Burst { get; init; }

    /// <summary>Confirmed unicasts that each node sends meanwhile, in turn in three lanes, to nodes that are drawn from all.</summary>
    public int UnicastsPerNode { get; init; } = 6;

    /// <summary>Requests that each node sends meanwhile.</summary>
    public int RequestsPerNode { get; init; } = 2;

    /// <summary>Virtual time from the first broadcast to the end.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Real time after which the run ends as a failure; zero for never.</summary>
    public TimeSpan MaxWall { get; init; }

    /// <summary>False leaves the spreading of state to announcements alone.</summary>
    public bool PushOnChange { get; init; } = true;

    /// <summary>False sends records in clear: what is measured then costs no cipher.</summary>
    public bool Encryption { get; init; } = true;

    /// <summary>True shows at the end which messages took the real time.</summary>
    public bool Profile { get; init; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; init; } = new();

    /// <summary>The nodes that broadcast.</summary>
    public int SenderCount => Senders == 0 ? Nodes : Math.Min(Senders, Nodes);
}

/// <summary>What goes wrong during a run. Fractions are of the nodes or links, from 0 to 1.</summary>
public sealed record FaultPlan
{
    /// <summary>Probability that a decoded dissemination or gossip message vanishes at its receiver, before it is judged.</summary>
    public double Loss { get; init; }

    /// <summary>Nodes that are killed and stay away.</summary>
    public double Kill { get; init; }

    /// <summary>Nodes that are killed and come back with their disk after two seconds.</summary>
    public double Restart { get; init; }

    /// <summary>Nodes that are killed and come back without their disk after two seconds.</summary>
    public double Wipe { get; init; }

    /// <summary>Cuts the network into two halves for this long, from one second on; zero for never.</summary>
    public TimeSpan Partition { get; init; }

    /// <summary>Cuts one direction between two halves for this long, from one second on; zero for never.</summary>
    public TimeSpan OneWay { get; init; }

    /// <summary>One-way delay of every write.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Further delay, drawn anew for every write up to this, so that what takes two ways arrives in any order.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Links that carry 1 MiB/s and no more.</summary>
    public double Slow { get; init; }

    /// <summary>Clocks are wrong by up to this, in both directions.</summary>
    public TimeSpan Skew { get; init; }

    /// <summary>Nodes with a genuine certificate that lie.</summary>
    public double Liars { get; init; }

    /// <summary>
    /// True when every node and every link lives all the time, and answers before a handshake through relays is given up:
    /// then nothing but distance excuses a refusal.
    /// </summary>
    public bool IsCalm => Kill + Restart + Wipe == 0 && Partition == TimeSpan.Zero && OneWay == TimeSpan.Zero && Delay + Jitter <= LongestCalmDelay;

    private static readonly TimeSpan LongestCalmDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>True when nothing stands between the wire and its receiver.</summary>
    public bool IsHonest => Loss == 0 && Liars == 0;
}
