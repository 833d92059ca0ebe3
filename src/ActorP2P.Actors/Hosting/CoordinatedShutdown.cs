using System.Collections.Immutable;
using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>What a task without result answers.</summary>
public sealed class Done
{
    private Done()
    {
    }

    /// <summary>The only one.</summary>
    public static Done Instance { get; } = new();
}

/// <summary>Ends a node in phases, each after those it depends on; the tasks of a phase run side by side. A task that fails or takes too long is logged, and the shutdown goes on.</summary>
public sealed class CoordinatedShutdown
{
    /// <summary>The first phase.</summary>
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";

    /// <summary>Stop accepting.</summary>
    public const string PhaseServiceUnbind = "service-unbind";

    /// <summary>Let what runs come to an end.</summary>
    public const string PhaseServiceRequestsDone = "service-requests-done";

    /// <summary>Close what is still open.</summary>
    public const string PhaseServiceStop = "service-stop";

    /// <summary>Before a cluster is left.</summary>
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";

    /// <summary>Shards leave.</summary>
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";

    /// <summary>Say goodbye.</summary>
    public const string PhaseClusterLeave = "cluster-leave";

    /// <summary>Hand over.</summary>
    public const string PhaseClusterExiting = "cluster-exiting";

    /// <summary>Handed over.</summary>
    public const string PhaseClusterExitingDone = "cluster-exiting-done";

    /// <summary>The cluster is left.</summary>
    public const string PhaseClusterShutdown = "cluster-shutdown";

    /// <summary>The last phase in which actors run.</summary>
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";

    /// <summary>All actors end.</summary>
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly ActorSystemImpl _system;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(string Name, Func<Task<Done>> Task)>> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Phase> _phases;
    private readonly IReadOnlyList<string> _order;
    private Task<Done>? _run;

    internal CoordinatedShutdown(ActorSystemImpl system)
    {
        _system = system;
        _phases = ReadPhases(system.Settings.Config);
        _order = Sort(_phases);
    }

    /// <summary>Why the shutdown runs; null until it does.</summary>
    public Reason? ShutdownReason { get; private set; }

    /// <summary>The longest all phases can take.</summary>
    public TimeSpan TotalTimeout => _phases.Values.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Timeout);

    /// <summary>The shutdown of a system.</summary>
    public static CoordinatedShutdown Get(ActorSystem sys) => ((ActorSystemImpl)sys).Shutdown;

    /// <summary>Adds a task to a phase. Throws <see cref="ArgumentException"/> when there is no such phase. Too late, it is never called.</summary>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!_phases.ContainsKey(phase))
            throw new ArgumentException($"Unknown phase [{phase}], known phases [{string.Join(", ", _order)}].", nameof(phase));
        lock (_lock)
        {
            if (!_tasks.TryGetValue(phase, out var tasks))
                _tasks[phase] = tasks = [];
            tasks.Add((taskName, task));
        }
    }

    /// <summary>The time a phase may take.</summary>
    public TimeSpan Timeout(string phase) => _phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"Unknown phase [{phase}].", nameof(phase));

    /// <summary>Runs all phases, or those from one on. The second call answers the task of the first.</summary>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        TaskCompletionSource<Done> started;
        lock (_lock)
        {
            if (_run is not null)
                return _run;
            ShutdownReason = reason;
            started = new TaskCompletionSource<Done>(_system.RunsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
            _run = started.Task;
        }

        _ = RunPhases(fromPhase, started);
        return started.Task;
    }

    private async Task RunPhases(string? fromPhase, TaskCompletionSource<Done> run)
    {
        foreach (var phase in _order.SkipWhile(p => fromPhase is not null && p != fromPhase))
            await RunPhase(phase).ConfigureAwait(false);
        run.TrySetResult(Done.Instance);
    }

    private async Task RunPhase(string phase)
    {
        (string Name, Func<Task<Done>> Task)[] tasks;
        lock (_lock)
            tasks = _tasks.TryGetValue(phase, out var registered) ? [.. registered] : [];
        var running = tasks.Select(t => RunTask(phase, t.Name, t.Task)).ToList();
        if (phase == PhaseActorSystemTerminate && _system.Settings.Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system"))
        {
            _system.FinalTerminate();
            // The scheduler ends with the system, so a time limit on its own end would never come.
            await _system.WhenTerminated.ConfigureAwait(false);
        }

        if (running.Count == 0)
            return;
        var all = Task.WhenAll(running);
        var timeout = new TaskCompletionSource(_system.RunsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        if (!all.IsCompleted)
        {
            var pending = _system.Scheduler.Advanced.ScheduleOnceCancelable(_phases[phase].Timeout, () => timeout.TrySetResult());
            if (await Task.WhenAny(all, timeout.Task).ConfigureAwait(false) != all)
                _system.Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase, _phases[phase].Timeout);
            pending.Cancel();
        }
    }

    private async Task RunTask(string phase, string name, Func<Task<Done>> task)
    {
        try
        {
            await task().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // One failed task must not keep the node from ending in order.
            _system.Log.Warning(e, "Task [{0}] failed in coordinated shutdown phase [{1}]", name, phase);
        }
    }

    private static Dictionary<string, Phase> ReadPhases(Hocon.Config config)
    {
        var phases = new Dictionary<string, Phase>(StringComparer.Ordinal);
        var section = config.GetConfig("akka.coordinated-shutdown.phases");
        var defaultTimeout = config.GetTimeSpan("akka.coordinated-shutdown.default-phase-timeout");
        foreach (var (name, _) in section?.AsEnumerable() ?? [])
        {
            phases[name] = new Phase(
                [.. section!.GetStringList($"{name}.depends-on")],
                section.GetTimeSpan($"{name}.timeout", defaultTimeout));
        }

        return phases;
    }

    private static List<string> Sort(Dictionary<string, Phase> phases)
    {
        var sorted = new List<string>();
        var open = new HashSet<string>(StringComparer.Ordinal);
        void Visit(string name)
        {
            if (sorted.Contains(name))
                return;
            if (!open.Add(name))
                throw new ConfigurationException($"akka.coordinated-shutdown.phases: phase \"{name}\" depends on itself.");
            foreach (var before in phases.TryGetValue(name, out var phase) ? phase.DependsOn : [])
                Visit(before);
            sorted.Add(name);
        }

        foreach (var name in phases.Keys.Order(StringComparer.Ordinal))
            Visit(name);
        return sorted;
    }

    private sealed record Phase(ImmutableArray<string> DependsOn, TimeSpan Timeout);

    /// <summary>Why a system is shut down. Derive for reasons of one's own.</summary>
    public class Reason
    {
        /// <summary>For derived classes.</summary>
        protected Reason()
        {
        }
    }

    /// <summary>Nobody said.</summary>
    public class UnknownReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new UnknownReason();
    }

    /// <summary><see cref="ActorSystem.Terminate"/> was called.</summary>
    public class ActorSystemTerminateReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ActorSystemTerminateReason();
    }

    /// <summary>The process ends.</summary>
    public class ClrExitReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ClrExitReason();
    }
}
