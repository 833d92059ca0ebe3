namespace ActorP2P.Program.Demo;

/// <summary>What the demo knows of one node, from its events alone.</summary>
internal sealed class DemoNodeState(int phases)
{
    /// <summary>Which of its processes runs, from 1; 0 before the first.</summary>
    public int Life { get; set; }

    /// <summary>Its modules are registered, its topics subscribed.</summary>
    public bool IsReady { get; set; }

    /// <summary>The process runs.</summary>
    public bool IsRunning { get; set; }

    /// <summary>It left in order: the last thing it said.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Peers whose session is up, by (namespace, node ID).</summary>
    public HashSet<(string Namespace, string Node)> Up { get; } = [];

    /// <summary>Peers that it reported down, by (namespace, node ID, life of that peer).</summary>
    public HashSet<(string Namespace, string Node, int Life)> Down { get; } = [];

    /// <summary>Why it lost a session last, with whom; empty when it lost none that it should have kept.</summary>
    public string LastLoss { get; set; } = "";

    /// <summary>Its counts by phase, from 1.</summary>
    public DemoCounts[] Counts { get; } = new DemoCounts[phases + 1];

    /// <summary>SHA-256 of the file as it arrived, by phase.</summary>
    public Dictionary<int, string> Files { get; } = [];

    /// <summary>Messages with a wrong hash, origin, receiver or topic.</summary>
    public int Wrong { get; set; }

    /// <summary>Messages that came twice.</summary>
    public int Repeated { get; set; }

    /// <summary>Messages that failed at this sender.</summary>
    public int Failed { get; set; }

    /// <summary>Its first problems, for people.</summary>
    public string Problems { get; set; } = "";

    /// <summary>Remotes that it refused.</summary>
    public int Rejections { get; set; }

    /// <summary>Reason of the last one.</summary>
    public string LastRejection { get; set; } = "";

    /// <summary>The last line on its standard error.</summary>
    public string LastError { get; set; } = "";

    /// <summary>Begins a new process's story; what its earlier life received stays counted.</summary>
    public void BeginLife()
    {
        Life++;
        IsReady = false;
        HasLeft = false;
        IsRunning = true;
        Up.Clear();
        LastError = "";
    }
}
