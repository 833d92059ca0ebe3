namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>A wall clock that somebody sets; the monotonic one goes on.</summary>
internal sealed class SettableTime(TimeProvider inner) : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Offset;

    public override long GetTimestamp() => inner.GetTimestamp();
}
