namespace EngineCallers;

public sealed class SystemCallers() : Caller("""
    small { mailbox-type = "Akka.Dispatch.BoundedMailbox, Akka", mailbox-capacity = 2, mailbox-push-timeout-time = 0s }
    """)
{
    [Fact]
    public async Task The_event_stream_delivers_by_type_and_base_type_until_unsubscribed()
    {
        Assert.True(Sys.EventStream.Subscribe(Recorder, typeof(Shape)));
        Assert.False(Sys.EventStream.Subscribe(Recorder, typeof(Shape)));
        Sys.EventStream.Publish(new Circle(1));
        await Expect(new Circle(1));
        Assert.True(Sys.EventStream.Unsubscribe(Recorder, typeof(Shape)));
        Sys.EventStream.Publish(new Circle(2));
        await ExpectNothing();
    }

    [Fact]
    public async Task A_subscriber_of_a_base_type_leaves_one_type_below_it()
    {
        Assert.True(Sys.EventStream.Subscribe(Recorder, typeof(Shape)));
        Assert.True(Sys.EventStream.Unsubscribe(Recorder, typeof(Circle)));
        Sys.EventStream.Publish(new Circle(1));
        Sys.EventStream.Publish(new Square(2));
        await Expect(new Square(2));
        Assert.True(Sys.EventStream.Unsubscribe(Recorder, typeof(Shape)));
        Assert.False(Sys.EventStream.Unsubscribe(Recorder, typeof(Circle)));
        Assert.Throws<ArgumentNullException>(() => Sys.EventStream.Unsubscribe(null!, typeof(Shape)));
        Assert.Throws<ArgumentNullException>(() => Sys.EventStream.Unsubscribe(null!));
    }

    [Fact]
    public async Task A_message_to_an_ended_actor_is_a_dead_letter()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doer(Recorder)));
        Assert.True(await actor.GracefulStop(Limit));
        Sys.EventStream.Subscribe(Recorder, typeof(DeadLetter));
        actor.Tell("late", Recorder);
        var letter = await Next<DeadLetter>();
        Assert.Equal(("late", Recorder, actor), (letter.Message, letter.Sender, letter.Recipient));
    }

    [Fact]
    public async Task The_log_of_dead_letters_falls_silent_for_a_time_and_then_tells_what_it_left_out()
    {
        var system = ActorSystem.Create("silent", """
            akka { loglevel = INFO, stdout-loglevel = OFF, loggers = [], log-dead-letters = 2, log-dead-letters-suspend-duration = 200ms }
            """);
        await system.ActorSelection("/system/deadLetterListener").ResolveOne(Limit);
        system.EventStream.Subscribe(Recorder, typeof(Info));
        system.DeadLetters.Tell("one", Recorder);
        Assert.Contains("[1] dead letters encountered", await NextLine(), StringComparison.Ordinal);
        system.DeadLetters.Tell("two", Recorder);
        Assert.Contains("[2] dead letters encountered, no more dead letters will be logged in next [00:00:00.2000000]", await NextLine(), StringComparison.Ordinal);
        var afterSilence = NextLine();
        while (!afterSilence.IsCompleted)
        {
            system.DeadLetters.Tell("later", Recorder);
            await Task.WhenAny(afterSilence, Task.Delay(20));
        }

        Assert.Contains("were not logged", await afterSilence, StringComparison.Ordinal);
        system.DeadLetters.Tell("again", Recorder);
        Assert.Contains("[1] dead letters encountered", await NextLine(), StringComparison.Ordinal);
        await system.Terminate().WaitAsync(Limit);

        async Task<string> NextLine()
        {
            string line;
            do
                line = $"{(await Next<Info>()).Message}";
            while (!line.Contains("dead letters encountered", StringComparison.Ordinal));
            return line;
        }
    }

    [Fact]
    public async Task The_scheduler_tells_once_repeatedly_and_not_after_a_cancel()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(10), Recorder, "once", ActorRefs.NoSender);
        await Expect("once");
        var repeated = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.Zero, TimeSpan.FromMilliseconds(5), Recorder, "again", ActorRefs.NoSender);
        await Expect("again", "again", "again");
        repeated.Cancel();
        Assert.True(repeated.IsCancellationRequested);
        var cancelled = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromHours(1), Recorder, "never", ActorRefs.NoSender);
        cancelled.Cancel();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(5), called.SetResult);
        await called.Task.WaitAsync(Limit);
        using var shared = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(5), () => { }, shared);
        shared.Cancel();
        Assert.True(shared.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Timers_fire_once_or_periodically_and_are_replaced_by_key()
    {
        Sys.ActorOf(Props.Create(() => new Timed(Recorder)));
        await Expect("single", "tick", "tick", "tick", "False");
    }

    [Fact]
    public async Task A_receive_timeout_comes_after_a_pause()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "pausing");
        actor.Tell(new Do(_ => Doer.Context.SetReceiveTimeout(TimeSpan.FromMilliseconds(20))));
        Assert.Contains("ReceiveTimeout", await Next<string>(), StringComparison.Ordinal);
        actor.Tell(new Do(_ => Doer.Context.SetReceiveTimeout(null)));
        await Handled(actor);
    }

    [Fact]
    public async Task A_bounded_mailbox_keeps_its_capacity_and_the_rest_are_dead_letters()
    {
        using var held = new SemaphoreSlim(0);
        var small = Hold("small", held);
        Sys.EventStream.Subscribe(Recorder, typeof(DeadLetter));
        for (var i = 0; i < 5; i++)
            small.Tell(i);
        for (var i = 2; i < 5; i++)
            Assert.Equal(i, (await Next<DeadLetter>()).Message);
        held.Release();
        await Expect("small got 0", "small got 1");
    }

    [Fact]
    public async Task Termination_runs_callbacks_ends_all_actors_and_can_be_awaited_twice()
    {
        var system = ActorSystem.Create("short", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        system.ActorOf(Props.Create(() => new Leaving(Recorder)));
        var called = 0;
        system.RegisterOnTermination(() => called++);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceUnbind, "report", () =>
        {
            Recorder.Tell("shutting down");
            return Task.FromResult(Done.Instance);
        });
        await Task.WhenAll(system.Terminate(), system.Terminate()).WaitAsync(Limit);
        await Expect("shutting down", "left");
        Assert.Equal(1, called);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }

    [Fact]
    public void References_are_equal_by_identity_and_ordered_by_path()
    {
        var (a, b) = (Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "a"), Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "b"));
        Assert.True(a.CompareTo(b) < 0);
        Assert.Equal(a, a);
        Assert.NotEqual(a, b);
        Assert.True(ActorRefs.Nobody.IsNobody());
        Assert.False(a.IsNobody());
        Assert.StartsWith("[akka://callers/user/a#", a.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_event_carries_level_source_text_and_cause()
    {
        Sys.EventStream.SetLogLevel(LogLevel.DebugLevel);
        Sys.EventStream.Subscribe(Recorder, typeof(Warning));
        Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "logging").Tell(new Do(_ => Doer.Context.GetLogger().Warning("{0} of {1}", 1, "two")));
        var warning = await Next<Warning>();
        Assert.Equal("1 of two", warning.Message?.ToString());
        Assert.Contains("/user/logging", warning.LogSource, StringComparison.Ordinal);
        Assert.Equal(LogLevel.WarningLevel, warning.LogLevel());
    }

    private IActorRef Hold(string name, SemaphoreSlim held)
    {
        using var started = new SemaphoreSlim(0);
        var actor = Sys.ActorOf(Props.Create(() => new Doer(Recorder)).WithMailbox(name), name);
        actor.Tell(new Do(_ =>
        {
            started.Release();
            held.Wait(Limit);
        }));
        Assert.True(started.Wait(Limit));
        return actor;
    }

    private sealed class Leaving(IActorRef recorder) : Doer(recorder)
    {
        protected override void PostStop() => Recorder.Tell("left");
    }

    private abstract record Shape;

    private sealed record Circle(int Radius) : Shape;

    private sealed record Square(int Side) : Shape;

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        private int _ticks;

        public Timed(IActorRef recorder)
        {
            Receive<string>(s => s == "single", s =>
            {
                recorder.Tell(s);
                Timers.StartPeriodicTimer("key", "never", TimeSpan.FromHours(1));
                Timers.StartPeriodicTimer("key", "tick", TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
            });
            Receive<string>(s => s == "tick", s =>
            {
                recorder.Tell(s);
                if (++_ticks < 3)
                    return;
                Timers.Cancel("key");
                recorder.Tell($"{Timers.IsTimerActive("key")}");
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartSingleTimer("single", "single", TimeSpan.FromMilliseconds(5));
    }
}
