using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>A message the engine handles itself, in the actor's turn.</summary>
public interface IAutoReceivedMessage
{
}

/// <summary>A message that does not count as activity for <see cref="ReceiveTimeout"/>.</summary>
public interface INotInfluenceReceiveTimeout
{
}

/// <summary>A message around another one.</summary>
public interface IWrappedMessage
{
    /// <summary>The one inside.</summary>
    object Message { get; }
}

/// <summary>A message that does harm when it reaches the wrong actor.</summary>
public interface IPossiblyHarmful
{
}

/// <summary>The class that the engine tests for, since that is quicker than an interface. See <see cref="IAutoReceivedMessage"/>.</summary>
public abstract class AutoReceivedMessage : IAutoReceivedMessage
{
    private protected AutoReceivedMessage()
    {
    }
}

/// <summary>A watched actor has ended.</summary>
public sealed class Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated)
    : AutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression, IEquatable<Terminated>
{
    /// <summary>Which one.</summary>
    public IActorRef ActorRef { get; } = actorRef;

    /// <summary>Whether it is certain that it ever lived.</summary>
    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    /// <summary>Whether its whole system is gone; never in this engine.</summary>
    public bool AddressTerminated { get; } = addressTerminated;

    /// <inheritdoc/>
    public bool Equals(Terminated? other) => other is not null && ActorRef.Equals(other.ActorRef)
        && ExistenceConfirmed == other.ExistenceConfirmed && AddressTerminated == other.AddressTerminated;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Terminated);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ActorRef, ExistenceConfirmed, AddressTerminated);

    /// <inheritdoc/>
    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Stops the actor once all messages before it are handled.</summary>
public sealed class PoisonPill : AutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    private PoisonPill()
    {
    }

    /// <summary>The only one.</summary>
    public static PoisonPill Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes the actor fail with <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : AutoReceivedMessage, IPossiblyHarmful
{
    private Kill()
    {
    }

    /// <summary>The only one.</summary>
    public static Kill Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "<Kill>";
}

/// <summary>Asks an actor for its reference; answered by <see cref="ActorIdentity"/>.</summary>
public sealed class Identify(object? messageId) : AutoReceivedMessage, INotInfluenceReceiveTimeout
{
    /// <summary>Comes back in the answer.</summary>
    public object MessageId { get; } = messageId!;

    /// <inheritdoc/>
    public override string ToString() => $"<Identify>: {MessageId}";
}

/// <summary>The answer to <see cref="Identify"/>.</summary>
public sealed class ActorIdentity(object? messageId, IActorRef? subject)
{
    /// <summary>The id of the question.</summary>
    public object MessageId { get; } = messageId!;

    /// <summary>The actor; null when there is none at the path.</summary>
    public IActorRef Subject { get; } = subject!;

    /// <inheritdoc/>
    public override string ToString() => $"<ActorIdentity>: {Subject} - MessageId={MessageId}";
}

/// <summary>No message has come for the time set by <c>SetReceiveTimeout</c>.</summary>
public sealed class ReceiveTimeout : IPossiblyHarmful
{
    private ReceiveTimeout()
    {
    }

    /// <summary>The only one.</summary>
    public static ReceiveTimeout Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "<ReceiveTimeout>";
}
