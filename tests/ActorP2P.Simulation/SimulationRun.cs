using System.Diagnostics;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>
/// One scenario: all nodes start and learn of each other; then they broadcast while faults happen, or one status
/// changes, or nothing happens; then the network is given time to repair. A broken promise ends the run at once.
/// </summary>
public sealed class SimulationRun(SimulationOptions options)
{
    private static readonly TimeSpan ConvergenceLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BroadcastSpan = TimeSpan.FromSeconds(5);

    // Beyond the timeout of requests, and of what waits for a session.
    private static readonly TimeSpan SettlingLimit = TimeSpan.FromSeconds(30);

    // Link-up exchanges and the announcements after them are no part of what is measured.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(20);

    private readonly Stopwatch _watch = new();
    private TimeSpan _nextProgress = ProgressInterval;

    /// <summary>Called with one line at each stage; null when nobody looks.</summary>
    public Action<string>? OnProgress { get; init; }

    /// <summary>Runs it to its end.</summary>
    public SimulationReport Run()
    {
        _watch.Restart();
        using var world = new SimulatedNetwork(options);
        Tell(world, "made");
        var profile = new StepProfile();
        if (options.Profile)
        {
            profile.Watch(world.Simulation);
        }

        world.StartAll();
        new Invariants(world).Watch();
        var formed = RunUntil(world, () => world.Board.HasConverged, ConvergenceLimit);
        var report = new ReportBuilder(world, _watch) { Formation = world.Simulation.Elapsed, Convergence = world.Simulation.Elapsed };
        Tell(world, "formed");
        if (!formed)
        {
            Tell(profile);
            return report.Build() with { Failure = world.Violation ?? $"state did not converge: {world.Board.Missing} pairs do not know each other's status" };
        }

        RunUntil(world, Never, Quiet);
        Tell(world, "quiet");
        world.Wire.IsActive = true;
        report.Before = world.Traffic.Copy();
        world.Ledger.OnDelivery = copies => report.OtherBytesInWindow = world.Traffic.TotalBytes - report.Before.TotalBytes - copies;
        report.MeasuredFrom = world.Simulation.Elapsed;
        switch (options.Kind)
        {
            case RunKind.Broadcast:
                Broadcast(world, report);
                break;
            case RunKind.StateChange:
                ChangeState(world, report);
                break;
            case RunKind.Idle:
                RunUntil(world, Never, options.Duration);
                break;
        }

        Tell(world, "done");
        OnProgress?.Invoke(world.Ledger.Slowest);
        Tell(profile);
        return report.Build();
    }

    private static bool Never() => false;

    private bool RunUntil(SimulatedNetwork world, Func<bool> condition, TimeSpan limit) =>
        world.Simulation.RunUntil(() => IsOver(world) || condition(), limit) && world.Violation is null;

    // Large networks take minutes: whoever waits sees that they move, and a run that takes too long ends as a failed one.
    private bool IsOver(SimulatedNetwork world)
    {
        if (_watch.Elapsed >= _nextProgress)
        {
            _nextProgress = _watch.Elapsed + ProgressInterval;
            Tell(world, "...");
        }

        if (options.MaxWall > TimeSpan.Zero && _watch.Elapsed > options.MaxWall)
        {
            world.Violate(FormattableString.Invariant($"more than {options.MaxWall.TotalSeconds:0} s of wall clock"));
        }

        return world.Violation is not null;
    }

    private void Tell(SimulatedNetwork world, string stage) => OnProgress?.Invoke(string.Create(
        CultureInfo.InvariantCulture,
        $"{stage,-8} wall {_watch.Elapsed.TotalSeconds,7:0.0} s  virtual {world.Simulation.Elapsed.TotalSeconds,7:0.000} s  steps {world.Simulation.Steps,11:N0}  memory {GC.GetTotalMemory(false) >> 20,6:N0} MiB  process {Environment.WorkingSet >> 20,6:N0} MiB  cpu {Environment.CpuUsage.TotalTime.TotalSeconds,6:0.0} s  gc {GC.GetTotalPauseDuration().TotalSeconds,5:0.0} s in {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}  allocated {GC.GetTotalAllocatedBytes() >> 20,7:N0} MiB"));

    private void Tell(StepProfile profile)
    {
        foreach (var line in profile.Lines(most: 40).Concat(profile.KindLines()))
        {
            OnProgress?.Invoke(line);
        }
    }

    private void Broadcast(SimulatedNetwork world, ReportBuilder report)
    {
        var faults = new FaultSchedule(world, BroadcastSpan);
        faults.Plan();
        ScheduleBroadcasts(world);
        ScheduleUnicasts(world);
        if (faults.HealsAfter == TimeSpan.Zero)
        {
            RunUntil(world, Never, options.Duration);
        }
        else
        {
            // Both sides change while they are apart, so that there is something to converge on.
            world.Simulation.Schedule(faults.HealsAfter / 2, () => ChangeAll(world));
            RunUntil(world, Never, faults.HealsAfter);
            world.CrossedAt = null;
            RunUntil(world, () => world.CrossedAt is not null && Expectation.HasConverged(world), ConvergenceLimit);
            report.Convergence = world.Simulation.Elapsed - (world.CrossedAt ?? TimeSpan.Zero);
            RunUntil(world, Never, options.Duration - faults.HealsAfter);
        }

        // A run that is shorter than what it sends takes goes on until each message has its outcome.
        RunUntil(world, () => !ConversationSums.AnyOpen(world), SettlingLimit);
        report.ConvergedAgain = RunUntil(world, () => Expectation.HasConverged(world), ConvergenceLimit);
    }

    private void ChangeState(SimulatedNetwork world, ReportBuilder report)
    {
        var changedAt = world.Simulation.Elapsed;
        world.Nodes[options.Nodes / 2].ChangeStatus();
        report.ConvergedAgain = RunUntil(world, () => Expectation.HasConverged(world), ConvergenceLimit);
        report.Convergence = world.Simulation.Elapsed - changedAt;
    }

    private static void ChangeAll(SimulatedNetwork world)
    {
        foreach (var node in world.Alive)
        {
            node.ChangeStatus();
        }
    }

    private void ScheduleBroadcasts(SimulatedNetwork world)
    {
        foreach (var node in world.Nodes.Take(options.SenderCount))
        {
            for (var number = 0; number < options.MessagesPerNode; number++)
            {
                var ours = number;
                world.Simulation.Schedule(options.Burst ? TimeSpan.Zero : BroadcastSpan * world.Simulation.Random.NextDouble(), () =>
                {
                    if (node.IsAlive)
                    {
                        node.Broadcast(ours);
                    }
                });
            }
        }
    }

    private void ScheduleUnicasts(SimulatedNetwork world)
    {
        foreach (var node in world.Nodes)
        {
            for (var i = 0; i < options.UnicastsPerNode; i++)
            {
                var turn = i;
                ScheduleTalk(world, node, to => node.Unicast(to, turn));
            }

            for (var i = 0; i < options.RequestsPerNode; i++)
            {
                ScheduleTalk(world, node, node.Request);
            }
        }
    }

    private static void ScheduleTalk(SimulatedNetwork world, SimulatedNode node, Action<SimulatedNode> send)
    {
        var to = world.Nodes[(node.Number + 1 + world.Simulation.Random.Next(world.Nodes.Count - 1)) % world.Nodes.Count];
        world.Simulation.Schedule(BroadcastSpan * world.Simulation.Random.NextDouble(), () =>
        {
            if (node.IsAlive)
            {
                send(to);
            }
        });
    }
}
