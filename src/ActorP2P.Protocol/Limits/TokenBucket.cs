namespace ActorP2P.Protocol.Limits;

/// <summary>
/// A token bucket (RFC 2697, 3, with one rate): <c>burst</c> tokens at first, refilled at a steady rate up to
/// the burst. A clock that goes back refills nothing, and refilling goes on from where it is now.
/// </summary>
public struct TokenBucket
{
    // A wait that is rounded down ends before the token is there, and the next one rounds to nothing: a loop.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly double _ratePerSecond;
    private readonly double _burst;
    private double _tokens;
    private DateTimeOffset _filledAt;

    /// <summary>Starts full.</summary>
    /// <param name="ratePerSecond">Tokens a second, 0 or more.</param>
    /// <param name="burst">Most tokens at once.</param>
    /// <param name="now">The present.</param>
    public TokenBucket(double ratePerSecond, double burst, DateTimeOffset now)
    {
        _ratePerSecond = ratePerSecond;
        _burst = burst;
        _tokens = burst;
        _filledAt = now;
    }

    /// <summary>Takes <paramref name="tokens"/> if that many are there.</summary>
    public bool TryTake(double tokens, DateTimeOffset now)
    {
        Refill(now);
        if (_tokens < tokens)
        {
            return false;
        }

        _tokens -= tokens;
        return true;
    }

    /// <summary>Takes <paramref name="tokens"/> whether or not they are there; a debt is refilled first.</summary>
    public void Charge(double tokens, DateTimeOffset now)
    {
        Refill(now);
        _tokens -= tokens;
    }

    /// <summary>Gives tokens back, up to the burst.</summary>
    public void Return(double tokens, DateTimeOffset now)
    {
        Refill(now);
        _tokens = Math.Min(_burst, _tokens + tokens);
    }

    /// <summary>Time until one token is there; zero when it is there now, a day when it never will be.</summary>
    public TimeSpan UntilOne(DateTimeOffset now)
    {
        Refill(now);
        return _tokens >= 1 ? TimeSpan.Zero
            : _ratePerSecond <= 0 ? TimeSpan.FromDays(1)
            : TimeSpan.FromSeconds((1 - _tokens) / _ratePerSecond) + Rounding;
    }

    /// <summary>Tokens there now.</summary>
    public double Available(DateTimeOffset now)
    {
        Refill(now);
        return _tokens;
    }

    private void Refill(DateTimeOffset now)
    {
        if (now > _filledAt)
        {
            _tokens = Math.Min(_burst, _tokens + ((now - _filledAt).TotalSeconds * _ratePerSecond));
        }

        // Also when the clock went back: a bucket that waited for the old time to return would stay empty until then.
        _filledAt = now;
    }
}
