using System.Diagnostics;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>Turns what a world shows into a report.</summary>
internal sealed class ReportBuilder(SimulatedNetwork world, Stopwatch watch)
{
    public TimeSpan Formation { get; init; }

    public TimeSpan Convergence { get; set; }

    /// <summary>Traffic when measuring began.</summary>
    public TrafficMeter Before { get; set; } = new();

    /// <summary>Virtual time when measuring began.</summary>
    public TimeSpan MeasuredFrom { get; set; }

    /// <summary>True when all knew all at the end.</summary>
    public bool ConvergedAgain { get; set; } = true;

    public SimulationReport Build()
    {
        var (options, ledger) = (world.Options, world.Ledger);
        var (expected, delivered, missing) = Expectation.Of(world);
        var seconds = (world.Simulation.Elapsed - MeasuredFrom).TotalSeconds;
        var isIdle = options.Kind == RunKind.Idle && seconds > 0;
        var liveness = world.Traffic.LivenessBytes - Before.LivenessBytes;
        var wire = world.Traffic.TotalBytes - Before.TotalBytes;
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
            Ratio(wire - ledger.CopyBytes, ledger.NeededBytes),
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
            Failure = world.Violation
                ?? (missing is not null ? $"not everything was delivered: {missing}"
                    : !ConvergedAgain ? $"state did not converge: {world.Board.Missing} pairs do not know each other's status"
                    : world.Wire.HaveLiarsEquivocated && equivocations == 0 ? "nobody reported an equivocation"
                    : null),
        };
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : Math.Round((double)part / whole, 4);
}
