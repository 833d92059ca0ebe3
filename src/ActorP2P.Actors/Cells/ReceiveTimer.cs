namespace ActorP2P.Actors;

/// <summary>Delivers <see cref="ReceiveTimeout"/> after each pause without a message that counts.</summary>
internal sealed class ReceiveTimer(LocalActorRef self, IScheduler scheduler)
{
    private ICancelable? _pending;

    internal TimeSpan? Timeout { get; set; }

    internal void AfterMessage(bool influences)
    {
        if (Timeout is not { } timeout)
        {
            Cancel();
        }
        else if (influences || _pending is null)
        {
            _pending?.Cancel();
            _pending = scheduler.ScheduleTellOnceCancelable(timeout, self, ReceiveTimeout.Instance, self);
        }
    }

    internal void Cancel()
    {
        _pending?.Cancel();
        _pending = null;
    }
}
