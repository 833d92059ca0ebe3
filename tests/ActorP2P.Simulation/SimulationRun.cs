using System.Diagnostics;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>
/// One scenario: all nodes start and learn of each other; then they broadcast while faults happen, or one status
/// changes, or nothing happens, or all of that one after the other; then the network is given time to repair. A broken
/// promise ends the run at once.
/// </summary>
public sealed class SimulationRun(SimulationOptions options)
{
    private static readonly TimeSpan ConvergenceLimit = TimeSpan.FromMinutes(2);
    private const int Phases = 4;
    private const int SmallBytes = 1024;
    private const int LargeBytes = 64 * 1024;


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
        var done = options.Kind == RunKind.Everything
            ? Everything(world, report.Formation)
            : Measure(world, new ReportBuilder(world, _watch) { Formation = report.Formation, Convergence = report.Formation, IsIdle = options.Kind == RunKind.Idle });
        OnProgress?.Invoke(world.Ledger.Slowest);
        Tell(profile);
        return done;
    }

    private SimulationReport Measure(SimulatedNetwork world, ReportBuilder report)
    {
        report.Begin();
        switch (options.Kind)
        {
            case RunKind.StateChange:
                ChangeState(world, report);
                break;
            case RunKind.Idle:
                RunUntil(world, Never, options.Duration);
                break;
            default:
                Broadcast(world, report);
                break;
        }

        Tell(world, "done");
        return report.Build();
    }

    // One formation, the dearest part of a large run, serves all that is measured in a network without faults.
    private SimulationReport Everything(SimulatedNetwork world, TimeSpan formation)
    {
        var length = options.Duration / Phases;
        var traffic = new TrafficSchedule(world);
        var phases = new List<PhaseReport>();
        Phase("idle", isIdle: true, _ => RunUntil(world, Never, length));
        Phase("1 KiB", isIdle: false, _ =>
        {
            traffic.Broadcasts(SmallBytes);
            traffic.Talk();
            RunUntil(world, Never, length);
            RunUntil(world, () => !ConversationSums.AnyOpen(world), SettlingLimit);
        });
        Phase("64 KiB", isIdle: false, _ =>
        {
            traffic.Broadcasts(LargeBytes);
            RunUntil(world, Never, length);
        });
        var last = Phase("one change", isIdle: false, report =>
        {
            ChangeState(world, report);
            RunUntil(world, Never, length);
        });
        return PhaseReport.Whole(last, phases);

        SimulationReport Phase(string name, bool isIdle, Action<ReportBuilder> run)
        {
            world.TurnPage();
            var report = new ReportBuilder(world, _watch) { Formation = formation, IsIdle = isIdle };
            report.Begin();
            run(report);
            Tell(world, name);
            var built = report.Build();
            phases.Add(PhaseReport.Of(name, built, world.Simulation.Elapsed - report.MeasuredFrom));
            if (built.Failure is { } failure)
            {
                world.Violate($"{name}: {failure}");
            }

            return built;
        }
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
        var (faults, traffic) = (new FaultSchedule(world, TrafficSchedule.Span), new TrafficSchedule(world));
        faults.Plan();
        if (options.Topics > 0)
        {
            traffic.Multicasts();
        }
        else
        {
            traffic.Broadcasts(options.PayloadBytes);
        }

        traffic.Talk();
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
}
