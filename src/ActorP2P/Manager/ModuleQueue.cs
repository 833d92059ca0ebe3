using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// The way of one message type to its module, which holds no more than its window. How much it has consumed it says itself
/// (<see cref="NamespaceRouter.Consumed"/>), where it registered with a demand. Any other is asked: an actor answers Identify
/// when it comes to it in its mailbox, so the answer proves that all before it was taken out. A reference that is no
/// actor has no mailbox that could grow, and is not asked.
/// </summary>
internal sealed class ModuleQueue(string type, IActorRef module, Demand? demand, ModuleSettings settings)
{
    private readonly DemandWindow<PendingDelivery> _window = new(
        demand?.WindowMessages ?? settings.WindowMessages, demand?.WindowBytes ?? settings.WindowBytes);

    private readonly int _markEveryMessages = Math.Max(1, settings.WindowMessages / 4);
    private readonly long _markEveryBytes = Math.Max(1, settings.WindowBytes / 4);
    private readonly Queue<PendingDelivery> _unacknowledged = [];
    private DemandWindow<PendingDelivery>.Position _marked;
    private long _dropped;

    public string Type => type;

    public IActorRef Module => module;

    public Demand? Demand => demand;

    /// <summary>True when the module says itself what it has consumed.</summary>
    public bool IsAcknowledged => demand is not null;

    public int WaitingMessages => _window.WaitingMessages;

    public long WaitingBytes => _window.WaitingBytes;

    private bool IsAsked => demand is null && module is not MinimalActorRef;

    /// <summary>Hands a message over if the window has room for it.</summary>
    public bool TryHand(in PendingDelivery pending, IActorRef sender)
    {
        if (!_window.TryHand(pending.Bytes))
        {
            return false;
        }

        Hand(pending, sender);
        return true;
    }

    /// <summary>Keeps a message until there is room for it.</summary>
    public void Wait(in PendingDelivery pending) => _window.Wait(pending, pending.Bytes);

    /// <summary>Takes the next message that fits; it is either handed over or skipped.</summary>
    public bool TryTake(out PendingDelivery pending) => _window.TryTake(out pending);

    /// <summary>Hands over what was taken.</summary>
    public void Hand(in PendingDelivery pending, IActorRef sender)
    {
        if (demand is not null && _dropped > 0)
        {
            module.Tell(new DeliveriesDropped(pending.Delivery.Namespace, type, _dropped), ActorRefs.NoSender);
            _dropped = 0;
        }

        module.Tell(pending.Delivery, sender);
        if (demand is not null)
        {
            _unacknowledged.Enqueue(pending);
        }
        else if (!IsAsked)
        {
            _window.Consumed(pending.Bytes);
        }
    }

    /// <summary>What was taken need not be handed over any more.</summary>
    public void Skip(in PendingDelivery pending) => _window.Consumed(pending.Bytes);

    /// <summary>A message found no room to wait.</summary>
    public void NoteDropped() => _dropped++;

    /// <summary>The module has consumed the oldest message that it holds; false when it holds none.</summary>
    public bool TryAcknowledge(out PendingDelivery consumed)
    {
        if (!_unacknowledged.TryDequeue(out consumed))
        {
            return false;
        }

        _window.Consumed(consumed.Bytes);
        return true;
    }

    /// <summary>Asks the module how far it has come, when that is worth a message.</summary>
    public void AskProgress(IActorRef self)
    {
        if (!IsAsked)
        {
            return;
        }

        var end = _window.End;
        var unmarkedMessages = end.Messages - _marked.Messages;
        var isMarkUnderWay = _marked.Messages > _window.ConsumedMessages;
        if (unmarkedMessages >= _markEveryMessages
            || end.Bytes - _marked.Bytes >= _markEveryBytes
            || (_window.WaitingMessages > 0 && !isMarkUnderWay))
        {
            _marked = end;
            module.Tell(new Identify(new Mark(this, end)), self);
        }
    }

    /// <summary>Another actor delivers now: an answer to the former one would not reach it.</summary>
    public void AskAnew(IActorRef self)
    {
        _marked = default;
        AskProgress(self);
    }

    /// <summary>Gives up the module: what waits comes back, and what it holds without having said that it has consumed it.</summary>
    public (IReadOnlyList<PendingDelivery> Waiting, IReadOnlyList<PendingDelivery> Unacknowledged) Abandon()
    {
        PendingDelivery[] unacknowledged = [.. _unacknowledged];
        _unacknowledged.Clear();
        return (_window.TakeAllWaiting(), unacknowledged);
    }

    /// <summary>A message on its way to a module.</summary>
    /// <param name="Batch">What it came in; null for a publication.</param>
    /// <param name="Message">As it was opened; meaningless for a publication.</param>
    /// <param name="Delivery">What the module gets.</param>
    internal readonly record struct PendingDelivery(HeldBatch? Batch, InboundMessage Message, Delivery Delivery)
    {
        /// <summary>What it counts in the window.</summary>
        public int Bytes => Delivery.Payload.Length;

        /// <summary>True for a request that nobody waits for any more.</summary>
        public bool IsPastDeadline(DateTimeOffset now) => Batch is not null && Message.Kind == EntryKind.Request && Message.Deadline <= now;
    }

    /// <summary>Travels with Identify: whoever answers has taken all up to the position out of its mailbox.</summary>
    internal sealed record Mark(ModuleQueue Queue, DemandWindow<PendingDelivery>.Position Position)
    {
        /// <summary>The answer came.</summary>
        public void Reached() => Queue._window.ConsumedUpTo(Position);
    }
}
