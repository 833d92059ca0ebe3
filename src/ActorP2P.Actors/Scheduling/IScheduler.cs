namespace ActorP2P.Actors;

/// <summary>The clock of a system: real, or virtual in tests and simulations.</summary>
public interface ITimeProvider
{
    /// <summary>The wall clock, UTC.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Time since some start; never goes back.</summary>
    TimeSpan MonotonicClock { get; }

    /// <summary>As <see cref="MonotonicClock"/>, at the finest resolution there is.</summary>
    TimeSpan HighResMonotonicClock { get; }
}

/// <summary>Sends messages later.</summary>
public interface ITellScheduler
{
    /// <summary>Sends once.</summary>
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender);

    /// <summary>Sends once, unless cancelled.</summary>
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable);

    /// <summary>Sends at every interval.</summary>
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender);

    /// <summary>Sends at every interval until cancelled.</summary>
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable);
}

/// <summary>Calls functions later, on a thread of the pool (or of the simulation).</summary>
public interface IActionScheduler
{
    /// <summary>Calls once.</summary>
    void ScheduleOnce(TimeSpan delay, Action action);

    /// <summary>Calls once, unless cancelled.</summary>
    void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable);

    /// <summary>Calls at every interval.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);

    /// <summary>Calls at every interval until cancelled.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable);
}

/// <summary>The action scheduler of a system.</summary>
public interface IAdvancedScheduler : IActionScheduler
{
}

/// <summary>A system's scheduler and clock.</summary>
public interface IScheduler : ITellScheduler, ITimeProvider
{
    /// <summary>For functions instead of messages.</summary>
    IAdvancedScheduler Advanced { get; }
}

/// <summary>Something that can be called off.</summary>
public interface ICancelable
{
    /// <summary>Whether it has been called off.</summary>
    bool IsCancellationRequested { get; }

    /// <summary>The same as a token.</summary>
    CancellationToken Token { get; }

    /// <summary>Calls it off; the second time does nothing.</summary>
    void Cancel();

    /// <summary>Calls it off later.</summary>
    void CancelAfter(TimeSpan delay);

    /// <summary>Calls it off after so many milliseconds.</summary>
    void CancelAfter(int millisecondsDelay);

    /// <summary>Calls it off; says whether the first exception of a callback ends the calling.</summary>
    void Cancel(bool throwOnFirstException);
}

/// <summary>What a scheduler must do; everything else follows from it.</summary>
public abstract class SchedulerBase : IScheduler, IAdvancedScheduler
{
    /// <inheritdoc/>
    public IAdvancedScheduler Advanced => this;

    /// <inheritdoc/>
    public abstract DateTimeOffset Now { get; }

    /// <inheritdoc/>
    public abstract TimeSpan MonotonicClock { get; }

    /// <inheritdoc/>
    public virtual TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        Add(new ScheduledTell(receiver, message, sender, null, this), delay, null);

    /// <inheritdoc/>
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(new ScheduledTell(receiver, message, sender, cancelable, this), delay, null);

    /// <inheritdoc/>
    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        Add(new ScheduledTell(receiver, message, sender, null, this), initialDelay, interval);

    /// <inheritdoc/>
    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(new ScheduledTell(receiver, message, sender, cancelable, this), initialDelay, interval);

    void IActionScheduler.ScheduleOnce(TimeSpan delay, Action action) => Add(new ScheduledAction(action, null, this), delay, null);

    void IActionScheduler.ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Add(new ScheduledAction(action, cancelable, this), delay, null);

    void IActionScheduler.ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        Add(new ScheduledAction(action, null, this), initialDelay, interval);

    void IActionScheduler.ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(new ScheduledAction(action, cancelable, this), initialDelay, interval);

    /// <summary>Puts an entry in; a negative delay is none. Throws <see cref="ArgumentOutOfRangeException"/> when the interval is not above zero.</summary>
    internal T Add<T>(T entry, TimeSpan delay, TimeSpan? interval)
        where T : ScheduledEntry
    {
        if (interval is { } every && every <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "The interval must be above zero.");
        entry.Interval = interval;
        Insert(entry, delay < TimeSpan.Zero ? TimeSpan.Zero : delay);
        return entry;
    }

    /// <summary>Calls <see cref="ScheduledEntry.Fire"/> after the delay.</summary>
    internal abstract void Insert(ScheduledEntry entry, TimeSpan delay);

    /// <summary>Takes a cancelled entry out.</summary>
    internal abstract void Remove(ScheduledEntry entry);

    /// <summary>Ends the scheduler; what is pending never fires.</summary>
    internal virtual void Shutdown()
    {
    }
}
