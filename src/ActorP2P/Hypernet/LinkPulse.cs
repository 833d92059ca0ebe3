using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Liveness;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>What a pong answered.</summary>
internal enum PongMeaning
{
    /// <summary>No ping of ours that is still open.</summary>
    Unexpected,

    /// <summary>The regular round-trip measurement.</summary>
    RoundTrip,

    /// <summary>The ping asked for on behalf of a duplicate.</summary>
    ProbeAnswered,
}

/// <summary>Whether the remote lives, and how far away it is.</summary>
internal sealed class LinkPulse
{
    private readonly LivenessSettings _settings;
    private readonly ControlOutbox _outbox;
    private readonly NodeEnvironment _environment;
    private PhiAccrualDetector? _detector;
    private DateTimeOffset _tickedAt;
    private DateTimeOffset _pingedAt;
    private DateTimeOffset? _beatAt;
    private ulong? _ping;
    private ulong? _probe;

    public LinkPulse(NodeEnvironment environment, ControlOutbox outbox)
    {
        _environment = environment;
        _settings = environment.Settings.Liveness;
        _outbox = outbox;
    }

    /// <summary>Last measured round trip; null before the first.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>The handshake is done: silence counts from now on.</summary>
    public void Begin(DateTimeOffset now)
    {
        _detector = new PhiAccrualDetector(
            _settings.PhiThreshold, _settings.SampleSize, _settings.MinStdDeviation, _settings.AcceptablePause, _settings.BeatInterval, now);
        _tickedAt = now;
        _pingedAt = now - _settings.RttProbeInterval;
    }

    /// <summary>Bytes came.</summary>
    public void SignOfLife(DateTimeOffset now) => _detector?.NoteAlive(now);

    /// <summary>A beat came: its distance from the last one teaches what to expect.</summary>
    public void Beat(DateTimeOffset now)
    {
        _detector!.NoteBeat(_beatAt is { } last ? now - last : TimeSpan.Zero, now);
        _beatAt = now;
    }

    /// <summary>One beat interval should have passed; a measurement begins when it is due.</summary>
    /// <returns>True when the tick itself came so late that this node must not judge before it has read its input.</returns>
    public bool Tick(DateTimeOffset now)
    {
        var lateness = now - _tickedAt - _settings.BeatInterval;
        _tickedAt = now;
        if (now - _pingedAt >= _settings.RttProbeInterval)
        {
            _pingedAt = now;
            _ping = _environment.Random.NextUInt64();
            _outbox.Ping(_ping.Value);
        }

        if (lateness < _settings.BeatInterval)
        {
            return false;
        }

        _detector!.NoteLateTimer(lateness);
        return true;
    }

    /// <summary>Asks for a sign of life that cannot have been sent before.</summary>
    public void Probe()
    {
        _probe = _environment.Random.NextUInt64();
        _outbox.Ping(_probe.Value);
    }

    /// <summary>An answer came.</summary>
    public PongMeaning Pong(ulong number, DateTimeOffset now)
    {
        if (number == _probe)
        {
            _probe = null;
            return PongMeaning.ProbeAnswered;
        }

        if (number != _ping)
        {
            return PongMeaning.Unexpected;
        }

        _ping = null;
        RoundTrip = now - _pingedAt;
        return PongMeaning.RoundTrip;
    }

    /// <summary>When that is found if nothing comes, and the next tick would find it later; null otherwise.</summary>
    public TimeSpan? SilentBeforeNextTick(DateTimeOffset now) =>
        _detector!.SuspectedAt - now is var wait && wait > TimeSpan.Zero && wait < _settings.BeatInterval ? wait : null;

    /// <summary>A look between two ticks came so much later than it was meant to: that may be why nothing was seen.</summary>
    public void NoteLate(TimeSpan lateness) => _detector!.NoteLateTimer(lateness);

    /// <summary>True when the remote has been silent for longer than chance explains.</summary>
    public bool IsSilent(DateTimeOffset now) => !_detector!.IsAvailable(now);
}
