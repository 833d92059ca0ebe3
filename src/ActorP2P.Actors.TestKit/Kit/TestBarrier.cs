namespace ActorP2P.Actors.TestKit;

/// <summary>Lets a number of threads of a test go on together.</summary>
/// <param name="testKit">Scales the time limits.</param>
/// <param name="count">How many have to come.</param>
/// <param name="defaultTimeout">For who does not say how long to wait; null is the kit's default.</param>
public class TestBarrier(TestKitBase testKit, int count, TimeSpan? defaultTimeout = null)
{
    private readonly Barrier _barrier = new(count);

    /// <summary>Waits for the others, for the default time.</summary>
    public void Await() => Await(defaultTimeout ?? testKit.TestKitSettings.DefaultTimeout);

    /// <summary>Waits for the others. Throws <see cref="TimeoutException"/> when they do not all come in time.</summary>
    public void Await(TimeSpan timeout)
    {
        var limit = testKit.Dilated(timeout);
        if (!_barrier.SignalAndWait(limit))
            throw new TimeoutException($"Not all {count} came within {limit}.");
    }

    /// <summary>Forgets who has come.</summary>
    public void Reset()
    {
        _barrier.RemoveParticipants(count);
        _barrier.AddParticipants(count);
    }
}
