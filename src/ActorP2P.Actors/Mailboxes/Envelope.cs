namespace ActorP2P.Actors;

/// <summary>A message and who sent it.</summary>
public readonly struct Envelope
{
    /// <summary>Wraps a message. A null sender means none.</summary>
    public Envelope(object message, IActorRef? sender)
    {
        Message = message;
        Sender = sender!;
    }

    /// <summary>Wraps a message; a null sender becomes the system's dead letters.</summary>
    public Envelope(object message, IActorRef? sender, ActorSystem system)
        : this(message, sender ?? system.DeadLetters)
    {
    }

    /// <summary>The sender; null when there is none.</summary>
    public IActorRef Sender { get; }

    /// <summary>The message, never null once received.</summary>
    public object Message { get; }

    /// <inheritdoc/>
    public override string ToString() => $"<{Message}> from {(Sender is null ? "NoSender" : Sender.ToString())}";
}
