namespace ActorP2P.Protocol.Liveness;

/// <summary>
/// The phi-accrual failure detector (Hayashibara, Défago, Yared, Katayama, 2004), with the logistic
/// approximation of the normal distribution that Akka uses (error below 1.5e-4). Suspicion is a number, not
/// a verdict: phi = 1 means one false alarm in 10, phi = 8 one in 10^8, if intervals stay as they were.
/// A sick observer blames itself first (Dadgar, Phillips, Currey: Lifeguard, 2018): every late timer of our
/// own is added to the pause that is accepted, and fades again.
/// </summary>
public sealed class PhiAccrualDetector
{
    // Half of an own delay is forgotten at each beat that comes in time.
    private const double OwnDelayFade = 0.5;

    private readonly double[] _intervalsMs;
    private readonly double _threshold;
    private readonly double _deviationsToThreshold;
    private readonly double _acceptablePauseMs;
    private readonly double _minStdDeviationMs;
    private int _count;
    private int _next;
    private double _sum;
    private double _sumOfSquares;
    private double _ownDelayMs;
    private DateTimeOffset _lastSeen;

    /// <summary>Starts as if a sign of life had come now, with the expected interval as its first samples.</summary>
    /// <param name="threshold">Phi from which the remote is held dead; 8 in Akka.</param>
    /// <param name="sampleSize">Intervals that are remembered, at least 2.</param>
    /// <param name="minStdDeviation">Lower bound of the deviation, so that a very regular past does not make the detector nervous.</param>
    /// <param name="acceptablePause">Silence that is accepted on top of the usual interval.</param>
    /// <param name="expectedInterval">The beat interval, above zero.</param>
    /// <param name="now">The present.</param>
    public PhiAccrualDetector(
        double threshold,
        int sampleSize,
        TimeSpan minStdDeviation,
        TimeSpan acceptablePause,
        TimeSpan expectedInterval,
        DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(expectedInterval, TimeSpan.Zero);
        _threshold = threshold;
        _deviationsToThreshold = DeviationsTo(threshold);
        _intervalsMs = new double[sampleSize];
        _minStdDeviationMs = Math.Max(minStdDeviation.TotalMilliseconds, 1);
        _acceptablePauseMs = acceptablePause.TotalMilliseconds;
        _lastSeen = now;

        // Akka's bootstrap: two samples around the expected interval, a quarter of it apart from the mean.
        var mean = expectedInterval.TotalMilliseconds;
        Add(mean - (mean / 4));
        Add(mean + (mean / 4));
    }

    /// <summary>When the last sign of life came.</summary>
    public DateTimeOffset LastSeen => _lastSeen;

    /// <summary>
    /// Any received bytes. Signs of life between beats say that the remote lives; they do not shorten the
    /// expected interval, which a busy minute would otherwise teach and the next quiet one would be blamed for.
    /// </summary>
    public void NoteAlive(DateTimeOffset now) => _lastSeen = now > _lastSeen ? now : _lastSeen;

    /// <summary>A beat: a sign of life that also counts as a sample of the interval.</summary>
    /// <param name="sinceLastBeat">Time since the previous beat of the same connection.</param>
    /// <param name="now">The present.</param>
    public void NoteBeat(TimeSpan sinceLastBeat, DateTimeOffset now)
    {
        // An interval that our own pause has stretched would teach a tolerance that the remote did not need.
        if (sinceLastBeat > TimeSpan.Zero && _ownDelayMs <= _minStdDeviationMs)
        {
            Add(sinceLastBeat.TotalMilliseconds);
        }

        _ownDelayMs *= OwnDelayFade;
        NoteAlive(now);
    }

    /// <summary>One of our own timers fired late by this much: what we did not notice may be our fault.</summary>
    public void NoteLateTimer(TimeSpan lateBy)
    {
        if (lateBy > TimeSpan.Zero)
        {
            _ownDelayMs = Math.Max(_ownDelayMs, lateBy.TotalMilliseconds);
        }
    }

    /// <summary>Suspicion now: 0 right after a sign of life, growing without bound in silence.</summary>
    public double Phi(DateTimeOffset now)
    {
        var silenceMs = (now - _lastSeen).TotalMilliseconds;
        if (silenceMs <= 0)
        {
            return 0;
        }

        var mean = Mean();
        var y = (silenceMs - mean) / Deviation();
        var e = Math.Exp(-Exponent(y));
        return silenceMs > mean ? -Math.Log10(e / (1 + e)) : -Math.Log10(1 - (1 / (1 + e)));
    }

    /// <summary>False from the threshold on.</summary>
    public bool IsAvailable(DateTimeOffset now) => Phi(now) < _threshold;

    /// <summary>
    /// When suspicion reaches the threshold if nothing more comes, never earlier than it does: who looks again then waits no
    /// longer for a verdict than it takes.
    /// </summary>
    public DateTimeOffset SuspectedAt => _lastSeen + TimeSpan.FromMilliseconds(Math.Ceiling(Mean() + (Deviation() * _deviationsToThreshold)));

    private double Mean() => (_sum / _count) + _acceptablePauseMs + _ownDelayMs;

    private double Deviation()
    {
        var mean = _sum / _count;
        return Math.Max(Math.Sqrt(Math.Max((_sumOfSquares / _count) - (mean * mean), 0)), _minStdDeviationMs);
    }

    // The logistic approximation: the chance of a longer silence is 1 / (1 + e^this), for a distance in deviations.
    private static double Exponent(double y) => y * (1.5976 + (0.070566 * y * y));

    // Exponent grows without end, so halving finds where the chance falls to 10^-threshold.
    private static double DeviationsTo(double threshold)
    {
        var wanted = Math.Log(Math.Pow(10, threshold) - 1);
        var (low, high) = (0.0, Math.Max(wanted, 1));
        while (high - low > 1e-6)
        {
            var middle = (low + high) / 2;
            (low, high) = Exponent(middle) < wanted ? (middle, high) : (low, middle);
        }

        return high;
    }

    private void Add(double intervalMs)
    {
        if (_count == _intervalsMs.Length)
        {
            var oldest = _intervalsMs[_next];
            _sum -= oldest;
            _sumOfSquares -= oldest * oldest;
        }
        else
        {
            _count++;
        }

        _intervalsMs[_next] = intervalMs;
        _next = (_next + 1) % _intervalsMs.Length;
        _sum += intervalMs;
        _sumOfSquares += intervalMs * intervalMs;
    }
}
