using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>Answers about success, for those who want them.</summary>
public abstract class Status
{
    private Status()
    {
    }

    /// <summary>It worked; carries a result.</summary>
    public sealed class Success(object? status) : Status
    {
        /// <summary>Success without a result.</summary>
        public static readonly Success Instance = new(null);

        /// <summary>The result, null when there is none.</summary>
        public readonly object Status = status!;

        /// <inheritdoc/>
        public override string ToString() => Status is null ? "Success" : $"Success: {Status}";
    }

    /// <summary>It failed; carries the cause. An <c>Ask</c> that gets it throws the cause.</summary>
    public sealed class Failure(Exception cause, object? state) : Status
    {
        /// <summary>Failure without state.</summary>
        public Failure(Exception cause)
            : this(cause, null)
        {
        }

        /// <summary>What went wrong.</summary>
        public readonly Exception Cause = cause;

        /// <summary>What the failed operation was about, null when not said.</summary>
        public readonly object State = state!;

        /// <inheritdoc/>
        public override string ToString() => State is null ? $"Failure: {Cause}" : $"Failure[{State}]: {Cause}";
    }
}

/// <summary>Marks actors whose every message is logged when <c>akka.actor.debug.receive</c> is on.</summary>
public interface ILogReceive
{
}

/// <summary>The root of all actors: life cycle hooks and delivery. Made by <see cref="Props"/>, never by <c>new</c> elsewhere.</summary>
public abstract class ActorBase
{
    private readonly ActorCell _cell;
    private IActorRef _self;
    private SupervisorStrategy? _supervisorStrategy;

    /// <summary>Throws <see cref="ActorInitializationException"/> when not called by the engine.</summary>
    protected ActorBase()
    {
        var cell = _cell = ActorCell.Current
            ?? throw new ActorInitializationException("Do not create actors using 'new', always create them using an ActorContext/System");
        _self = cell.Self;
        if (this is IWithTimers withTimers)
            withTimers.Timers = new TimerScheduler(cell);
    }

    /// <summary>A behaviour that knows no message.</summary>
    protected static Receive EmptyReceive { get; } = _ => false;

    /// <summary>The running actor's context. Throws <see cref="NotSupportedException"/> outside of an actor's thread.</summary>
    protected static IActorContext Context => RunningCell is { IsCleared: false } cell ? cell : null!;

    /// <summary>Who sent the current message; dead letters when nobody did.</summary>
    protected IActorRef Sender => (_cell.IsCaller ? _cell : RunningCell).Sender;

    /// <summary>This actor; dead letters once the instance has ended.</summary>
    protected IActorRef Self => _self;

    private static ActorCell RunningCell => ActorCell.Current ?? throw new NotSupportedException(
        "There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    internal bool HasSupervisorStrategy => _supervisorStrategy is not null;

    internal SupervisorStrategy SupervisorStrategyInternal =>
        _supervisorStrategy ??= ActorCell.Current!.Props.SupervisorStrategy ?? SupervisorStrategy();

    /// <summary>Wraps <see cref="PreStart"/>.</summary>
    public virtual void AroundPreStart() => PreStart();

    /// <summary>Wraps <see cref="PreRestart"/>; timers end with the instance.</summary>
    public virtual void AroundPreRestart(Exception cause, object message)
    {
        (this as IWithTimers)?.Timers?.CancelAll();
        PreRestart(cause, message);
    }

    /// <summary>Wraps <see cref="PostRestart"/>.</summary>
    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    /// <summary>Wraps <see cref="PostStop"/>; timers end with the actor.</summary>
    public virtual void AroundPostStop()
    {
        (this as IWithTimers)?.Timers?.CancelAll();
        PostStop();
    }

    /// <summary>Delivers; a null behaviour means <see cref="Receive(object)"/>, for which no delegate need exist.</summary>
    internal bool Handle(ActorCell cell, Receive? behavior, object message)
    {
        if (message is TimerMessage || cell.WrapsReceive)
            return AroundReceive(behavior ?? Receive, message);
        var handled = behavior is null ? Receive(message) : behavior(message);
        if (!handled)
            Unhandled(message);
        return handled;
    }

    internal void Incarnate(ActorCell cell)
    {
        if (cell.WrapsReceive = ActorTypeTraits.WrapsReceive(GetType()))
            cell.UseAsFirstBehavior(Receive);
        if (this is IActorStash stashing)
            stashing.Stash = new MessageStash(cell, this is IWithBoundedStash ? cell.Props.StashCapacity : -1);
        Initialize();
    }

    internal void Excarnate() => (this as IActorStash)?.Stash?.UnstashAll();

    internal void Clear(IActorRef deadLetters) => _self = deadLetters;

    internal void Unclear(IActorRef self) => _self = self;

    private protected virtual void Initialize()
    {
    }

    /// <summary>How this actor treats failures of its children, unless Props say otherwise.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actors.SupervisorStrategy.DefaultStrategy;

    /// <summary>Handles a message; false makes it <see cref="Unhandled"/>.</summary>
    protected abstract bool Receive(object message);

    /// <summary>Wraps the handling of every message.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (message is TimerMessage timer)
        {
            if (this is not IWithTimers { Timers: TimerScheduler timers } || timers.Take(timer) is not { } hidden)
                return true;
            if (hidden is AutoReceivedMessage automatic)
            {
                ActorCell.Current!.AutoReceive(automatic);
                return true;
            }

            // A stash must hold the user's message, not the timer's.
            ActorCell.Current!.CurrentMessage = message = hidden;
        }

        var handled = receive(message);
        if (!handled)
            Unhandled(message);
        return handled;
    }

    /// <summary>Called for a message that no handler took. <see cref="Terminated"/> becomes a <see cref="DeathPactException"/>, others an <see cref="UnhandledMessage"/> event.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    /// <summary>Replaces the behaviour.</summary>
    protected void Become(Receive receive) => Context.Become(receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    /// <summary>Goes back to the behaviour below.</summary>
    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    /// <summary>Has <see cref="ReceiveTimeout"/> delivered after each pause of that length; null switches it off.</summary>
    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>Called before the first message.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Called on the failed instance before it is replaced; stops the children and calls <see cref="PostStop"/> unless overridden.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>Called on the fresh instance after a restart; calls <see cref="PreStart"/> unless overridden.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>Called after the last message.</summary>
    protected virtual void PostStop()
    {
    }
}

/// <summary>An actor with one method that takes every message.</summary>
public abstract class UntypedActor : ActorBase
{
    /// <summary>The running actor's context.</summary>
    protected static new IUntypedActorContext Context => (IUntypedActorContext)ActorBase.Context;

    /// <inheritdoc/>
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    /// <summary>Handles a message; call <see cref="ActorBase.Unhandled"/> for what it does not know.</summary>
    protected abstract void OnReceive(object message);

    /// <summary>Runs an async action as the handling of the current message; the next message waits for it.</summary>
    protected static void RunTask(Func<Task> action) => ActorTaskScheduler.RunTask(action);

    /// <summary>Runs an action as the handling of the current message.</summary>
    protected static void RunTask(Action action) => ActorTaskScheduler.RunTask(action);

    /// <summary>Replaces the behaviour.</summary>
    protected void Become(UntypedReceive receive) => Context.Become(receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);
}
