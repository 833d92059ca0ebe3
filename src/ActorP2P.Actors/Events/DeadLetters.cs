namespace ActorP2P.Actors.Event;

/// <summary>A message whose loss is of no interest: it is published as <see cref="SuppressedDeadLetter"/> and not logged.</summary>
public interface IDeadLetterSuppression
{
}

/// <summary>A message that nobody received, and why.</summary>
public abstract class AllDeadLetters(object message, IActorRef sender, IActorRef recipient) : IWrappedMessage
{
    /// <summary>The message.</summary>
    public object Message { get; } = message;

    /// <summary>Who sent it; dead letters when nobody did.</summary>
    public IActorRef Sender { get; } = sender;

    /// <summary>Whom it was for.</summary>
    public IActorRef Recipient { get; } = recipient;

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>The receiver has ended or never was, or its bounded mailbox was full.</summary>
public sealed class DeadLetter(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>As <see cref="DeadLetter"/>, for messages marked by <see cref="IDeadLetterSuppression"/>.</summary>
public sealed class SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient)
    : AllDeadLetters(message, sender, recipient);

/// <summary>An actor dropped the message on purpose.</summary>
public sealed class Dropped(object message, string reason, IActorRef? sender, IActorRef recipient)
    : AllDeadLetters(message, sender!, recipient)
{
    /// <summary>Without a sender.</summary>
    public Dropped(object message, string reason, IActorRef recipient)
        : this(message, reason, ActorRefs.NoSender, recipient)
    {
    }

    /// <summary>Why.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The receiver had no handler for it.</summary>
public sealed class UnhandledMessage(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);
