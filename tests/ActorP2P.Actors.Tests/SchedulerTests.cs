using System.Runtime.CompilerServices;

namespace ActorP2P.EngineTests;

public sealed class SchedulerTests() : EngineTest("akka { loglevel = WARNING }")
{
    [Fact]
    public void A_hundred_thousand_timers_fire_once_each_never_early_and_cancelled_ones_never()
    {
        const int count = 100_000;
        var scheduler = Sys.Scheduler;
        var early = 0;
        var fired = 0;
        var wrong = 0;
        for (var i = 0; i < count; i++)
        {
            var due = scheduler.MonotonicClock + TimeSpan.FromMilliseconds(200 + (i % 300));
            scheduler.Advanced.ScheduleOnce(due - scheduler.MonotonicClock, () =>
            {
                if (scheduler.MonotonicClock < due)
                    Interlocked.Increment(ref early);
                Interlocked.Increment(ref fired);
            });

            // A machine that stands still between the two may let it fire before it is cancelled.
            var cancelled = new StrongBox<bool>();
            var cancel = scheduler.Advanced.ScheduleOnceCancelable(TimeSpan.FromMilliseconds(400), () => Interlocked.Add(ref wrong, Volatile.Read(ref cancelled.Value) ? 1 : 0));
            cancel.Cancel();
            Volatile.Write(ref cancelled.Value, true);
        }

        AwaitCondition(() => Volatile.Read(ref fired) == count, Limit);
        Assert.Equal(0, early);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_repeated_timer_does_not_drift()
    {
        var period = TimeSpan.FromMilliseconds(50);
        var time = new LateTime(turnEvery: TimeSpan.FromMilliseconds(10), late: TimeSpan.FromMilliseconds(4));
        var scheduler = new TimerWheelScheduler(time, TimeSpan.FromMilliseconds(10), 512, e => Assert.Fail(e.Message));
        var beats = new List<TimeSpan>();
        var cancel = scheduler.Advanced.ScheduleRepeatedlyCancelable(period, period, () => beats.Add(scheduler.MonotonicClock));
        time.Run(TimeSpan.FromSeconds(30));

        // Each wait is late, and the lateness does not add up.
        Assert.InRange(beats.Count, 599, 600);
        Assert.All(beats, (beat, i) => Assert.InRange(beat - ((i + 1) * period), TimeSpan.Zero, TimeSpan.FromMilliseconds(24)));
        cancel.Cancel();
        time.Run(TimeSpan.FromSeconds(1));
        Assert.InRange(beats.Count, 599, 600);
    }

    [Fact]
    public void A_scheduled_function_that_throws_is_reported_and_the_others_go_on()
    {
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() =>
            Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(10), () => throw new InvalidOperationException("asked to")));
        Sys.Scheduler.ScheduleTellOnce(10, TestActor, "still here", ActorRefs.NoSender);
        ExpectMsg("still here");
    }

    [Fact]
    public void A_shared_cancelable_stops_all_its_timers()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellOnce(30, TestActor, "one", ActorRefs.NoSender, cancelable);
        Sys.Scheduler.ScheduleTellRepeatedly(30, 10, TestActor, "two", ActorRefs.NoSender, cancelable);
        cancelable.Cancel();
        ExpectNoMsg(120);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sys.Scheduler.ScheduleTellRepeatedly(0, 0, TestActor, "x", ActorRefs.NoSender));
    }

    [Fact]
    public void The_test_scheduler_moves_only_when_it_is_told_to()
    {
        using var system = ActorSystem.Create("virtual", "akka { loglevel = OFF, scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\" }");
        var scheduler = (TestScheduler)system.Scheduler;
        scheduler.ScheduleTellOnceCancelable(TimeSpan.FromHours(1), TestActor, "an hour", ActorRefs.NoSender);
        scheduler.ScheduleTellRepeatedly(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TestActor, "hourly", ActorRefs.NoSender);
        scheduler.Advance(TimeSpan.FromMinutes(59));
        ExpectNoMsg(50);
        scheduler.Advance(TimeSpan.FromHours(2));
        ExpectMsg("an hour");
        ExpectMsg("hourly");
        ExpectMsg("hourly");
        ExpectNoMsg(50);
    }

    /// <summary>Time that a test moves; each timer fires late, as on a machine that has other things to do.</summary>
    private sealed class LateTime(TimeSpan turnEvery, TimeSpan late) : TimeProvider
    {
        private TimeSpan _now;
        private LateTimer? _timer;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _timer = new LateTimer(this, callback, state);

        public void Run(TimeSpan time)
        {
            for (var end = _now + time; _now < end;)
            {
                _now += _timer!.Due is { } due ? TimeSpan.FromTicks(Math.Max(0, (due - _now).Ticks)) + late : turnEvery;
                _timer.FireWhenDue();
            }
        }

        private sealed class LateTimer(LateTime time, TimerCallback callback, object? state) : ITimer
        {
            public TimeSpan? Due { get; private set; }

            public void FireWhenDue()
            {
                if (Due is null)
                    return;
                Due = null;
                callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                return true;
            }

            public void Dispose() => Due = null;

            public ValueTask DisposeAsync() => default;
        }
    }
}
