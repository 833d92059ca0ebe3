namespace ActorP2P.Actors;

/// <summary>Gives mailboxes a thread to run on.</summary>
public abstract class MessageDispatcher
{
    private protected MessageDispatcher(string id, int throughput)
    {
        Id = id;
        Throughput = throughput;
    }

    /// <summary>The HOCON path of the dispatcher.</summary>
    public string Id { get; }

    /// <summary>User messages an actor handles before others get their turn.</summary>
    public int Throughput { get; }

    /// <summary>Runs the mailbox soon.</summary>
    internal abstract void Schedule(Mailbox mailbox);

    /// <summary>Runs the mailbox again after others have had their turn.</summary>
    internal virtual void Reschedule(Mailbox mailbox) => Schedule(mailbox);
}

/// <summary>Runs mailboxes on the process's thread pool, each in its turn; no actor owns a thread.</summary>
internal sealed class ThreadPoolDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    private const int CommonEvery = 16;

    [ThreadStatic]
    private static int _scheduled;

    /// <summary>Counts what this thread has scheduled, wrapping.</summary>
    internal static int ScheduledByThisThread => _scheduled;

    // A worker's own queue is last in first out and others take from it only when they have nothing else: what goes there
    // could wait for ever behind newer work if some of it did not go to the common queue.
    internal override void Schedule(Mailbox mailbox)
    {
        _scheduled++;
        if (!DispatchWorker.TryRunNext(mailbox, out var displaced))
            displaced = mailbox;
        if (displaced is not null)
            ThreadPool.UnsafeQueueUserWorkItem(displaced, preferLocal: _scheduled % CommonEvery != 0);
    }

    internal override void Reschedule(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
}

/// <summary>Runs a mailbox on the thread that tells, before <c>Tell</c> returns. For tests.</summary>
internal sealed class CallingThreadDispatcher(string id) : MessageDispatcher(id, int.MaxValue)
{
    [ThreadStatic]
    private static Queue<Mailbox>? _waiting;

    internal override void Schedule(Mailbox mailbox)
    {
        if (_waiting is { } waiting)
        {
            waiting.Enqueue(mailbox);
            return;
        }

        // A nested tell runs after the actor that told, as it would on any other dispatcher.
        _waiting = waiting = new Queue<Mailbox>();
        try
        {
            mailbox.Run();
            while (waiting.TryDequeue(out var next))
                next.Run();
        }
        finally
        {
            _waiting = null;
        }
    }
}
