using System.Threading.Channels;

namespace ActorP2P;

/// <summary>A message for a program without actors.</summary>
public sealed class IncomingMessage
{
    private readonly IActorRef _replyTo;

    internal IncomingMessage(Delivery delivery, IActorRef replyTo, long droppedBefore)
    {
        Delivery = delivery;
        DroppedBefore = droppedBefore;
        _replyTo = replyTo;
    }

    /// <summary>What came.</summary>
    public Delivery Delivery { get; }

    /// <summary>Publications that a reader too slow has cost the stream so far.</summary>
    public long DroppedBefore { get; }

    /// <summary>Answers a request. Without effect for a message that is none, and after the first answer.</summary>
    public void Reply(ReadOnlyMemory<byte> payload) => _replyTo.Tell(payload, ActorRefs.NoSender);

    /// <summary>Fails a request: its sender gets <see cref="SendFailure.RemoteFailure"/>.</summary>
    public void Fail(Exception reason) => _replyTo.Tell(new Status.Failure(reason), ActorRefs.NoSender);
}

/// <summary>The module behind a stream of messages. Its demand is the buffer, so what it is handed fits.</summary>
internal sealed class IncomingMessages(ChannelWriter<IncomingMessage> buffer) : UntypedActor
{
    private long _dropped;

    /// <inheritdoc />
    protected override void PostStop() => buffer.TryComplete();

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Delivery delivery:
                // Only a request has a sender to answer to; Nobody swallows an answer to anything else.
                var replyTo = Sender is ReplyPort ? Sender : ActorRefs.Nobody;
                if (!buffer.TryWrite(new IncomingMessage(delivery, replyTo, _dropped)))
                {
                    throw new InvalidOperationException("The slot handed over more than the buffer's demand.");
                }

                break;
            case DeliveriesDropped dropped:
                _dropped += dropped.Count;
                break;
            case Closed:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}

/// <summary>The observer behind a stream of events.</summary>
internal sealed class IncomingEvents(ChannelWriter<ControlEvent> buffer) : UntypedActor
{
    /// <inheritdoc />
    protected override void PostStop() => buffer.TryComplete();

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ControlEvent controlEvent when !buffer.TryWrite(controlEvent):
                buffer.TryComplete(new P2PClientException(SendFailure.Busy, "The stream of events was read too slowly."));
                Context.Stop(Self);
                break;
            case ControlEvent or ObserveSnapshot:
                break;
            case StateRefused refused:
                buffer.TryComplete(P2PClientException.From(refused));
                Context.Stop(Self);
                break;
            case Closed:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
