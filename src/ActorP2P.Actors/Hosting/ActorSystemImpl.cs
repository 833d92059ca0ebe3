using ActorP2P.Actors.Event;
using ActorP2P.Hocon;

namespace ActorP2P.Actors;

/// <summary>The system itself: builds the tree from the root down and takes it apart in the opposite order.</summary>
internal sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly TaskCompletionSource _terminated;
    private readonly SchedulerBase _scheduler;
    private readonly Lazy<CoordinatedShutdown> _shutdown;
    private readonly ActorSystemSetup? _setup;
    private readonly Lock _callbackLock = new();
    private readonly Stack<Action> _terminationCallbacks = new();
    private LocalActorRef _root = null!;
    private LocalActorRef _user = null!;
    private LocalActorRef _system = null!;
    private long _uids;
    private long _tempNames;

    internal ActorSystemImpl(string name, Config? config, ActorSystemSetup? setup, EngineParts? parts)
        : base(name)
    {
        _setup = setup;
        Settings = new Settings(this, config);
        RunsInline = parts is not null;
        Trace = parts?.Trace;
        LogsReceive = Settings.AddLoggingReceive;
        _terminated = new TaskCompletionSource(RunsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        EventStream = new EventStream(Settings.MinimumLevel);
        RootPath = new RootActorPath(new Address("akka", name));
        DeadLettersRef = new DeadLetterActorRef(this, RootPath / "deadLetters");
        IgnoreRef = new IgnoringActorRef(this, RootPath / "ignore");
        Provider = new LocalActorRefProvider(this);
        Log = Logging.GetLogger(EventStream, $"ActorSystem({name})");
        Dispatchers = new Dispatchers(Settings.Config, parts?.Dispatcher);
        Mailboxes = new Mailboxes(Settings.Config);
        _scheduler = parts?.Scheduler ?? CreateScheduler();
        _shutdown = new Lazy<CoordinatedShutdown>(() => new CoordinatedShutdown(this));
    }

    public override Settings Settings { get; }

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters => DeadLettersRef;

    public override IActorRef IgnoreRef { get; }

    public override Dispatchers Dispatchers { get; }

    public override Mailboxes Mailboxes { get; }

    public override IScheduler Scheduler => _scheduler;

    public override ILoggingAdapter Log { get; }

    public override Task WhenTerminated => _terminated.Task;

    public override IActorRefProvider Provider { get; }

    public override IInternalActorRef Guardian => _user;

    public override IInternalActorRef SystemGuardian => _system;

    internal RootActorPath RootPath { get; }

    internal LocalActorRef RootGuardian => _root;

    internal DeadLetterActorRef DeadLettersRef { get; }

    internal CoordinatedShutdown Shutdown => _shutdown.Value;

    /// <summary>Whether everything runs on one thread, so that continuations must not go to the pool.</summary>
    internal bool RunsInline { get; }

    /// <summary>Sees every message before it is handled, in simulations only. What it answers is handled in place of a user message; the engine's own messages stay.</summary>
    internal Func<ActorCell, object, object?>? Trace { get; }

    /// <summary>As in the settings; asked for at every message.</summary>
    internal bool LogsReceive { get; }

    internal bool IsTerminating => _user.IsTerminated;

    public override IActorRef ActorOf(Props props, string? name = null) => _user.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf(Props props, string? name = null) => _system.Cell.ActorOf(props, name);

    public override ActorSelection ActorSelection(ActorPath actorPath)
    {
        ArgumentNullException.ThrowIfNull(actorPath);
        return Actors.ActorSelection.From(this, actorPath);
    }

    public override ActorSelection ActorSelection(string actorPath) => Actors.ActorSelection.From(this, _root, actorPath);

    public override void Stop(IActorRef actor) => ((IInternalActorRef)actor).Stop();

    public override Task Terminate()
    {
        if (Settings.Config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate"))
            _ = Shutdown.Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    public override void RegisterOnTermination(Action code)
    {
        lock (_callbackLock)
        {
            if (!WhenTerminated.IsCompleted)
            {
                _terminationCallbacks.Push(code);
                return;
            }
        }

        throw new InvalidOperationException("The actor system has terminated already.");
    }

    public override string ToString() => RootPath.Address.ToString();

    internal void StartActors()
    {
        var strategy = CreateGuardianStrategy();
        _root = NewActorRef(Props.Create<RootGuardian>(), new RootSupervisor(this), RootPath);
        _root.Start();
        _system = _root.Cell.MakeChild(Props.Create<SystemGuardian>(), "system");
        _user = _root.Cell.MakeChild(Props.Create<UserGuardian>().WithSupervisorStrategy(strategy), "user");
        _root.Tell(new RootGuardian.Guardians(_user, _system), ActorRefs.NoSender);
        LoggerActors.Start(this, _setup);
    }

    internal LocalActorRef NewActorRef(Props props, IInternalActorRef parent, ActorPath path) =>
        new(this, props, Dispatchers.For(props), Mailboxes.For(props), parent, path);

    internal long NextUid() => Interlocked.Increment(ref _uids);

    internal ActorPath NextTempPath() => RootPath / "temp" / $"${Interlocked.Increment(ref _tempNames)}";

    /// <summary>Stops the user's actors; the root follows with the rest.</summary>
    internal void FinalTerminate() => _user.Stop();

    internal void RootStopped()
    {
        Stack<Action> callbacks;
        lock (_callbackLock)
        {
            callbacks = new Stack<Action>(_terminationCallbacks.Reverse());
            _terminationCallbacks.Clear();
        }

        while (callbacks.TryPop(out var callback))
        {
            try
            {
                callback();
            }
            catch (Exception e)
            {
                // The others have a right to be called, and no supervisor is left.
                Console.Error.WriteLine($"A termination callback of {this} failed: {e}");
            }
        }

        if (!RunsInline)
            _scheduler.Shutdown();
        _terminated.TrySetResult();
    }

    private SchedulerBase CreateScheduler()
    {
        const string own = "Akka.Actor.HashedWheelTimerScheduler";
        var name = Settings.Config.GetString("akka.scheduler.implementation", own)!;
        switch (name.Split(',')[0])
        {
            case own:
                return new TimerWheelScheduler(TimeProvider.System, Settings.SchedulerTick, Settings.SchedulerSlots, e => Log.Error(e, "A scheduled action failed"));
            case "Akka.TestKit.TestScheduler":
                name = "ActorP2P.Actors.TestKit.TestScheduler, ActorP2P.Actors.TestKit";
                break;
        }

        return Type.GetType(name) is { } type && typeof(SchedulerBase).IsAssignableFrom(type)
            ? (SchedulerBase)Activator.CreateInstance(type, Settings.Config, Log)!
            : throw new ConfigurationException($"akka.scheduler.implementation: unknown type \"{name}\".");
    }

    private SupervisorStrategy CreateGuardianStrategy()
    {
        var name = Settings.SupervisorStrategyClass;
        switch (name.Split(',')[0].Split('.')[^1])
        {
            case nameof(DefaultSupervisorStrategy):
                return SupervisorStrategy.DefaultStrategy;
            case nameof(StoppingSupervisorStrategy):
                return SupervisorStrategy.StoppingStrategy;
        }

        return Type.GetType(name) is { } own && typeof(SupervisorStrategyConfigurator).IsAssignableFrom(own)
            ? ((SupervisorStrategyConfigurator)Activator.CreateInstance(own)!).Create()
            : throw new ConfigurationException($"akka.actor.guardian-supervisor-strategy: unknown type \"{name}\".");
    }
}

internal sealed class LocalActorRefProvider(ActorSystemImpl system) : IActorRefProvider
{
    internal ActorSystemImpl System => system;

    public ActorPath RootPath => system.RootPath;

    public IActorRef DeadLetters => system.DeadLetters;

    public Settings Settings => system.Settings;

    public ActorPath TempPath() => system.NextTempPath();

    public IActorRef ResolveActorRef(string path)
    {
        if (!ActorPath.TryParse(path, out var parsed) || parsed.Address.System != system.Name)
            return system.DeadLetters;
        var elements = parsed.Elements.ToArray();
        if (elements.Length > 0 && parsed.Uid != 0)
            elements[^1] += $"#{parsed.Uid}";
        var found = system.RootGuardian.GetChild(elements);
        return found.IsNobody() ? new EmptyLocalActorRef(system, parsed) : found;
    }
}
