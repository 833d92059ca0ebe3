namespace ActorP2P.Actors;

/// <summary>
/// The queues of one actor and its claim on a thread. User messages go to a lock-free queue of segments (or to the
/// queue that Props or settings ask for), engine messages to a stack that is taken whole. At most one thread runs
/// the mailbox at a time: whoever moves the status from idle to scheduled hands it to the dispatcher.
/// </summary>
internal sealed class Mailbox(IMessageQueue? queue) : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Scheduled = 1;
    private const int IdleSuspended = 2;
    private const int Closed = 3;
    private const int NotStarted = 4;

    // A producer is between its two writes for nanoseconds, unless it is preempted there; then the run ends and is queued again.
    private const int SpinsForHalfWrittenSlot = 30;

    private readonly IMessageQueue? _queue = queue;
    private MessageSegment? _tail;
    private MessageSegment? _head;
    private SystemMessage? _systemMessages;
    private int _headIndex;
    private int _status = NotStarted;

    internal ActorCell Cell { get; set; } = null!;

    internal bool IsClosed => Cell.IsTerminated;

    internal bool HasMessages => _queue?.HasMessages ?? HasQueued();

    internal int Count => _queue?.Count ?? CountQueued();

    internal bool HasSystemMessages => Volatile.Read(ref _systemMessages) is not null;

    internal void Post(object message, IActorRef? sender)
    {
        if (Volatile.Read(ref _status) == Closed)
        {
            Cell.ToDeadLetters(new Envelope(message, sender));
            return;
        }

        if (_queue is null)
        {
            Enqueue(message, sender);
        }
        else
        {
            _queue.Enqueue(Cell.Self, new Envelope(message, sender));
            Interlocked.MemoryBarrier();
        }

        // The atomic increment in Enqueue orders this read behind the taking of the slot; see EndRun for the other half.
        var status = Volatile.Read(ref _status);
        if (status != Scheduled)
            AfterPost(status);
    }

    internal void PostSystem(SystemMessage message)
    {
        var head = Volatile.Read(ref _systemMessages);
        while (true)
        {
            message.Next = head;
            var seen = Interlocked.CompareExchange(ref _systemMessages, message, head);
            if (ReferenceEquals(seen, head))
                break;
            head = seen;
        }

        while (true)
        {
            var status = Volatile.Read(ref _status);
            if (status == Closed)
            {
                DiscardSystemMessages();
                return;
            }

            if (status is Scheduled or NotStarted || Interlocked.CompareExchange(ref _status, Scheduled, status) == status)
            {
                if (status is Idle or IdleSuspended)
                    Cell.Dispatcher.Schedule(this);
                return;
            }
        }
    }

    internal void Start()
    {
        if (Interlocked.CompareExchange(ref _status, Scheduled, NotStarted) == NotStarted)
            Cell.Dispatcher.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute() => Run();

    /// <summary>One turn: engine messages, then up to a throughput of user messages.</summary>
    internal void Run() => Run(Cell.Dispatcher.Throughput);

    internal void Run(int throughput)
    {
        var previous = ActorCell.Current;
        ActorCell.Current = Cell;
        try
        {
            if (_systemMessages is not null)
                Cell.InvokeSystem(TakeSystemMessages());
            if (_queue is null)
                RunSegments(throughput);
            else
                RunQueue(throughput);
        }
        finally
        {
            ActorCell.Current = previous;
            EndRun();
        }
    }

    private void RunSegments(int throughput)
    {
        var cell = Cell;
        var segment = _head;
        var index = _headIndex;
        try
        {
            for (var left = throughput; left > 0 && cell.MayReceive; left--)
            {
                if (cell.TryTakePrepended(out var envelope))
                {
                    cell.Invoke(envelope.Message, envelope.Sender);
                }
                else
                {
                    segment ??= _head;
                    if (segment is null || !TryTake(ref segment, ref index, out var message, out var sender))
                        return;
                    cell.Invoke(message, sender);
                }

                if (_systemMessages is not null)
                    cell.InvokeSystem(TakeSystemMessages());
            }
        }
        finally
        {
            _headIndex = index;
        }
    }

    private void RunQueue(int throughput)
    {
        for (var left = throughput; left > 0 && Cell.MayReceive; left--)
        {
            if (!Cell.TryTakePrepended(out var envelope) && !_queue!.TryDequeue(out envelope))
                return;
            Cell.Invoke(envelope.Message, envelope.Sender);
            if (_systemMessages is not null)
                Cell.InvokeSystem(TakeSystemMessages());
        }
    }

    private void EndRun()
    {
        if (Cell.IsTerminated)
        {
            // Producers that were on their way see the closed status and help to drain.
            Interlocked.Exchange(ref _status, Closed);
            DiscardUserMessages();
            DiscardSystemMessages();
            return;
        }

        var idle = Cell.MayReceive ? Idle : IdleSuspended;
        if (HasWork(idle))
        {
            Cell.Dispatcher.Reschedule(this);
            return;
        }

        // Full fence: either a producer that took a slot sees the idle status, or this thread sees the slot taken.
        Interlocked.Exchange(ref _status, idle);
        if (HasWork(idle) && Interlocked.CompareExchange(ref _status, Scheduled, idle) == idle)
            Cell.Dispatcher.Reschedule(this);
    }

    private bool HasWork(int idle) =>
        HasSystemMessages || (idle == Idle && (Cell.HasPrepended || HasMessages));

    private void AfterPost(int status)
    {
        if (status == Idle)
        {
            if (Interlocked.CompareExchange(ref _status, Scheduled, Idle) == Idle)
                Cell.Dispatcher.Schedule(this);
        }
        else if (status == Closed)
        {
            DiscardUserMessages();
        }
    }

    private void Enqueue(object message, IActorRef? sender)
    {
        while (true)
        {
            var segment = Volatile.Read(ref _tail) ?? FirstSegment();
            var slots = segment.Slots;
            var index = Interlocked.Increment(ref segment.Taken) - 1;
            if ((uint)index < (uint)slots.Length)
            {
                slots[index].Sender = sender;
                Volatile.Write(ref slots[index].Message, message);
                return;
            }

            if (segment.NextOrNew() is { } next)
                Interlocked.CompareExchange(ref _tail, next, segment);
        }
    }

    private MessageSegment FirstSegment()
    {
        var fresh = new MessageSegment(MessageSegment.FirstCapacity);
        var first = Interlocked.CompareExchange(ref _head, fresh, null) ?? fresh;
        Interlocked.CompareExchange(ref _tail, first, null);
        return Volatile.Read(ref _tail)!;
    }

    private bool TryTake(ref MessageSegment segment, ref int index, out object message, out IActorRef? sender)
    {
        while (true)
        {
            if (index < segment.Slots.Length)
            {
                ref var slot = ref segment.Slots[index];
                var found = Volatile.Read(ref slot.Message) ?? AwaitHalfWritten(segment, index, ref slot);
                message = found!;
                sender = slot.Sender;
                if (found is null)
                    return false;
                slot = default;
                index++;
                return true;
            }

            if (!TryAdvance(ref segment, ref index))
            {
                message = null!;
                sender = null;
                return false;
            }
        }
    }

    private bool TryAdvance(ref MessageSegment segment, ref int index)
    {
        var next = Volatile.Read(ref segment.Next);
        if (next is null || ReferenceEquals(next, MessageSegment.Retired))
            return false;
        // The tail must have left this segment before it is marked as retired, or producers would find no way on.
        Interlocked.CompareExchange(ref _tail, next, segment);
        Volatile.Write(ref segment.Next, MessageSegment.Retired);
        segment = next;
        _head = next;
        index = 0;
        return true;
    }

    private static object? AwaitHalfWritten(MessageSegment segment, int index, ref MessageSegment.Slot slot)
    {
        for (var spins = 0; spins < SpinsForHalfWrittenSlot && Volatile.Read(ref segment.Taken) > index; spins++)
        {
            Thread.SpinWait(1 << Math.Min(spins, 6));
            if (Volatile.Read(ref slot.Message) is { } message)
                return message;
        }

        return null;
    }

    private bool HasQueued()
    {
        var head = _head;
        return head is not null && Volatile.Read(ref head.Taken) > _headIndex;
    }

    private int CountQueued()
    {
        var count = -_headIndex;
        for (var segment = _head; segment is not null && !ReferenceEquals(segment, MessageSegment.Retired); segment = segment.Next)
            count += Math.Min(Volatile.Read(ref segment.Taken), segment.Slots.Length);
        return Math.Max(0, count);
    }

    private SystemMessage? TakeSystemMessages()
    {
        var newestFirst = Interlocked.Exchange(ref _systemMessages, null);
        SystemMessage? oldestFirst = null;
        while (newestFirst is not null)
        {
            var next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }

    private void DiscardUserMessages()
    {
        // Only a closed mailbox comes here, from several threads at times: the consumer's position is shared under the lock.
        lock (this)
        {
            while (Cell.TryTakePrepended(out var prepended))
                Cell.ToDeadLetters(prepended);
            if (_queue is not null)
            {
                while (_queue.TryDequeue(out var envelope))
                    Cell.ToDeadLetters(envelope);
                return;
            }

            var segment = _head;
            var index = _headIndex;
            while (segment is not null && TryTake(ref segment, ref index, out var message, out var sender))
                Cell.ToDeadLetters(new Envelope(message, sender));
            _headIndex = index;
        }
    }

    private void DiscardSystemMessages()
    {
        for (var message = TakeSystemMessages(); message is not null;)
        {
            var next = message.Next;
            message.Next = null;
            Cell.SystemMessageAfterDeath(message);
            message = next;
        }
    }
}
