using ActorP2P.Protocol.Limits;

namespace ActorP2P.Transport;

/// <summary>
/// Holds one listener's loop to its share of a core, by measured CPU time. Under a flood the loop so works in batches with
/// pauses between them, which also saves the wake-up that each socket would cost alone (as network drivers do, NAPI).
/// </summary>
internal sealed class AcceptPace(double cpuShare, TimeProvider time)
{
    // Accepting at the start of a whole network is no flood: a tenth of a second's worth goes before the first pause.
    private const double BurstMs = 100;

    private const double MsPerSecond = 1000;

    // What it takes to learn of a socket that was not waiting: the poller's wake-up and a hop to the thread pool, which
    // happen on other threads. Measured at some 40 us on the machine of docs/benchmarks.md.
    private const double WakeUpMs = 0.05;

    private TokenBucket _cpuMs = new(cpuShare * MsPerSecond, BurstMs, time.GetUtcNow());
    private TimeSpan _since;
    private double _spentMs;

    /// <summary>A round begins.</summary>
    public void Begin()
    {
        _spentMs = 0;
        _since = ThreadCpuClock.Now;
    }

    /// <summary>The call to the system has returned on the thread that began.</summary>
    /// <param name="wasWaiting">True when a socket was there already.</param>
    public void Accepting(bool wasWaiting) => _spentMs = Elapsed() + (wasWaiting ? 0 : WakeUpMs);

    /// <summary>The wait is over, perhaps on another thread.</summary>
    public void Resume() => _since = ThreadCpuClock.Now;

    /// <summary>The round is over; waits when the share is used up.</summary>
    public async ValueTask EndAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        _cpuMs.Charge(_spentMs + Elapsed(), now);
        if (_cpuMs.Available(now) < 0)
        {
            await Task.Delay(_cpuMs.UntilOne(now), time, stop);
        }
    }

    private double Elapsed() => (ThreadCpuClock.Now - _since).TotalMilliseconds;
}
