namespace ActorP2P.Actors.TestKit;

/// <summary>What a test actor has received and the test has not looked at yet.</summary>
internal sealed class TestMessageQueue : IDisposable
{
    private readonly LinkedList<Envelope> _messages = new();
    private readonly SemaphoreSlim _available = new(0);

    internal bool HasMessages
    {
        get
        {
            lock (_messages)
                return _messages.Count > 0;
        }
    }

    internal void Add(Envelope envelope)
    {
        lock (_messages)
            _messages.AddLast(envelope);
        _available.Release();
    }

    /// <summary>The next message within the time, or null; it stays unless it is to be removed. With <paramref name="blocking"/> the task is complete when it is returned.</summary>
    internal async ValueTask<Envelope?> TakeAsync(TimeSpan timeout, bool remove, bool blocking, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            timeout = TimeSpan.Zero;
        var came = blocking
            ? _available.Wait(timeout, cancellationToken)
            : await _available.WaitAsync(timeout, cancellationToken);
        if (!came)
            return null;
        lock (_messages)
        {
            var first = _messages.First!.Value;
            if (remove)
                _messages.RemoveFirst();
            else
                _available.Release();
            return first;
        }
    }

    public void Dispose() => _available.Dispose();
}
