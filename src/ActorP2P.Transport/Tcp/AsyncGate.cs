namespace ActorP2P.Transport;

/// <summary>A gate that a loop passes when it is open and waits at when it is shut. Open at first.</summary>
internal sealed class AsyncGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _shut;

    public void Open()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            waiting = _shut;
            _shut = null;
        }

        waiting?.TrySetResult();
    }

    public void Shut()
    {
        lock (_lock)
        {
            _shut ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public Task PassAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            return _shut is null ? Task.CompletedTask : _shut.Task.WaitAsync(cancellation);
        }
    }
}
