namespace ActorP2P.Actors.TestKit;

/// <summary>Collects mailboxes that want to run; the simulation picks.</summary>
internal sealed class SimulationDispatcher(List<Mailbox> runnable) : MessageDispatcher("simulation-dispatcher", 1)
{
    internal override void Schedule(Mailbox mailbox) => runnable.Add(mailbox);
}

/// <summary>What is to happen later, by time and then by the order of adding.</summary>
internal sealed class SimulationAgenda
{
    private const int CompactAbove = 1024;

    private readonly PriorityQueue<ScheduledEntry, (TimeSpan Due, long Order)> _queue = new();
    private readonly Queue<ScheduledEntry> _thisInstant = new();
    private TimeSpan _instant;
    private long _order;
    private int _cancelled;

    internal void Add(TimeSpan due, ScheduledEntry entry)
    {
        entry.Due = due;
        if (due == _instant)
            _thisInstant.Enqueue(entry);
        else
            _queue.Enqueue(entry, (due, _order++));
    }

    /// <summary>The next entry that is due by then; null when there is none.</summary>
    internal ScheduledEntry? TakeNext(TimeSpan by)
    {
        while (true)
        {
            // What is due at this instant and lies in the queue was added before anything in the short list.
            var isQueued = _queue.TryPeek(out var entry, out var priority) && (priority.Due <= _instant || _thisInstant.Count == 0);
            if (!isQueued && !_thisInstant.TryPeek(out entry))
                return null;
            if (!entry!.IsCancellationRequested && entry.Due > by)
                return null;
            _ = isQueued ? _queue.Dequeue() : _thisInstant.Dequeue();
            if (!entry.IsCancellationRequested)
            {
                _instant = entry.Due;
                return entry;
            }

            _cancelled = Math.Max(0, _cancelled - 1);
        }
    }

    /// <summary>Cancelled entries stay until they are due, or until they are the larger part.</summary>
    internal void Cancelled()
    {
        if (++_cancelled < CompactAbove || _cancelled < _queue.Count / 2)
            return;
        var live = _queue.UnorderedItems.Where(i => !i.Element.IsCancellationRequested).ToArray();
        _queue.Clear();
        foreach (var (entry, priority) in live)
            _queue.Enqueue(entry, priority);
        _cancelled = 0;
    }
}

/// <summary>The scheduler of all systems of a simulation.</summary>
internal sealed class SimulationScheduler(ActorSimulation simulation, SimulationAgenda agenda) : SchedulerBase
{
    public override DateTimeOffset Now => simulation.Now;

    public override TimeSpan MonotonicClock => simulation.Elapsed;

    internal override void Insert(ScheduledEntry entry, TimeSpan delay) => agenda.Add(simulation.Elapsed + delay, entry);

    internal override void Remove(ScheduledEntry entry) => agenda.Cancelled();
}

/// <summary>The virtual clock as the framework knows clocks; its timers are entries of the agenda.</summary>
internal sealed class SimulationTime(ActorSimulation simulation, SimulationAgenda agenda) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => simulation.Now;

    public override long GetTimestamp() => simulation.Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(SimulationTime time, Action fire) : ITimer
    {
        private readonly SimulationScheduler _scheduler = new(time.Simulation, time.Agenda);
        private ScheduledEntry? _pending;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _pending?.Cancel();
            _pending = null;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            var repeats = period != Timeout.InfiniteTimeSpan && period > TimeSpan.Zero;
            _pending = _scheduler.Add(new ScheduledAction(fire, null, _scheduler), dueTime, repeats ? period : null);
            return true;
        }

        public void Dispose() => _pending?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private ActorSimulation Simulation => simulation;

    private SimulationAgenda Agenda => agenda;
}
