using ActorP2P.Actors.Event;
using ActorP2P.Hocon;

namespace ActorP2P.Actors;

/// <summary>A tree of actors with its scheduler, settings, event stream and guardians.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem(string name) => Name = name;

    /// <summary>The name in every path of this system.</summary>
    public string Name { get; }

    /// <summary>The settings.</summary>
    public abstract Settings Settings { get; }

    /// <summary>Where events are published.</summary>
    public abstract EventStream EventStream { get; }

    /// <summary>Where messages without a receiver go.</summary>
    public abstract IActorRef DeadLetters { get; }

    /// <summary>Swallows everything without a trace.</summary>
    public abstract IActorRef IgnoreRef { get; }

    /// <summary>The dispatchers.</summary>
    public abstract Dispatchers Dispatchers { get; }

    /// <summary>The mailbox types.</summary>
    public abstract Mailboxes Mailboxes { get; }

    /// <summary>The scheduler and clock.</summary>
    public abstract IScheduler Scheduler { get; }

    /// <summary>The system's own logger.</summary>
    public abstract ILoggingAdapter Log { get; }

    /// <summary>How long the system has been running.</summary>
    public TimeSpan Uptime => Scheduler.MonotonicClock;

    /// <summary>Done when the last actor has ended.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>A system with default settings.</summary>
    public static ActorSystem Create(string name) => Start(name, null, null, null);

    /// <summary>A system with settings; what they leave open is default.</summary>
    public static ActorSystem Create(string name, Config config) => Start(name, config, null, null);

    /// <summary>A system from a set-up.</summary>
    public static ActorSystem Create(string name, BootstrapSetup setup) => Start(name, setup.Config, null, null);

    /// <summary>A system from several set-ups.</summary>
    public static ActorSystem Create(string name, ActorSystemSetup setup) =>
        Start(name, setup.Get<BootstrapSetup>()?.Config, setup, null);

    /// <inheritdoc/>
    public abstract IActorRef ActorOf(Props props, string? name = null);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(string actorPath);

    /// <summary>Stops an actor after the message that it is handling.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Runs the coordinated shutdown, which ends in stopping all actors. The second call answers the same task.</summary>
    public abstract Task Terminate();

    /// <summary>Has a function called after the last actor has ended.</summary>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>Starts termination and does not wait for it.</summary>
    public void Dispose()
    {
        _ = Terminate();
        GC.SuppressFinalize(this);
    }

    internal static ActorSystemImpl Start(string name, Config? config, ActorSystemSetup? setup, EngineParts? parts)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || name[0] is '-' or '_')
            throw new ArgumentException($"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-' and '_')", nameof(name));
        var system = new ActorSystemImpl(name, config, setup, parts);
        system.StartActors();
        return system;
    }
}

/// <summary>A system as the engine's own parts see it.</summary>
public abstract class ExtendedActorSystem : ActorSystem
{
    private protected ExtendedActorSystem(string name)
        : base(name)
    {
    }

    /// <summary>What references know of the system.</summary>
    public abstract IActorRefProvider Provider { get; }

    /// <summary>The parent of the user's actors.</summary>
    public abstract IInternalActorRef Guardian { get; }

    /// <summary>The parent of the system's own actors.</summary>
    public abstract IInternalActorRef SystemGuardian { get; }

    /// <summary>Creates an actor that outlives the user's actors.</summary>
    public abstract IActorRef SystemActorOf(Props props, string? name = null);
}

/// <summary>What a simulation puts in place of the real time and threads. The trace sees each message and says what is handled in its place; null for nothing.</summary>
internal sealed record EngineParts(SchedulerBase Scheduler, MessageDispatcher Dispatcher, Func<ActorCell, object, object?> Trace);
