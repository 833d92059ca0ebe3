namespace ActorP2P.Actors;

/// <summary>The reference that an asked actor sees as its sender: the first message to it completes the task. Nothing is registered anywhere, so nothing can leak.</summary>
internal sealed class FutureActorRef<T>(ActorSystemImpl system) : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _result = new(system.RunsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    private ICancelable? _timeout;
    private CancellationTokenRegistration _cancellation;
    private ActorPath? _path;
    private int _answered;

    // Most answers never look at the path, so it is made when somebody does.
    public override ActorPath Path => _path ?? Interlocked.CompareExchange(ref _path, system.Provider.TempPath(), null) ?? _path;

    public override IActorRefProvider Provider => system.Provider;

    public override bool IsTerminated => Volatile.Read(ref _answered) != 0;

    internal Task<T> Task => _result.Task;

    public override bool Equals(IActorRef? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    internal void Begin(TimeSpan? timeout, CancellationToken cancellation)
    {
        if (timeout is { } limit && limit > TimeSpan.Zero)
            _timeout = system.Scheduler.Advanced.ScheduleOnceCancelable(limit, () => Fail(new AskTimeoutException($"Timeout after {limit.TotalSeconds:F2} seconds")));
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.Register(() =>
            {
                if (Interlocked.Exchange(ref _answered, 1) != 0)
                    return;
                _timeout?.Cancel();
                _result.TrySetCanceled(cancellation);
            });
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is null)
            throw new InvalidMessageException();
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            system.DeadLettersRef.Publish(message, sender, this);
            return;
        }

        // Continuations of a task that is completed inside an async handler would leave the simulation's thread.
        if (system.RunsInline)
            system.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => Complete(message, sender));
        else
            Complete(message, sender);
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case DeathWatchNotification notification:
                Tell(new Terminated(notification.Actor, notification.ExistenceConfirmed, addressTerminated: false), notification.Actor);
                break;
            case Watch watch when IsTerminated:
                watch.Watcher.SendSystemMessage(new DeathWatchNotification(this, existenceConfirmed: true));
                break;
        }
    }

    private void Complete(object message, IActorRef? sender)
    {
        Release();
        switch (message)
        {
            case ISystemMessage:
                _result.TrySetException(new InvalidOperationException($"A message of the engine is no answer: {message.GetType().Name}"));
                break;
            case T answer:
                _result.TrySetResult(answer);
                break;
            case Status.Failure failure:
                _result.TrySetException(failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message."));
                break;
            default:
                system.DeadLettersRef.Publish(message, sender, this);
                _result.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
                break;
        }
    }

    private void Fail(Exception cause)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
            _result.TrySetException(cause);
    }

    private void Release()
    {
        _timeout?.Cancel();
        // Dispose would wait for a running callback, and this may be that callback.
        _cancellation.Unregister();
    }
}
