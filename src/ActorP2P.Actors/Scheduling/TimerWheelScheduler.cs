namespace ActorP2P.Actors;

/// <summary>
/// A hashed timing wheel (Varghese and Lauck, 1987): adding and cancelling a timer costs the same whatever the number
/// of pending ones. One timer of the pool turns it, and stands still while nothing is pending. A timer never fires early,
/// and late by up to a tick. A repeated timer keeps its phase; periods that were missed altogether are skipped.
/// </summary>
internal sealed class TimerWheelScheduler : SchedulerBase
{
    private readonly Lock _lock = new();
    private readonly ScheduledEntry?[] _slots;
    private readonly TimeProvider _time;
    private readonly TimeSpan _tick;
    private readonly ITimer _timer;
    private readonly long _start;
    private readonly Action<Exception> _onFailure;
    private long _ticksDone;
    private int _pending;
    private bool _turning;
    private bool _stopped;

    internal TimerWheelScheduler(TimeProvider time, TimeSpan tick, int slots, Action<Exception> onFailure)
    {
        _time = time;
        _tick = tick;
        _slots = new ScheduledEntry?[slots];
        _onFailure = onFailure;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((TimerWheelScheduler)self!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override DateTimeOffset Now => _time.GetUtcNow();

    public override TimeSpan MonotonicClock => _time.GetElapsedTime(_start);

    /// <summary>Timers that have not fired and were not cancelled.</summary>
    internal int Pending
    {
        get
        {
            lock (_lock)
                return _pending;
        }
    }

    internal override void Insert(ScheduledEntry entry, TimeSpan delay)
    {
        entry.Due = MonotonicClock + delay;
        if (delay == TimeSpan.Zero && entry is ScheduledTell { Interval: null })
        {
            Fire(entry);
            return;
        }

        lock (_lock)
        {
            if (_stopped)
                throw new SchedulerException("The scheduler has been shut down: the actor system is terminated.");
            if (_pending == 0)
                _ticksDone = MonotonicClock.Ticks / _tick.Ticks;
            Link(entry);
            if (!_turning)
            {
                _turning = true;
                _timer.Change(_tick, Timeout.InfiniteTimeSpan);
            }
        }
    }

    internal override void Remove(ScheduledEntry entry)
    {
        lock (_lock)
        {
            if (entry.Slot >= 0)
                Unlink(entry);
        }
    }

    internal override void Shutdown()
    {
        lock (_lock)
        {
            _stopped = true;
            Array.Clear(_slots);
            _pending = 0;
        }

        _timer.Dispose();
    }

    private void Turn()
    {
        List<ScheduledEntry>? due = null;
        lock (_lock)
        {
            if (_stopped)
                return;
            var now = MonotonicClock;
            var tickNow = now.Ticks / _tick.Ticks;
            // After a long pause every slot is looked at once, not once a missed tick.
            var first = Math.Max(_ticksDone + 1, tickNow - _slots.Length + 1);
            for (var tick = first; tick <= tickNow; tick++)
                CollectDue((int)(tick % _slots.Length), now, ref due);
            _ticksDone = tickNow;
            due?.Sort(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order));
        }

        foreach (var entry in due ?? [])
        {
            Fire(entry);
            Repeat(entry);
        }

        lock (_lock)
        {
            if (_stopped)
                return;
            _turning = _pending > 0;
            if (_turning)
                _timer.Change(_tick, Timeout.InfiniteTimeSpan);
        }
    }

    private void CollectDue(int slot, TimeSpan now, ref List<ScheduledEntry>? due)
    {
        for (var entry = _slots[slot]; entry is not null;)
        {
            var next = entry.Next;
            if (entry.Due <= now)
            {
                Unlink(entry);
                (due ??= []).Add(entry);
            }

            entry = next;
        }
    }

    private void Fire(ScheduledEntry entry)
    {
        if (entry.IsCancellationRequested)
            return;
        try
        {
            entry.Fire();
        }
        catch (Exception e)
        {
            // A scheduled function has no supervisor; its failure is reported and the wheel turns on.
            _onFailure(e);
        }
    }

    private void Repeat(ScheduledEntry entry)
    {
        if (entry.Interval is not { } interval || entry.IsCancellationRequested)
            return;
        lock (_lock)
        {
            if (_stopped)
                return;
            var late = MonotonicClock - entry.Due;
            var missed = late > TimeSpan.Zero ? late.Ticks / interval.Ticks : 0;
            entry.Due += interval * (missed + 1);
            Link(entry);
            // Cancel may have come between the check above and the linking.
            if (entry.IsCancellationRequested)
                Unlink(entry);
        }
    }

    private void Link(ScheduledEntry entry)
    {
        var tick = Math.Max(_ticksDone + 1, (entry.Due.Ticks + _tick.Ticks - 1) / _tick.Ticks);
        entry.Order = tick;
        entry.Slot = (int)(tick % _slots.Length);
        entry.Previous = null;
        entry.Next = _slots[entry.Slot];
        if (entry.Next is not null)
            entry.Next.Previous = entry;
        _slots[entry.Slot] = entry;
        _pending++;
    }

    private void Unlink(ScheduledEntry entry)
    {
        if (entry.Slot < 0)
            return;
        if (entry.Previous is null)
            _slots[entry.Slot] = entry.Next;
        else
            entry.Previous.Next = entry.Next;
        if (entry.Next is not null)
            entry.Next.Previous = entry.Previous;
        entry.Previous = entry.Next = null;
        entry.Slot = -1;
        _pending--;
    }
}
