using ActorP2P.Protocol.Channel;

namespace ActorP2P;

/// <content>How messages reach modules, in the order they came and as fast as each module consumes them.</content>
internal sealed partial class NamespaceSlot
{
    private const string SlowKey = "slow-";

    private HeldBatch? _inHand;

    private void Deliver(Peer.Batch batch)
    {
        var held = new HeldBatch(batch);
        _inHand = held;
        foreach (var message in batch.Messages)
        {
            if (Refuse(message) is { } reason)
            {
                held.Fail(message, reason);
            }
            else
            {
                var delivery = new Delivery(_namespace, batch.Origin, message.Type, null, null, message.Payload);
                Offer(_demand.Queues.ByType[message.Type], new ModuleQueue.PendingDelivery(held, message, delivery));
            }
        }

        _inHand = null;
        held.Report(Self);
    }

    private ChannelFailure? Refuse(in InboundMessage message)
    {
        if (!_registrations.TryGetValue(message.Type, out var registration))
        {
            _environment.Counters.Add("slot.refused.unknown-type");
            return ChannelFailure.UnknownType;
        }

        if (registration.Module is null)
        {
            _environment.Counters.Add("slot.refused.module-dead");
            return ChannelFailure.ModuleDead;
        }

        return message.Kind == EntryKind.Request && message.Deadline <= _environment.Steady.Now ? PastDeadline() : null;
    }

    private ChannelFailure PastDeadline()
    {
        _environment.Counters.Add("slot.refused.past-deadline");
        return ChannelFailure.TimedOut;
    }

    private void Deliver(DeliverPublications publications)
    {
        foreach (var delivery in publications.Deliveries)
        {
            if (_demand.Queues.ByType.TryGetValue(delivery.Type, out var queue))
            {
                Offer(queue, new ModuleQueue.PendingDelivery(null, default, delivery));
            }
            else
            {
                Drop(delivery, _registrations.ContainsKey(delivery.Type) ? "module-dead" : "unknown-type");
            }
        }
    }

    private void Drop(Delivery delivery, string reason)
    {
        _environment.Counters.Add("slot.dropped." + reason);
        _hub.Tell(new PeerManagerEventHub.Raise(new MessageDropped(_namespace, delivery.Origin, reason)));
    }

    // A signal does not wait: it would be stale, and no window holds back its sender.
    private void Offer(ModuleQueue queue, in ModuleQueue.PendingDelivery pending)
    {
        if (queue.TryHand(pending, SenderOf(pending)))
        {
            NoteHanded(queue, pending);
        }
        else if (pending.Message.Kind != EntryKind.Signal && _demand.Queues.TryWait(queue, pending, _environment.Settings.Modules.WaitingBytes))
        {
            _environment.Counters.Add("slot.waited");
            WatchSlowness(queue.Type);
        }
        else
        {
            Overflow(queue, pending);
        }

        queue.AskProgress(Self);
    }

    // A relay that waited for its own slow module would make its whole branch of the tree slow: a publication is dropped here.
    private void Overflow(ModuleQueue queue, in ModuleQueue.PendingDelivery pending)
    {
        if (pending.Batch is { } batch)
        {
            _environment.Counters.Add("slot.refused.module-busy");
            batch.Fail(pending.Message, ChannelFailure.Busy);
        }
        else
        {
            queue.NoteDropped();
            Drop(pending.Delivery, "module-busy");
        }
    }

    // A module that acknowledges has handled a message when it says so, any other when it has it.
    private static void NoteHanded(ModuleQueue queue, in ModuleQueue.PendingDelivery pending)
    {
        if (!queue.IsAcknowledged)
        {
            pending.Batch?.Handled();
        }
    }

    private IActorRef SenderOf(in ModuleQueue.PendingDelivery pending) => pending is { Batch: { } batch, Message.Kind: EntryKind.Request }
        ? new ReplyPort(batch.Peer, pending.Message.Id, pending.Message.Lane, pending.Message.Deadline, _environment.Counters)
        : ActorRefs.NoSender;

    private void Drain(ModuleQueue queue)
    {
        while (_demand.Queues.TryTake(queue, out var pending))
        {
            if (pending.IsPastDeadline(_environment.Steady.Now))
            {
                queue.Skip(pending);
                pending.Batch!.Fail(pending.Message, PastDeadline());
            }
            else if (pending.Batch is { IsOver: true })
            {
                // Its sender was told already that nobody knows what became of it.
                queue.Skip(pending);
            }
            else
            {
                queue.Hand(pending, SenderOf(pending));
                NoteHanded(queue, pending);
            }

            pending.Batch?.Report(Self);
        }

        queue.AskProgress(Self);
        if (queue.WaitingMessages == 0)
        {
            Timers.Cancel(SlowKey + queue.Type);
        }
    }

    private void Progress(ActorIdentity answer)
    {
        if (answer.MessageId is ModuleQueue.Mark mark)
        {
            mark.Reached();
            if (mark.Queue.WaitingMessages > 0)
            {
                Drain(mark.Queue);
            }
        }
    }

    private void Consume(NamespaceRouter.Consumed consumed)
    {
        if (!_demand.Queues.ByType.TryGetValue(consumed.Type, out var queue) || !queue.IsAcknowledged || !queue.Module.Equals(consumed.Module))
        {
            _environment.Counters.Add("slot.refused.consumed-by-other");
            return;
        }

        var left = consumed.Messages;
        for (; left > 0 && queue.TryAcknowledge(out var handled); left--)
        {
            handled.Batch?.Handled();
            handled.Batch?.Report(Self);
        }

        if (left > 0)
        {
            _environment.Counters.Add("slot.refused.consumed-in-excess", left);
        }

        Drain(queue);
    }

    private void Abandon(string type, ChannelFailure reason)
    {
        Timers.Cancel(SlowKey + type);
        var (waiting, unacknowledged) = _demand.Queues.Remove(type);
        var touched = new HashSet<HeldBatch>(ReferenceEqualityComparer.Instance);
        Fail(unacknowledged, ChannelFailure.DeliveryUnknown, touched);
        Fail(waiting, reason, touched);
        foreach (var batch in touched)
        {
            batch.Report(Self);
        }

        foreach (var publication in waiting.Where(static pending => pending.Batch is null))
        {
            Drop(publication.Delivery, reason == ChannelFailure.ModuleDead ? "module-dead" : "unknown-type");
        }
    }

    private void Fail(IReadOnlyList<ModuleQueue.PendingDelivery> deliveries, ChannelFailure reason, HashSet<HeldBatch> touched)
    {
        foreach (var pending in deliveries)
        {
            if (pending.Batch is { } batch)
            {
                _environment.Counters.Add("slot.abandoned." + ReasonName.Of(reason));
                batch.Fail(pending.Message, reason);
                touched.Add(batch);
            }
        }
    }

    private void WatchSlowness(string type)
    {
        if (!Timers.IsTimerActive(SlowKey + type))
        {
            Timers.StartSingleTimer(SlowKey + type, new StillWaiting(type), _environment.Settings.Modules.SlowAfter);
        }
    }

    private void TellSlow(string type)
    {
        if (_demand.Queues.ByType.TryGetValue(type, out var queue) && queue.WaitingMessages > 0)
        {
            _environment.Counters.Add("slot.slow-module");
            _hub.Tell(new PeerManagerEventHub.Raise(new SlowModule(_namespace, type, queue.WaitingMessages, queue.WaitingBytes)));
        }
    }
}
