namespace ActorP2P.Actors;

/// <summary>A link of the engine's own message stack; one object is sent to one actor, once.</summary>
internal abstract class SystemMessage : ISystemMessage
{
    internal SystemMessage? Next { get; set; }

    /// <summary>Set aside while the actor is suspended by a failure.</summary>
    internal virtual bool WaitsForRecovery => false;

    /// <summary>Set aside while a restart waits for children to stop.</summary>
    internal virtual bool WaitsForChildren => false;
}

internal sealed class Recreate(Exception cause) : SystemMessage
{
    internal Exception Cause { get; } = cause;

    internal override bool WaitsForChildren => true;
}

internal sealed class Suspend : SystemMessage
{
    internal override bool WaitsForChildren => true;
}

internal sealed class Resume(Exception? causedByFailure) : SystemMessage
{
    internal Exception? CausedByFailure { get; } = causedByFailure;

    internal override bool WaitsForChildren => true;
}

internal sealed class Terminate : SystemMessage;

internal sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    internal IInternalActorRef Watchee { get; } = watchee;

    internal IInternalActorRef Watcher { get; } = watcher;
}

internal sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    internal IInternalActorRef Watchee { get; } = watchee;

    internal IInternalActorRef Watcher { get; } = watcher;
}

internal sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed) : SystemMessage
{
    internal IActorRef Actor { get; } = actor;

    internal bool ExistenceConfirmed { get; } = existenceConfirmed;
}

internal sealed class Failed(IInternalActorRef child, Exception cause) : SystemMessage
{
    internal IInternalActorRef Child { get; } = child;

    internal Exception Cause { get; } = cause;

    internal override bool WaitsForRecovery => true;
}

/// <summary>A piece of an async handler, or its failure, to be carried on inside the actor.</summary>
internal sealed class ActorTaskMessage(ActorTaskScheduler scheduler, Task? task, object? message, Exception? failure = null) : SystemMessage
{
    internal object? Message { get; } = message;

    internal Exception? Failure { get; } = failure;

    internal void Execute() => scheduler.Execute(task!);
}
