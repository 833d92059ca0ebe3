using ActorP2P.Protocol.Liveness;

namespace ActorP2P.Protocol.Tests.Liveness;

/// <summary>How suspicion grows, and whom it blames.</summary>
public sealed class PhiAccrualDetectorTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_regular_remote_is_never_suspected_and_a_silent_one_within_six_seconds()
    {
        var detector = Regular(beats: 100);
        var silent = _now;
        while (detector.IsAvailable(_now))
        {
            _now += TimeSpan.FromMilliseconds(50);
        }

        Assert.InRange((_now - silent).TotalSeconds, 4, 6);
    }

    [Fact]
    public void It_says_to_the_millisecond_when_silence_will_be_suspected()
    {
        var detector = Regular(beats: 100);
        Assert.True(detector.IsAvailable(detector.SuspectedAt - TimeSpan.FromMilliseconds(2)));
        Assert.False(detector.IsAvailable(detector.SuspectedAt));
        var before = detector.SuspectedAt;
        detector.NoteLateTimer(TimeSpan.FromSeconds(2));
        Assert.Equal(before + TimeSpan.FromSeconds(2), detector.SuspectedAt);
    }

    [Fact]
    public void A_remote_that_never_spoke_is_suspected_too()
    {
        var detector = Create();
        Assert.True(detector.IsAvailable(_now + Beat));
        Assert.False(detector.IsAvailable(_now + TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Suspicion_never_falls_in_silence_and_is_gone_with_a_sign_of_life()
    {
        var detector = Regular(beats: 20);
        var last = 0.0;
        for (var i = 1; i < 1000; i++)
        {
            var phi = detector.Phi(_now + TimeSpan.FromMilliseconds(20 * i));
            Assert.True(phi >= last, $"{phi} after {last}");
            last = phi;
        }

        detector.NoteAlive(_now + TimeSpan.FromSeconds(20));
        Assert.True(detector.IsAvailable(_now + TimeSpan.FromSeconds(21)));
    }

    [Fact]
    public void An_irregular_past_makes_it_patient()
    {
        var regular = Regular(beats: 100);
        var start = _now;
        var irregular = Create();
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var interval = TimeSpan.FromMilliseconds(random.Next(100, 4000));
            _now += interval;
            irregular.NoteBeat(interval, _now);
        }

        var silence = TimeSpan.FromSeconds(5.5);
        Assert.True(irregular.Phi(_now + silence) < regular.Phi(start + silence));
    }

    [Fact]
    public void Payload_between_beats_is_a_sign_of_life_and_does_not_shorten_the_expected_interval()
    {
        var detector = Regular(beats: 20);
        for (var i = 0; i < 1000; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            detector.NoteAlive(_now);
        }

        Assert.True(detector.IsAvailable(_now + TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void An_observer_whose_own_timer_was_late_does_not_blame_its_peers()
    {
        var detector = Regular(beats: 50);
        var paused = TimeSpan.FromSeconds(30);
        Assert.False(detector.IsAvailable(_now + paused));
        detector.NoteLateTimer(paused);
        Assert.True(detector.IsAvailable(_now + paused));
    }

    [Fact]
    public void The_tolerance_after_an_own_pause_fades_with_the_beats_that_follow()
    {
        var detector = Regular(beats: 50);
        detector.NoteLateTimer(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 20; i++)
        {
            _now += Beat;
            detector.NoteBeat(Beat, _now);
        }

        Assert.False(detector.IsAvailable(_now + TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void The_approximation_stays_a_number_far_out()
    {
        var detector = Regular(beats: 10);
        Assert.False(double.IsNaN(detector.Phi(_now + TimeSpan.FromDays(10))));
        Assert.False(detector.IsAvailable(_now + TimeSpan.FromDays(10)));
        Assert.Equal(0, detector.Phi(_now - TimeSpan.FromDays(1)));
    }

    private PhiAccrualDetector Create() => new(
        threshold: 8,
        sampleSize: 200,
        minStdDeviation: TimeSpan.FromMilliseconds(100),
        acceptablePause: TimeSpan.FromSeconds(3),
        Beat,
        _now);

    private PhiAccrualDetector Regular(int beats)
    {
        var detector = Create();
        for (var i = 0; i < beats; i++)
        {
            _now += Beat;
            Assert.True(detector.IsAvailable(_now));
            detector.NoteBeat(Beat, _now);
        }

        return detector;
    }
}
