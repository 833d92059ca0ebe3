namespace ActorP2P.Actors;

/// <summary>One pending timer. It is its own <see cref="ICancelable"/>, and a link of the wheel's list, so that a timer is one object.</summary>
internal abstract class ScheduledEntry(ICancelable? outer, SchedulerBase scheduler) : ICancelable
{
    private CancellationTokenSource? _source;
    private volatile bool _cancelled;

    internal ScheduledEntry? Previous { get; set; }

    internal ScheduledEntry? Next { get; set; }

    internal int Slot { get; set; } = -1;

    /// <summary>Time of the scheduler's monotonic clock.</summary>
    internal TimeSpan Due { get; set; }

    internal TimeSpan? Interval { get; set; }

    internal long Order { get; set; }

    public bool IsCancellationRequested => _cancelled || outer is { IsCancellationRequested: true };

    public CancellationToken Token
    {
        get
        {
            if (_source is null && Interlocked.CompareExchange(ref _source, new CancellationTokenSource(), null) is null && _cancelled)
                _source.Cancel();
            return _source!.Token;
        }
    }

    public void Cancel()
    {
        if (_cancelled)
            return;
        _cancelled = true;
        scheduler.Remove(this);
        _source?.Cancel();
    }

    public void Cancel(bool throwOnFirstException) => Cancel();

    public void CancelAfter(TimeSpan delay) => scheduler.Add(new ScheduledAction(Cancel, null, scheduler), delay, null);

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    internal abstract void Fire();
}

internal sealed class ScheduledTell(ICanTell receiver, object message, IActorRef? sender, ICancelable? outer, SchedulerBase scheduler)
    : ScheduledEntry(outer, scheduler)
{
    internal override void Fire() => receiver.Tell(message, sender);
}

internal sealed class ScheduledAction(Action action, ICancelable? outer, SchedulerBase scheduler) : ScheduledEntry(outer, scheduler)
{
    internal override void Fire() => action();
}
