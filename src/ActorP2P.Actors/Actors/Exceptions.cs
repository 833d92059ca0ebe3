namespace ActorP2P.Actors;

/// <summary>The root of the engine's exceptions.</summary>
public abstract class AkkaException : Exception
{
    /// <summary>With the exception that led to it, if there is one.</summary>
    protected AkkaException(string? message = null, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>The exception that led to it; null when there is none.</summary>
    protected Exception? Cause => InnerException;
}

/// <summary>A name is taken or not allowed.</summary>
public class InvalidActorNameException(string message, Exception? innerException = null) : AkkaException(message, innerException);

/// <summary>A path holds what it may not.</summary>
public class IllegalActorNameException(string message) : AkkaException(message);

/// <summary>Null is not a message.</summary>
public class InvalidMessageException(string? message = "Message is null") : AkkaException(message);

/// <summary>No answer came in time.</summary>
public class AskTimeoutException(string message) : AkkaException(message);

/// <summary>A selection matched no live actor.</summary>
public class ActorNotFoundException(string? message = null, Exception? innerException = null) : AkkaException(message, innerException);

/// <summary><see cref="Kill"/> was received.</summary>
public class ActorKilledException(string? message = "Kill") : AkkaException(message);

/// <summary>An actor did what its state does not allow.</summary>
public class IllegalActorStateException(string message) : AkkaException(message);

/// <summary>A stash with a limit was full.</summary>
public class StashOverflowException(string message, Exception? cause = null) : AkkaException(message, cause);

/// <summary>A setting cannot be used.</summary>
public class ConfigurationException(string message, Exception? exception = null) : AkkaException(message, exception);

/// <summary>The scheduler was misused.</summary>
public class SchedulerException(string message) : AkkaException(message);

/// <summary>A watched actor ended and the watcher did not handle <see cref="Terminated"/>.</summary>
public class DeathPactException(IActorRef deadActor) : AkkaException($"Monitored actor [{deadActor}] terminated")
{
    /// <summary>Who ended.</summary>
    public IActorRef DeadActor { get; } = deadActor;
}

/// <summary>An actor could not be made, or its constructor or <c>PreStart</c> threw.</summary>
public class ActorInitializationException : AkkaException
{
    /// <summary>Without an actor.</summary>
    public ActorInitializationException(string? message = null, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>For an actor.</summary>
    public ActorInitializationException(IActorRef actor, string message, Exception? cause = null)
        : base(message, cause) => Actor = actor;

    /// <summary>Which actor; null when not known.</summary>
    public IActorRef? Actor { get; }

    /// <inheritdoc/>
    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}

/// <summary><c>PreRestart</c> threw. It is reported and the restart goes on.</summary>
public class PreRestartException(IActorRef actor, Exception restartException, Exception cause, object? optionalMessage)
    : ActorInitializationException(actor, $"Exception in PreRestart(Exception={cause.GetType()}, object={optionalMessage?.GetType()})", restartException)
{
    /// <summary>Why the actor was being restarted.</summary>
    public Exception RestartException { get; } = cause;

    /// <summary>The message at which it failed, null when none.</summary>
    public object? OptionalMessage { get; } = optionalMessage;
}

/// <summary>The new instance's constructor or <c>PostRestart</c> threw.</summary>
public class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"Exception post restart ({originalCause.GetType()})", cause)
{
    /// <summary>Why the actor was being restarted.</summary>
    public Exception OriginalCause { get; } = originalCause;
}
