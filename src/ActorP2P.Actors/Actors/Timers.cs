namespace ActorP2P.Actors;

/// <summary>An actor with timers; the engine sets them before the constructor runs.</summary>
public interface IWithTimers
{
    /// <summary>The timers; they end with the instance.</summary>
    ITimerScheduler Timers { get; set; }
}

/// <summary>
/// Timers of one actor instance, each under a key. Starting a key anew ends the old timer for good: a message of
/// it that already waits in the mailbox is not delivered. Use on the actor's thread only.
/// </summary>
public interface ITimerScheduler
{
    /// <summary>The keys of the running timers.</summary>
    IReadOnlyCollection<object> ActiveTimers { get; }

    /// <summary>Sends the message to the actor itself at every interval.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    /// <summary>The same with a sender of one's own.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef? sender);

    /// <summary>The same with a first delay of its own.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    /// <summary>The same with both.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef? sender);

    /// <summary>Sends the message to the actor itself once.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    /// <summary>The same with a sender of one's own.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef? sender);

    /// <summary>Whether the timer of that key runs.</summary>
    bool IsTimerActive(object key);

    /// <summary>Ends a timer; nothing happens when there is none.</summary>
    void Cancel(object key);

    /// <summary>Ends all timers.</summary>
    void CancelAll();
}

/// <summary>What a timer really sends; it carries the identity that tells a late message from a valid one.</summary>
internal sealed class TimerMessage(TimerScheduler owner, object key, object message, bool repeats) : IWrappedMessage
{
    internal TimerScheduler Owner { get; } = owner;

    internal object Key { get; } = key;

    internal bool Repeats { get; } = repeats;

    internal ICancelable? Task { get; set; }

    public object Message { get; } = message;

    public override string ToString() => $"TimerMsg({Key}, {Message})";
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, TimerMessage> _timers = [];

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef? sender) => Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef? sender) => Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, null);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef? sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            timer.Task?.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            timer.Task?.Cancel();
        _timers.Clear();
    }

    /// <summary>The user's message, or null when the timer was ended or replaced, or is of an earlier instance.</summary>
    internal object? Take(TimerMessage timer)
    {
        if (!ReferenceEquals(timer.Owner, this) || !_timers.TryGetValue(timer.Key, out var current) || !ReferenceEquals(current, timer))
            return null;
        if (!timer.Repeats)
            _timers.Remove(timer.Key);
        return timer.Message;
    }

    private void Start(object key, object msg, TimeSpan delay, TimeSpan? interval, IActorRef? sender)
    {
        Cancel(key);
        var timer = new TimerMessage(this, key, msg, interval is not null);
        var scheduler = cell.SystemImpl.Scheduler;
        timer.Task = interval is { } every
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, every, cell.Self, timer, sender)
            : scheduler.ScheduleTellOnceCancelable(delay, cell.Self, timer, sender);
        _timers[key] = timer;
    }
}
