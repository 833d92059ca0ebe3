namespace ActorP2P.Actors;

/// <summary>
/// One pool thread while it runs mailboxes. A mailbox that an actor on this thread makes runnable waits in the thread's
/// slot and runs right after the present one, on the same core: no other thread is woken, and what both actors touch
/// stays in one cache. The idea is the <c>runnext</c> of Go's scheduler and the LIFO slot of Tokio's.
/// </summary>
internal sealed class DispatchWorker
{
    // Bounds for what a thread runs without asking the common queue, whichever comes first.
    private const int MaxDirectRuns = 1024;
    private const int MaxDirectTicks = 2;

    [ThreadStatic]
    private static DispatchWorker? _current;

    private Mailbox? _next;
    private Mailbox? _seen;
    private uint _fills;
    private uint _seenFills;
    private bool _running;

    /// <summary>Runs a mailbox and then those that come into the slot, within bounds. On a pool thread.</summary>
    internal static void Run(Mailbox first)
    {
        var worker = _current ??= SlotMonitor.Register(new DispatchWorker());
        worker._running = true;
        try
        {
            worker.RunChain(first);
        }
        finally
        {
            worker._running = false;
            if (worker.Take() is { } left)
                ThreadPool.UnsafeQueueUserWorkItem(left, preferLocal: false);
        }
    }

    /// <summary>Puts the mailbox into the slot of this thread. False when the thread runs no mailbox.</summary>
    /// <param name="mailbox">Runs next.</param>
    /// <param name="displaced">What was in the slot and must find another thread.</param>
    internal static bool TryRunNext(Mailbox mailbox, out Mailbox? displaced)
    {
        if (_current is not { _running: true } worker)
        {
            displaced = null;
            return false;
        }

        worker._fills++;
        displaced = Interlocked.Exchange(ref worker._next, mailbox);
        SlotMonitor.SlotFilled();
        return true;
    }

    /// <summary>Empties the slot, on any thread; whoever gets the mailbox must have it run.</summary>
    internal Mailbox? Take() => _next is null ? null : Interlocked.Exchange(ref _next, null);

    /// <summary>For the monitor: whether the slot was filled since the last call, or is filled.</summary>
    internal bool IsBusy => _next is not null || Volatile.Read(ref _fills) != _seenFills;

    /// <summary>For the monitor: the mailbox that has been in the slot since the last call; null when there is none.</summary>
    internal Mailbox? TakeStranded()
    {
        var (next, fills) = (Volatile.Read(ref _next), Volatile.Read(ref _fills));
        var stranded = next is not null && ReferenceEquals(next, _seen) && fills == _seenFills;
        (_seen, _seenFills) = (next, fills);
        return stranded ? Take() : null;
    }

    private void RunChain(Mailbox first)
    {
        var context = ExecutionContext.Capture();
        var tick = SlotMonitor.Tick;
        first.Run();
        for (var runs = 0; runs < MaxDirectRuns && SlotMonitor.Tick - tick < MaxDirectTicks; runs++)
        {
            if (Take() is not { } next)
                return;
            Reset(context);
            next.Run();
        }
    }

    // The pool does the same between its work items: what one actor sets must not reach the next.
    private static void Reset(ExecutionContext? context)
    {
        if (context is not null && !ReferenceEquals(ExecutionContext.Capture(), context))
            ExecutionContext.Restore(context);
        if (SynchronizationContext.Current is not null)
            SynchronizationContext.SetSynchronizationContext(null);
    }
}
