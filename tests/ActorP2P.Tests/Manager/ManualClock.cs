namespace ActorP2P.Tests.Manager;

/// <summary>A clock that goes only when a test says so; timers are the actor engine's and go on.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks = DateTimeOffset.UtcNow.UtcTicks;

    private long _setBackBy;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks) - Volatile.Read(ref _setBackBy), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <summary>Somebody sets the wall clock back; the monotonic one goes on.</summary>
    public void SetBack(TimeSpan by) => Interlocked.Add(ref _setBackBy, by.Ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
