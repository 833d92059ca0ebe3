namespace ActorP2P.Simulation;

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

    /// <summary>Nodes that are not there when the network forms, and join within the first five seconds of traffic.</summary>
    public double Join { get; init; }

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
    public bool IsCalm => Kill + Restart + Wipe + Join == 0 && Partition == TimeSpan.Zero && OneWay == TimeSpan.Zero && Delay + Jitter <= LongestCalmDelay;

    private static readonly TimeSpan LongestCalmDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>True when nothing stands between the wire and its receiver.</summary>
    public bool IsHonest => Loss == 0 && Liars == 0;
}
