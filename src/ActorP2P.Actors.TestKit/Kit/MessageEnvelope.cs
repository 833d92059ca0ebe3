namespace ActorP2P.Actors.TestKit;

/// <summary>A message that a test actor got, and who sent it.</summary>
public abstract class MessageEnvelope
{
    /// <summary>The message.</summary>
    public abstract object Message { get; }

    /// <summary>Who sent it; dead letters when nobody did.</summary>
    public abstract IActorRef Sender { get; }
}

/// <summary>There is no message: both properties throw <see cref="IllegalActorStateException"/>.</summary>
public sealed class NullMessageEnvelope : MessageEnvelope
{
    private NullMessageEnvelope()
    {
    }

    /// <summary>The only one.</summary>
    public static NullMessageEnvelope Instance { get; } = new();

    /// <inheritdoc/>
    public override object Message => throw new IllegalActorStateException("The last receive got no message.");

    /// <inheritdoc/>
    public override IActorRef Sender => throw new IllegalActorStateException("The last receive got no message.");

    /// <inheritdoc/>
    public override string ToString() => "<null>";
}

/// <summary>A message and its sender.</summary>
public sealed class RealMessageEnvelope(object message, IActorRef sender) : MessageEnvelope
{
    /// <inheritdoc/>
    public override object Message => message;

    /// <inheritdoc/>
    public override IActorRef Sender => sender;

    /// <inheritdoc/>
    public override string ToString() => $"<{Message}> from {Sender}";
}
