using System.Diagnostics;

namespace ActorP2P.Simulation;

/// <summary>
/// One scenario: all nodes start and learn of each other, then each broadcasts while faults happen, then the network is
/// given time to repair. Who lives at the end must have every broadcast whose origin lives too.
/// </summary>
public sealed class SimulationRun(SimulationOptions options)
{
    private static readonly TimeSpan ConvergenceLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BroadcastSpan = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(2);

    private readonly HashSet<SimulatedNode> _faulty = [];

    /// <summary>Runs it to its end.</summary>
    public SimulationReport Run()
    {
        var watch = Stopwatch.StartNew();
        using var world = new SimulatedNetwork(options.Seed, options.Nodes, options.Topology);
        world.StartAll();
        var converged = world.Simulation.RunUntil(world.HasConverged, ConvergenceLimit);
        var convergence = world.Simulation.Elapsed;
        if (!converged)
        {
            return Report(world, watch, convergence, 0) with { Failure = "state did not converge" };
        }

        // A quiet second: link-up exchanges are not part of what a broadcast costs.
        world.Simulation.RunFor(TimeSpan.FromSeconds(1));
        var bytesBefore = world.Network.TotalTraffic().Bytes;
        ScheduleFaults(world);
        ScheduleBroadcasts(world);
        world.Simulation.RunFor(options.Duration);
        world.Simulation.RunUntil(world.HasConverged, ConvergenceLimit);
        var report = Report(world, watch, convergence, world.Network.TotalTraffic().Bytes - bytesBefore);
        return report with { Failure = FailureOf(report, world) };
    }

    private static string? FailureOf(SimulationReport report, SimulatedNetwork world)
    {
        if (report.Delivered != report.Expected)
        {
            return "not everything was delivered";
        }

        return report.Duplicates > 0 ? "a module was given a broadcast twice" : world.HasConverged() ? null : "state did not converge again";
    }

    private void ScheduleFaults(SimulatedNetwork world)
    {
        var (simulation, victims) = (world.Simulation, world.Nodes.ToArray());
        simulation.Random.Shuffle(victims);
        var kills = (int)(options.Kill * victims.Length);
        var restarts = (int)(options.Restart * victims.Length);
        foreach (var (index, victim) in victims.Take(kills + restarts).Index())
        {
            _faulty.Add(victim);
            var at = BroadcastSpan * simulation.Random.NextDouble();
            simulation.Schedule(at, victim.Kill);
            if (index >= kills)
            {
                simulation.Schedule(at + RestartAfter, victim.Start);
            }
        }

        if (options.Partition > TimeSpan.Zero)
        {
            simulation.Schedule(TimeSpan.FromSeconds(1), () => world.Partition(cut: true));
            simulation.Schedule(TimeSpan.FromSeconds(1) + options.Partition, () => world.Partition(cut: false));
        }
    }

    private void ScheduleBroadcasts(SimulatedNetwork world)
    {
        foreach (var node in world.Nodes)
        {
            for (var number = 0; number < options.MessagesPerNode; number++)
            {
                var ours = number;
                world.Simulation.Schedule(BroadcastSpan * world.Simulation.Random.NextDouble(), () =>
                {
                    if (node.IsAlive && !_faulty.Contains(node))
                    {
                        node.Broadcast(ours, options.PayloadBytes);
                    }
                });
            }
        }
    }

    private SimulationReport Report(SimulatedNetwork world, Stopwatch watch, TimeSpan convergence, long wireBytes)
    {
        var origins = world.Alive.Where(node => !_faulty.Contains(node)).ToList();
        var (expected, delivered) = (0, 0);
        foreach (var receiver in world.Alive)
        {
            foreach (var origin in origins.Where(origin => !ReferenceEquals(origin, receiver)))
            {
                expected += options.MessagesPerNode;
                delivered += Enumerable.Range(0, options.MessagesPerNode).Count(number => receiver.Record.Has(origin.Id, number));
            }
        }

        var copies = delivered + world.Alive.Sum(node => node.Counters.Value("multicast.dropped.duplicate"));
        var payloadBytes = (double)delivered * options.PayloadBytes;
        var slowest = world.Alive.Select(node => node.Record.MaxLatency).DefaultIfEmpty().Max();
        return new SimulationReport(
            options.Nodes,
            options.Seed,
            delivered,
            expected,
            world.Alive.Sum(node => node.Record.Duplicates),
            delivered == 0 ? 0 : Math.Round((double)copies / delivered, 4),
            delivered == 0 ? 0 : Math.Round((wireBytes - (copies * options.PayloadBytes)) / payloadBytes, 4),
            (int)Math.Floor(slowest / SimulatedNetwork.LinkDelay),
            Math.Round(convergence.TotalSeconds, 4),
            Math.Round(world.Simulation.Elapsed.TotalSeconds, 4),
            Math.Round(watch.Elapsed.TotalSeconds, 3),
            world.Simulation.TraceHash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
    }
}
