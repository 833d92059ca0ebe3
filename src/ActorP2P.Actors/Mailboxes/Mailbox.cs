namespace ActorP2P.Actors;

/// <summary>
/// The queues of one actor and its claim on a thread. User messages go to a lock-free queue of rings (or to the
/// queue that Props or settings ask for), engine messages to a stack that is taken whole. At most one thread runs
/// the mailbox at a time: whoever moves the status from idle to scheduled hands it to the dispatcher. A mailbox is one
/// object with the reference that fills it: that saves every actor an object and every tell a step.
/// </summary>
internal abstract class Mailbox : InternalActorRefBase, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Scheduled = 1;
    private const int IdleSuspended = 2;
    private const int Closed = 3;
    private const int NotStarted = 4;

    // A producer is between its two writes for nanoseconds, unless it is preempted there; then the run ends and is queued again.
    private const int SpinsForHalfWrittenSlot = 30;

    // Handing the thread back and being scheduled again costs as much as about this many messages or this much spinning.
    private const int StreamingFrom = 8;
    private const int SpinsForNextMessage = 4;

    private readonly IMessageQueue? _queue;
    private MessageRing? _tail;
    private MessageRing? _head;
    private SystemMessage? _systemMessages;
    private int _status = NotStarted;

    private protected Mailbox(ActorSystemImpl system, MailboxType type, ActorPath path)
    {
        Path = path;
        _queue = type.Create(this, system);
    }

    public sealed override ActorPath Path { get; }

    internal ActorCell Cell { get; private protected set; } = null!;

    internal bool HasMessages => _queue?.HasMessages ?? _head is { HasMessages: true };

    internal int Count => _queue?.Count ?? _head?.CountFrom(_head.Head) ?? 0;

    internal bool HasSystemMessages => Volatile.Read(ref _systemMessages) is not null;

    private protected void Post(object message, IActorRef? sender)
    {
        if (message is null)
            throw new InvalidMessageException("Message must not be null.");
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

        // The atomic operation in Enqueue orders this read behind the taking of the place; see EndRun for the other half.
        var status = Volatile.Read(ref _status);
        if (status != Scheduled)
            AfterPost(status);
    }

    private protected void PostSystem(SystemMessage message)
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

    public sealed override void Start()
    {
        if (Interlocked.CompareExchange(ref _status, Scheduled, NotStarted) == NotStarted)
            Cell.Dispatcher.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute() => DispatchWorker.Run(this);

    /// <summary>One turn: engine messages, then up to a throughput of user messages.</summary>
    internal void Run() => Run(Cell.Dispatcher.Throughput);

    internal void Run(int throughput)
    {
        var previous = ActorCell.Current;
        ActorCell.Current = Cell;
        Cell.Frame = StackPosition.Here();
        try
        {
            if (!Cell.IsCreated)
                Cell.BeginLife();
            if (_systemMessages is not null)
                Cell.InvokeSystem(TakeSystemMessages());
            if (_queue is null)
                RunRings(throughput);
            else
                RunQueue(throughput);
        }
        finally
        {
            Cell.Frame = 0;
            ActorCell.Current = previous;
            EndRun();
        }
    }

    private void RunRings(int throughput)
    {
        var cell = Cell;
        if (Volatile.Read(ref _head) is not { } ring)
        {
            RunPrepended(throughput);
            return;
        }

        var reader = new RingReader(ring);
        var scheduled = ThreadPoolDispatcher.ScheduledByThisThread;
        for (var left = throughput; left > 0 && cell.MayReceive; left--)
        {
            if (cell.HasPrepended)
            {
                cell.TryTakePrepended(out var envelope);
                cell.Invoke(envelope.Message, envelope.Sender);
            }
            else if (reader.TryTake(out var message, out var sender)
                || TakeBeyond(ref reader, out message, out sender)
                || (throughput - left >= StreamingFrom && scheduled == ThreadPoolDispatcher.ScheduledByThisThread && AwaitNext(ref reader, out message, out sender)))
            {
                cell.Invoke(message, sender);
            }
            else
            {
                break;
            }

            if (_systemMessages is not null)
                cell.InvokeSystem(TakeSystemMessages());
        }

        reader.Publish();
    }

    private void RunPrepended(int throughput)
    {
        for (var left = throughput; left > 0 && Cell.MayReceive && Cell.TryTakePrepended(out var envelope); left--)
        {
            Cell.Invoke(envelope.Message, envelope.Sender);
            if (_systemMessages is not null)
                Cell.InvokeSystem(TakeSystemMessages());
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

        if (_head is { } ring && ring.Shrunk(ring.Head) is { } small)
        {
            var reader = new RingReader(ring);
            MoveTo(small, ref reader);
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
            var ring = Volatile.Read(ref _tail) ?? FirstRing();
            if (ring.TryEnqueue(message, sender))
                return;
            if (ring.NextOrNew() is { } next)
                Interlocked.CompareExchange(ref _tail, next, ring);
        }
    }

    private MessageRing FirstRing()
    {
        var fresh = MessageRing.First();
        var first = Interlocked.CompareExchange(ref _head, fresh, null) ?? fresh;
        Interlocked.CompareExchange(ref _tail, first, null);
        return Volatile.Read(ref _tail)!;
    }

    /// <summary>The next message when the place at hand is empty: of the next ring, or of a producer that is about to finish.</summary>
    private bool TakeBeyond(ref RingReader reader, out object message, out IActorRef? sender)
    {
        for (var spins = 0; spins < SpinsForHalfWrittenSlot; spins++)
        {
            if (reader.TryTake(out message, out sender))
                return true;
            if (reader.Successor is { } next)
                MoveTo(next, ref reader);
            else if (!reader.IsTaken)
                return false;
            else
                Thread.SpinWait(1 << Math.Min(spins, 6));
        }

        message = null!;
        sender = null;
        return false;
    }

    /// <summary>A sender that has just sent several messages is likely to be on another core, sending the next; unless this thread has woken others, who are then waiting for it.</summary>
    private bool AwaitNext(ref RingReader reader, out object message, out IActorRef? sender)
    {
        reader.Publish();
        for (var spins = 0; spins < SpinsForNextMessage; spins++)
        {
            Thread.SpinWait(4 << spins);
            if (TakeBeyond(ref reader, out message, out sender))
                return true;
        }

        message = null!;
        sender = null;
        return false;
    }

    private void MoveTo(MessageRing next, ref RingReader reader)
    {
        reader.Publish();
        // The tail must have left this ring before it is retired, or producers would find no way on.
        Interlocked.CompareExchange(ref _tail, next, reader.Ring);
        _head = next;
        reader.Ring.Retire();
        reader = new RingReader(next);
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

            if (_head is not { } ring)
                return;
            var reader = new RingReader(ring);
            while (TakeBeyond(ref reader, out var message, out var sender))
                Cell.ToDeadLetters(new Envelope(message, sender));
            reader.Publish();
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
