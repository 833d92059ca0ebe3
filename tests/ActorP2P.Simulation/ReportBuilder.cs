using System.Diagnostics;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>Turns what a world shows into a report.</summary>
internal sealed class ReportBuilder(SimulatedNetwork world, Stopwatch watch)
{
    public TimeSpan Formation { get; init; }

    public TimeSpan Convergence { get; set; }

    /// <summary>Traffic when measuring began.</summary>
    public TrafficMeter Before { get; private set; } = new();

    /// <summary>All wire bytes but payload copies, from the first broadcast to the last delivery.</summary>
    public long OtherBytesInWindow { get; private set; }

    /// <summary>Virtual time when measuring began.</summary>
    public TimeSpan MeasuredFrom { get; private set; }

    /// <summary>True while nothing but upkeep is measured.</summary>
    public bool IsIdle { get; init; }

    /// <summary>True when all knew all at the end.</summary>
    public bool ConvergedAgain { get; set; } = true;

    /// <summary>Measuring begins.</summary>
    public void Begin()
    {
        Before = world.Traffic.Copy();
        MeasuredFrom = world.Simulation.Elapsed;
        world.Ledger.OnDelivery = copies => OtherBytesInWindow = world.Traffic.TotalBytes - Before.TotalBytes - copies;
    }

    public SimulationReport Build()
    {
        var (options, ledger) = (world.Options, world.Ledger);
        var (expected, delivered, missing) = Expectation.Of(world);
        var seconds = (world.Simulation.Elapsed - MeasuredFrom).TotalSeconds;
        var isIdle = IsIdle && seconds > 0;
        var liveness = world.Traffic.LivenessBytes - Before.LivenessBytes;
        var wire = world.Traffic.TotalBytes - Before.TotalBytes;
        var (unicasts, requests) = (ConversationSums.Of(world, isRequest: false), ConversationSums.Of(world, isRequest: true));
        var equivocations = world.Alive.Where(node => !node.IsLiar).Sum(node =>
            node.Counters.Value("multicast.equivocation") + node.Counters.Value("topology.equivocation") + node.Counters.Value("state-sync.equivocation"));
        return new SimulationReport(
            options.Nodes,
            world.Links.Count,
            options.Seed,
            ledger.Published,
            delivered,
            expected,
            ledger.Duplicates,
            Ratio(ledger.CopyBytes, ledger.NeededBytes),
            Ratio(world.Traffic.DisseminationBytesSince(Before) - ledger.CopyBytes, ledger.NeededBytes),
            ledger.Depth,
            ledger.Deliveries == 0 ? 0 : ledger.LatencyMs(0.5),
            ledger.Deliveries == 0 ? 0 : ledger.LatencyMs(0.99),
            Math.Round(Convergence.TotalSeconds, 4),
            Math.Round(Formation.TotalSeconds, 4),
            isIdle ? Math.Round((wire - liveness) / seconds / options.Nodes, 1) : 0,
            isIdle ? Math.Round(liveness / seconds / world.Links.Count, 1) : 0,
            world.Wire.Lost,
            equivocations,
            Math.Round(world.Simulation.Elapsed.TotalSeconds, 4),
            Math.Round(watch.Elapsed.TotalSeconds, 3),
            world.Simulation.TraceHash.ToString("x16", CultureInfo.InvariantCulture))
        {
            LatencyMaxMs = ledger.SlowestMs,
            OverheadInWindow = Ratio(OtherBytesInWindow, ledger.NeededBytes),
            OverheadWithIdle = Ratio(wire - ledger.CopyBytes, ledger.NeededBytes),
            UnicastExpected = unicasts.Expected,
            UnicastDelivered = unicasts.Delivered,
            UnicastRefused = unicasts.Refused,
            RequestExpected = requests.Expected,
            RequestAnswered = requests.Delivered,
            RequestRefused = requests.Refused,
            TopicExpected = world.Topics.Expected,
            TopicDelivered = world.Topics.Delivered,
            Failure = world.Violation
                ?? (missing is not null ? $"not everything was delivered: {missing}" : null)
                ?? (world.Topics.Missing is { } lost ? $"not everything was delivered: {lost}" : null)
                ?? unicasts.Broken
                ?? requests.Broken
                ?? (!ConvergedAgain ? $"state did not converge: {world.Board.Missing} pairs do not know each other's status" : CutOff())
                ?? (world.Wire.HaveLiarsEquivocated && equivocations == 0 ? "nobody reported an equivocation" : null),
        };
    }

    // Whatever happened and whoever lies: honest neighbours that live are connected again.
    private string? CutOff()
    {
        var apart = world.Links
            .Where(link => IsHonestAndAlive(link.Low) && IsHonestAndAlive(link.High))
            .Where(link => !world.Nodes[link.Low].Peers.Contains(link.High) || !world.Nodes[link.High].Peers.Contains(link.Low))
            .ToList();
        return apart.Count == 0 ? null : $"{apart.Count} honest pairs have no session, such as {apart[0].Low} and {apart[0].High}";
    }

    private bool IsHonestAndAlive(int number) => world.Nodes[number] is { IsAlive: true, IsLiar: false };

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : Math.Round((double)part / whole, 4);
}
