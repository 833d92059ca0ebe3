using System.Collections.Concurrent;

namespace ActorP2P.Actors;

/// <summary>The user messages of one actor, for mailboxes other than the default one. Many producers, one consumer.</summary>
public interface IMessageQueue
{
    /// <summary>Whether anything waits.</summary>
    bool HasMessages { get; }

    /// <summary>How many messages wait.</summary>
    int Count { get; }

    /// <summary>Adds a message, or disposes of it when the queue is full. Never blocks.</summary>
    void Enqueue(IActorRef receiver, Envelope envelope);

    /// <summary>Takes the next message.</summary>
    bool TryDequeue(out Envelope envelope);
}

/// <summary>A message that a control-aware mailbox delivers before all others.</summary>
public interface IControlMessage
{
}

/// <summary>Makes the message queue of each actor that asks for this kind of mailbox.</summary>
public abstract class MailboxType
{
    /// <summary>A new queue for one actor; null means the built-in lock-free unbounded queue.</summary>
    public abstract IMessageQueue? Create(IActorRef owner, ActorSystem system);
}

/// <summary>The default: no limit, no lock, first in first out.</summary>
public sealed class UnboundedMailbox : MailboxType
{
    /// <inheritdoc/>
    public override IMessageQueue? Create(IActorRef owner, ActorSystem system) => null;
}

/// <summary>Holds at most <paramref name="capacity"/> messages; what comes on top goes to dead letters. A sender never blocks.</summary>
public sealed class BoundedMailbox(int capacity) : MailboxType
{
    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new BoundedMessageQueue(capacity, system.DeadLetters);
}

/// <summary>Delivers <see cref="IControlMessage"/> before everything else. No limit.</summary>
public sealed class UnboundedControlAwareMailbox : MailboxType
{
    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new ControlAwareMessageQueue();
}

internal sealed class BoundedMessageQueue(int capacity, IActorRef deadLetters) : IMessageQueue
{
    private readonly ConcurrentQueue<Envelope> _queue = new();
    private int _count;

    public bool HasMessages => !_queue.IsEmpty;

    public int Count => _queue.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        if (Interlocked.Increment(ref _count) <= capacity)
        {
            _queue.Enqueue(envelope);
            return;
        }

        Interlocked.Decrement(ref _count);
        deadLetters.Tell(new Event.DeadLetter(envelope.Message, envelope.Sender ?? deadLetters, receiver), envelope.Sender);
    }

    public bool TryDequeue(out Envelope envelope)
    {
        if (!_queue.TryDequeue(out envelope))
            return false;
        Interlocked.Decrement(ref _count);
        return true;
    }
}

internal sealed class ControlAwareMessageQueue : IMessageQueue
{
    private readonly ConcurrentQueue<Envelope> _control = new();
    private readonly ConcurrentQueue<Envelope> _other = new();

    public bool HasMessages => !_control.IsEmpty || !_other.IsEmpty;

    public int Count => _control.Count + _other.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope) =>
        (envelope.Message is IControlMessage ? _control : _other).Enqueue(envelope);

    public bool TryDequeue(out Envelope envelope) => _control.TryDequeue(out envelope) || _other.TryDequeue(out envelope);
}
