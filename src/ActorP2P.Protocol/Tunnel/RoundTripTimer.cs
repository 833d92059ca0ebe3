namespace ActorP2P.Protocol.Tunnel;

/// <summary>How long to wait for an acknowledgement: smoothed round trip and variance of RFC 6298, doubled at each timeout.</summary>
internal sealed class RoundTripTimer
{
    /// <summary>Before the first measurement; RFC 6298 has 1 s, which would leave no room for a reroute within 2 s.</summary>
    private static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(500);

    /// <summary>Above any delay of an acknowledgement (Linux: 200 ms).</summary>
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Max = TimeSpan.FromSeconds(2);

    private TimeSpan? _smoothed;
    private TimeSpan _variance;

    /// <summary>Timeouts in a row.</summary>
    public int Timeouts { get; private set; }

    public TimeSpan Timeout
    {
        get
        {
            var usual = _smoothed is { } smoothed ? smoothed + (_variance * 4) : Initial;
            var timeout = (usual < Min ? Min : usual) * (1 << Math.Min(Timeouts, 4));
            return timeout < Max ? timeout : Max;
        }
    }

    public void Measured(TimeSpan roundTrip)
    {
        if (_smoothed is not { } smoothed)
        {
            (_smoothed, _variance) = (roundTrip, roundTrip / 2);
            return;
        }

        _variance = (_variance * 0.75) + ((smoothed - roundTrip).Duration() * 0.25);
        _smoothed = (smoothed * 0.875) + (roundTrip * 0.125);
    }

    public void TimedOut() => Timeouts++;

    public void Reset() => Timeouts = 0;
}
