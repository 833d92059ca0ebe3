namespace ActorP2P.Protocol.Timers;

/// <summary>
/// The one timer of a core: always armed for the earliest thing the core waits for. A token tells the
/// timer that is meant from those armed before it, so a stale one that still fires does nothing
/// (the scheme of foca's timer tokens).
/// </summary>
public sealed class Alarm
{
    private DateTimeOffset? _due;
    private long _token;

    /// <summary>
    /// Arms for <paramref name="at"/> unless something earlier or equal is armed already.
    /// </summary>
    /// <param name="at">When to wake.</param>
    /// <param name="now">The present.</param>
    /// <param name="token">Names the armed timer; hand it back to <see cref="Accepts"/>.</param>
    /// <param name="delay">Zero or more.</param>
    /// <returns>True when the caller must schedule; its former timer may be cancelled or left to fire stale.</returns>
    public bool TryArm(DateTimeOffset at, DateTimeOffset now, out long token, out TimeSpan delay)
    {
        token = 0;
        delay = TimeSpan.Zero;
        if (_due <= at)
        {
            return false;
        }

        _due = at;
        token = ++_token;
        delay = at > now ? at - now : TimeSpan.Zero;
        return true;
    }

    /// <summary>True when the fired timer is the armed one, which is then disarmed.</summary>
    public bool Accepts(long token)
    {
        if (_due is null || token != _token)
        {
            return false;
        }

        _due = null;
        return true;
    }
}
