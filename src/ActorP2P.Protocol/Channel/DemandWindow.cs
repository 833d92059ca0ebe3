namespace ActorP2P.Protocol.Channel;

/// <summary>
/// How much of one message type its module holds, and what waits until the module has consumed some of it. The module is
/// handed messages in order while they fit the window; a message larger than the whole window passes when nothing else is
/// held. The rule is that of Reactive Streams (1.0.4, section 3): demand flows from the consumer, so a slow one costs
/// memory that it chose itself. Pure.
/// </summary>
/// <typeparam name="TMessage">A message that waits.</typeparam>
/// <param name="maxMessages">Messages that the module may hold, at least 1.</param>
/// <param name="maxBytes">Bytes of payload that it may hold.</param>
public sealed class DemandWindow<TMessage>(int maxMessages, long maxBytes)
{
    /// <summary>What a message that waits counts beside its payload, so that empty messages are bounded, too. Bytes; guess.</summary>
    public const int OverheadBytes = 256;

    private readonly Queue<(TMessage Message, int Bytes)> _waiting = [];
    private long _handedBytes;
    private long _consumedBytes;

    /// <summary>Messages handed to the module since the window began.</summary>
    public long HandedMessages { get; private set; }

    /// <summary>Messages of these that it has consumed.</summary>
    public long ConsumedMessages { get; private set; }

    /// <summary>Bytes of payload that it holds.</summary>
    public long HeldBytes => _handedBytes - _consumedBytes;

    /// <summary>Messages that it holds.</summary>
    public long HeldMessages => HandedMessages - ConsumedMessages;

    /// <summary>Messages that wait for it.</summary>
    public int WaitingMessages => _waiting.Count;

    /// <summary>Bytes that these cost, <see cref="OverheadBytes"/> for each included.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>What the window has handed out up to now, to be given back to <see cref="ConsumedUpTo"/>.</summary>
    public Position End => new(HandedMessages, _handedBytes);

    /// <summary>Takes room for a message that may be handed over now. False when it has to wait.</summary>
    public bool TryHand(int bytes)
    {
        if (_waiting.Count > 0 || !Fits(bytes))
        {
            return false;
        }

        Count(bytes);
        return true;
    }

    /// <summary>Keeps a message until <see cref="TryTake"/> gives it out.</summary>
    public void Wait(TMessage message, int bytes)
    {
        _waiting.Enqueue((message, bytes));
        WaitingBytes += bytes + OverheadBytes;
    }

    /// <summary>Takes the message that has waited longest, if it may be handed over now.</summary>
    /// <param name="message">The message; it is held by the module from now on.</param>
    public bool TryTake(out TMessage message)
    {
        message = default!;
        if (!_waiting.TryPeek(out var first) || !Fits(first.Bytes))
        {
            return false;
        }

        message = TakeFirst();
        Count(first.Bytes);
        return true;
    }

    /// <summary>The module has consumed one more message, of so many bytes.</summary>
    public void Consumed(int bytes)
    {
        ConsumedMessages++;
        _consumedBytes += bytes;
    }

    /// <summary>The module has consumed all up to a position; an earlier position than the last one changes nothing.</summary>
    public void ConsumedUpTo(Position position)
    {
        if (position.Messages > ConsumedMessages)
        {
            ConsumedMessages = position.Messages;
            _consumedBytes = position.Bytes;
        }
    }

    /// <summary>Empties the queue of what waits, in order.</summary>
    public IReadOnlyList<TMessage> TakeAllWaiting()
    {
        var all = new List<TMessage>(_waiting.Count);
        while (_waiting.Count > 0)
        {
            all.Add(TakeFirst());
        }

        return all;
    }

    private bool Fits(int bytes) => HeldMessages == 0 || (HeldMessages < maxMessages && HeldBytes + bytes <= maxBytes);

    private void Count(int bytes)
    {
        HandedMessages++;
        _handedBytes += bytes;
    }

    private TMessage TakeFirst()
    {
        var (message, bytes) = _waiting.Dequeue();
        WaitingBytes -= bytes + OverheadBytes;
        return message;
    }

    /// <summary>A point in what was handed over.</summary>
    /// <param name="Messages">Messages up to it.</param>
    /// <param name="Bytes">Their bytes.</param>
    public readonly record struct Position(long Messages, long Bytes);
}
