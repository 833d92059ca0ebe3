namespace ActorP2P.Actors.TestKit;

/// <summary>Lets threads of a test wait until others have counted it down.</summary>
public class TestLatch
{
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    private readonly CountdownEvent _count;
    private readonly TimeSpan _defaultTimeout;
    private readonly Func<TimeSpan, TimeSpan> _dilate;

    /// <summary>Opens at the first count.</summary>
    public TestLatch()
        : this(1)
    {
    }

    /// <summary>Opens after as many counts.</summary>
    public TestLatch(int count)
        : this(count, FiveSeconds)
    {
    }

    /// <summary>Opens after as many counts; who does not say how long waits for at most <paramref name="defaultTimeout"/>.</summary>
    public TestLatch(int count, TimeSpan defaultTimeout)
        : this(static time => time, defaultTimeout, count)
    {
    }

    /// <summary>For a kit that scales its time limits.</summary>
    protected internal TestLatch(Func<TimeSpan, TimeSpan> dilate, TimeSpan defaultTimeout, int count)
    {
        _dilate = dilate;
        _defaultTimeout = defaultTimeout;
        _count = new CountdownEvent(count);
    }

    /// <summary>Whether nobody has to wait any more.</summary>
    public bool IsOpen => _count.IsSet;

    /// <summary>Counts once. Throws <see cref="InvalidOperationException"/> when it is open already.</summary>
    public void CountDown() => _count.Signal();

    /// <summary>Opens it at once.</summary>
    public void Open()
    {
        while (!_count.IsSet)
            _count.Signal();
    }

    /// <summary>Closes it again, with the first count.</summary>
    public void Reset() => _count.Reset();

    /// <summary>Waits for the opening. Throws <see cref="TimeoutException"/> when it does not come in time.</summary>
    public void Ready(TimeSpan timeout)
    {
        if (timeout == TimeSpan.MaxValue)
            throw new ArgumentException($"A latch cannot wait for {timeout}.", nameof(timeout));
        var limit = _dilate(timeout);
        if (!_count.Wait(limit))
            throw new TimeoutException($"The latch did not open within {limit}.");
    }

    /// <summary>Waits for the opening, for the default time.</summary>
    public void Ready() => Ready(_defaultTimeout);
}
