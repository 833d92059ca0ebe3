namespace ActorP2P.EngineTests;

public sealed class SchedulerTests() : TestKit("akka { loglevel = WARNING }")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

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
            scheduler.Advanced.ScheduleOnceCancelable(TimeSpan.FromMilliseconds(400), () => Interlocked.Increment(ref wrong)).Cancel();
        }

        AwaitCondition(() => Volatile.Read(ref fired) == count, Limit);
        Assert.Equal(0, early);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_repeated_timer_does_not_drift()
    {
        var start = Sys.Scheduler.MonotonicClock;
        var cancel = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), TestActor, "beat", ActorRefs.NoSender);
        ReceiveN(20, Limit);
        var took = Sys.Scheduler.MonotonicClock - start;
        cancel.Cancel();
        Assert.True(took >= TimeSpan.FromMilliseconds(400), $"20 beats of 20 ms took {took}: too early");
        // Drift of one tick a beat would add 200 ms at the least; missed beats on a loaded machine are skipped, hence the room.
        Assert.True(took < TimeSpan.FromMilliseconds(600) + TimeSpan.FromSeconds(2), $"20 beats of 20 ms took {took}");
        Assert.True(cancel.IsCancellationRequested);
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
}
