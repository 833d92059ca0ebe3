namespace ActorP2P;

/// <summary>
/// Time for what is measured and not dated: due times, intervals, allowances. It begins where the wall clock is at the start and
/// goes on as the monotonic clock does, so that nothing waits for an old time to return when the wall clock is set back.
/// Certificates and statements, which carry dates, are judged by the wall clock.
/// </summary>
/// <param name="time">Both clocks.</param>
public sealed class SteadyTime(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>The present.</summary>
    public DateTimeOffset Now => _start + time.GetElapsedTime(_startedAt);

    /// <summary>The steady time that a date of the wall clock stands for at present.</summary>
    public DateTimeOffset Of(DateTimeOffset date)
    {
        var left = date - time.GetUtcNow();
        var now = Now;
        return left > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + left;
    }
}
