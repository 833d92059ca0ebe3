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

    /// <summary>What a quiet network costs, small broadcasts beside unicasts and requests, broadcasts of 64 KiB, and one status change: one after the other.</summary>
    Everything,
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

    /// <summary>Nodes that send unicasts and requests; 0 for all.</summary>
    public int Talkers { get; init; }

    /// <summary>Topics; with some, messages go to topics that are drawn, and nodes join and leave topics meanwhile. 0 broadcasts to all.</summary>
    public int Topics { get; init; }

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

    /// <summary>The nodes that send unicasts and requests.</summary>
    public int TalkerCount => Talkers == 0 ? Nodes : Math.Min(Talkers, Nodes);
}
