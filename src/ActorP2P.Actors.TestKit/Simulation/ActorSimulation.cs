using System.Text;
using ActorP2P.Hocon;

namespace ActorP2P.Actors.TestKit;

/// <summary>Says what an actor is given in place of a message; null for nothing.</summary>
/// <param name="receiver">The actor that is about to handle it.</param>
/// <param name="message">The message.</param>
/// <param name="sender">Who told it.</param>
public delegate object? InterceptMessage(IActorRef receiver, object message, IActorRef sender);

/// <summary>
/// Runs actor systems on the calling thread in virtual time, in an order drawn from a seed. Nothing happens outside of
/// <see cref="RunFor"/> and <see cref="RunUntil"/>; the same seed and the same calls give the same run, which
/// <see cref="TraceHash"/> proves. Messages between two actors keep their order; which of several actors with messages
/// comes next is random. Handling a message takes no virtual time. Work that actors hand to the thread pool or to real
/// I/O is not part of the simulation and makes it unrepeatable.
/// </summary>
public sealed class ActorSimulation
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Config Defaults = ConfigurationFactory.ParseString("akka { loglevel = WARNING, loggers = [], log-dead-letters = off }");

    private const int StepsBetweenConditionChecks = 256;

    private readonly List<Mailbox> _runnable = [];
    private readonly SimulationAgenda _agenda = new();
    private readonly Dictionary<Type, ulong> _typeHashes = [];
    private readonly SimulationDispatcher _dispatcher;
    private readonly SimulationScheduler _scheduler;
    private ulong _order;
    private bool _running;

    /// <summary>A simulation whose every choice follows from the seed.</summary>
    public ActorSimulation(int seed)
    {
        Random = new Random(seed);
        // A stream of its own, so that what a test draws does not change the order of the actors.
        _order = (uint)seed * 0x9E3779B97F4A7C15UL;
        _dispatcher = new SimulationDispatcher(_runnable);
        _scheduler = new SimulationScheduler(this, _agenda);
        Time = new SimulationTime(this, _agenda);
    }

    /// <summary>Randomness for the simulated world, such as faults of a network.</summary>
    public Random Random { get; }

    /// <summary>The virtual clock, for code that takes a <see cref="TimeProvider"/>.</summary>
    public TimeProvider Time { get; }

    /// <summary>The virtual wall clock; starts at 2026-01-01.</summary>
    public DateTimeOffset Now => Epoch + Elapsed;

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Messages handled so far, the engine's own included.</summary>
    public long Steps { get; private set; }

    /// <summary>A hash over (actor path, message type, virtual time) of every message handled so far.</summary>
    public ulong TraceHash { get; private set; } = 14695981039346656037;

    /// <summary>Called for each message before it is handled, for finding where two runs part. Null when not wanted.</summary>
    public Action<ActorPath, Type, TimeSpan>? OnStep { get; set; }

    /// <summary>
    /// Says what an actor is given in place of a message; null for nothing. Every message that actors tell each other
    /// passes here, so faults can be put between actors that know nothing of it. Null when not wanted.
    /// </summary>
    public InterceptMessage? Intercept { get; set; }

    /// <summary>Messages that may be handled without virtual time passing; more is a loop without end and throws <see cref="InvalidOperationException"/>.</summary>
    public long StepsPerInstantLimit { get; set; } = 100_000_000;

    /// <summary>A system that lives in this simulation. Unless configured otherwise it writes no log.</summary>
    public ActorSystem CreateSystem(string name, Config? config = null) =>
        ActorSystem.Start(name, config is null ? Defaults : config.WithFallback(Defaults), null, new EngineParts(_scheduler, _dispatcher, Record));

    /// <summary>Calls a function after a virtual delay.</summary>
    public void Schedule(TimeSpan delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _agenda.Add(Elapsed + (delay < TimeSpan.Zero ? TimeSpan.Zero : delay), new ScheduledAction(action, null, _scheduler));
    }

    /// <summary>Runs for that much virtual time.</summary>
    public void RunFor(TimeSpan duration) => RunUntil(static () => false, duration);

    /// <summary>Runs until the condition holds, asked whenever nothing more can happen at an instant and from time to time; false when the virtual time limit came first.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (_running)
            throw new InvalidOperationException("The simulation is running already; an actor cannot run it.");
        _running = true;
        // Continuations must stay on this thread: a captured context could carry them elsewhere.
        var context = SynchronizationContext.Current;
        var cell = ActorCell.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        ActorCell.Current = null;
        try
        {
            return Run(condition, Elapsed + limit);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            ActorCell.Current = cell;
            _running = false;
        }
    }

    private bool Run(Func<bool> condition, TimeSpan end)
    {
        while (true)
        {
            if (RunInstant(condition) || condition())
                return true;
            if (_agenda.TakeNext(end) is not { } entry)
            {
                Elapsed = end;
                return false;
            }

            Elapsed = entry.Due;
            entry.Fire();
            if (entry.Interval is { } interval && !entry.IsCancellationRequested)
                _agenda.Add(entry.Due + interval, entry);
        }
    }

    private bool RunInstant(Func<bool> condition)
    {
        for (var steps = 1L; _runnable.Count > 0; steps++)
        {
            var index = NextIndex(_runnable.Count);
            var mailbox = _runnable[index];
            _runnable[index] = _runnable[^1];
            _runnable.RemoveAt(_runnable.Count - 1);
            mailbox.Run(throughput: 1);
            if (steps % StepsBetweenConditionChecks == 0 && condition())
                return true;
            if (steps > StepsPerInstantLimit)
                throw new InvalidOperationException($"More than {StepsPerInstantLimit} steps at {Now:O}: actors keep each other busy without time passing.");
        }

        return false;
    }

    // SplitMix64 (Steele, Lea, Flood, 2014): one multiplication chain a draw, and the same on every platform.
    private int NextIndex(int count)
    {
        if (count == 1)
            return 0;
        var z = _order += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        z ^= z >> 31;
        return (int)(((z >> 32) * (ulong)count) >> 32);
    }

    private object? Record(ActorCell cell, object message)
    {
        Steps++;
        var shown = message is TimerMessage timer ? timer.Message : message;
        var type = shown.GetType();
        if (!_typeHashes.TryGetValue(type, out var typeHash))
            _typeHashes[type] = typeHash = Hash(type.FullName ?? type.Name);
        TraceHash = Mix(Mix(Mix(TraceHash, cell.Self.Path.StableHash), typeHash), (ulong)Elapsed.Ticks);
        OnStep?.Invoke(cell.Self.Path, type, Elapsed);
        return Intercept is { } intercept && message is not (TimerMessage or SystemMessage or AutoReceivedMessage) ? intercept(cell.Self, message, cell.Sender) : message;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 32);
    }

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }
}
