namespace ActorP2P.Actors;

/// <summary>
/// Frees mailboxes from the slots of threads that do not come back for them, because a handler there computes long or
/// blocks, even on the very actor that waits in its slot. One thread looks once a millisecond while slots are in use and
/// sleeps otherwise. It is no pool thread: all of those may be the ones that block.
/// </summary>
internal static class SlotMonitor
{
    private const int TickMs = 1;
    private const int QuietTicksBeforeSleep = 100;

    private static readonly Lock Gate = new();
    private static readonly List<WeakReference<DispatchWorker>> Workers = [];
    private static readonly AutoResetEvent Wake = new(false);
    private static Thread? _thread;
    private static bool _awake;
    private static int _tick;

    /// <summary>Counts looks, about one a millisecond while slots are in use; wraps.</summary>
    internal static int Tick => Volatile.Read(ref _tick);

    /// <summary>Whether slots are being looked at.</summary>
    internal static bool IsAwake => Volatile.Read(ref _awake);

    /// <summary>Has the worker's slot looked at for as long as its thread lives.</summary>
    internal static DispatchWorker Register(DispatchWorker worker)
    {
        lock (Gate)
        {
            Workers.RemoveAll(static w => !w.TryGetTarget(out _));
            Workers.Add(new WeakReference<DispatchWorker>(worker));
            if (_thread is null)
            {
                _thread = new Thread(Watch) { IsBackground = true, Name = "actor-slot-monitor" };
                _thread.Start();
            }
        }

        return worker;
    }

    /// <summary>To be called after a slot was filled by an atomic operation, which orders the two.</summary>
    internal static void SlotFilled()
    {
        if (!Volatile.Read(ref _awake))
            WakeUp();
    }

    private static void WakeUp()
    {
        if (!Interlocked.Exchange(ref _awake, true))
            Wake.Set();
    }

    private static void Watch()
    {
        while (true)
        {
            Wake.WaitOne();
            for (var quiet = 0; quiet < QuietTicksBeforeSleep; quiet++)
            {
                Wake.WaitOne(TickMs);
                Volatile.Write(ref _tick, _tick + 1);
                if (FreeStranded())
                    quiet = 0;
            }

            // Either whoever fills a slot from here on sees the monitor asleep, or the monitor sees the slot filled.
            Interlocked.Exchange(ref _awake, false);
            if (FreeStranded())
                WakeUp();
        }
    }

    /// <summary>Whether any slot was in use since the last look.</summary>
    private static bool FreeStranded()
    {
        var busy = false;
        lock (Gate)
        {
            foreach (var reference in Workers)
            {
                if (!reference.TryGetTarget(out var worker))
                    continue;
                busy |= worker.IsBusy;
                if (worker.TakeStranded() is { } stranded)
                    ThreadPool.UnsafeQueueUserWorkItem(stranded, preferLocal: false);
            }
        }

        return busy;
    }
}
