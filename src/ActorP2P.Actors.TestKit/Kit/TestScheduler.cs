using ActorP2P.Actors.Event;
using ActorP2P.Hocon;

namespace ActorP2P.Actors.TestKit;

/// <summary>A scheduler whose time stands still until the test moves it. Chosen by <c>akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"</c>.</summary>
public sealed class TestScheduler : SchedulerBase
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<ScheduledEntry, (TimeSpan Due, long Order)> _pending = new();
    private TimeSpan _elapsed;
    private long _order;

    /// <summary>Called by the system at its start.</summary>
    public TestScheduler(Config schedulerConfig, ILoggingAdapter log)
    {
        ArgumentNullException.ThrowIfNull(schedulerConfig);
        ArgumentNullException.ThrowIfNull(log);
    }

    /// <inheritdoc/>
    public override DateTimeOffset Now => Epoch + MonotonicClock;

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock
    {
        get
        {
            lock (_pending)
                return _elapsed;
        }
    }

    /// <summary>Moves time on; all that falls due happens before it returns, each at its own time.</summary>
    public void Advance(TimeSpan offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        TimeSpan end;
        lock (_pending)
            end = _elapsed + offset;
        while (TakeDue(end) is { } entry)
        {
            if (entry.IsCancellationRequested)
                continue;
            entry.Fire();
            if (entry.Interval is { } interval && !entry.IsCancellationRequested)
                Enqueue(entry, entry.Due + interval);
        }

        lock (_pending)
            _elapsed = end;
    }

    /// <summary>Moves time on to a moment that is not past.</summary>
    public void AdvanceTo(DateTimeOffset when) => Advance(when - Now);

    internal override void Insert(ScheduledEntry entry, TimeSpan delay)
    {
        if (delay == TimeSpan.Zero && entry is ScheduledTell { Interval: null })
            entry.Fire();
        else
            Enqueue(entry, MonotonicClock + delay);
    }

    internal override void Remove(ScheduledEntry entry)
    {
        // A cancelled entry is passed over when its time comes.
    }

    private void Enqueue(ScheduledEntry entry, TimeSpan due)
    {
        lock (_pending)
        {
            entry.Due = due;
            _pending.Enqueue(entry, (due, _order++));
        }
    }

    private ScheduledEntry? TakeDue(TimeSpan by)
    {
        lock (_pending)
        {
            if (!_pending.TryPeek(out var entry, out var priority) || priority.Due > by)
                return null;
            _elapsed = priority.Due > _elapsed ? priority.Due : _elapsed;
            _pending.Dequeue();
            return entry;
        }
    }
}
