using ActorP2P.Hocon;

namespace ActorP2P.EngineTests;

public sealed class SystemTests() : EngineTest("akka { loglevel = WARNING, log-dead-letters = off }")
{
    [Fact]
    public async Task An_ask_fails_in_time_by_cancellation_by_status_and_by_type()
    {
        Assert.Contains("Timeout", (await Assert.ThrowsAsync<AskTimeoutException>(() => Sys.DeadLetters.Ask<string>("x", TimeSpan.FromMilliseconds(50)))).Message);
        using var cancelled = new CancellationTokenSource();
        var pending = Sys.DeadLetters.Ask<string>("x", cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        await Assert.ThrowsAsync<NotSupportedException>(() => echo.Ask<string>(new Status.Failure(new NotSupportedException("no")), Limit));
        await Assert.ThrowsAsync<ArgumentException>(() => echo.Ask<string>(17, Limit));
        Assert.Equal(17, await echo.Ask(17, Limit));
    }

    [Fact]
    public async Task The_second_answer_to_an_ask_is_a_dead_letter()
    {
        var twice = Sys.ActorOf(Props.Create(() => new Twice()));
        await EventFilter.DeadLetter<string>().ExpectOneAsync(async () => await twice.Ask<string>("x", Limit));
    }

    [Fact]
    public async Task Asks_leave_nothing_behind()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        WeakReference? reference = null;
        await AskAndForget();
        async Task AskAndForget()
        {
            var task = echo.Ask<string>(() => { }, TimeSpan.FromHours(1)).ContinueWith(t => t.Exception);
            reference = new WeakReference(task);
            await task;
        }

        await AwaitConditionAsync(() =>
        {
            GC.Collect();
            return !reference!.IsAlive;
        });
    }

    [Fact]
    public async Task A_selection_finds_by_name_by_wildcard_and_upwards()
    {
        var a = Sys.ActorOf(Props.Create(() => new Echo()), "alpha");
        var b = Sys.ActorOf(Props.Create(() => new Echo()), "alpine");
        Sys.ActorSelection("/user/al*").Tell("all");
        ExpectMsgAllOf(["all", "all"]);
        Assert.Same(a, await Sys.ActorSelection("/user/alpha").ResolveOne(Limit));
        Assert.Same(b, await Sys.ActorSelection("akka://" + Sys.Name + "/user/alpha/../alpine").ResolveOne(Limit));
        Assert.Same(b, await Sys.ActorSelection("/user/alp?ne").ResolveOne(Limit));
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/nobody").ResolveOne(Limit));
        Sys.ActorSelection("/user/nobody").Tell(new Identify("id"));
        Assert.Null(ExpectMsg<ActorIdentity>().Subject);
        EventFilter.DeadLetter<string>().ExpectOne(() => Sys.ActorSelection("/user/nobody").Tell("lost"));
    }

    [Fact]
    public async Task Pipe_to_sends_the_result_or_the_failure()
    {
        await Task.FromResult("done").PipeTo(TestActor);
        ExpectMsg("done");
        await Task.FromException<string>(new NotSupportedException()).PipeTo(TestActor);
        Assert.IsType<NotSupportedException>(ExpectMsg<Status.Failure>().Cause);
        await Task.CompletedTask.PipeTo(TestActor, success: () => "mapped");
        ExpectMsg("mapped");
        await Task.FromException(new NotSupportedException("why")).PipeTo(TestActor, failure: e => e.Message);
        ExpectMsg("why");
    }

    [Fact]
    public void The_event_stream_delivers_by_base_type_and_forgets_the_dead()
    {
        var listener = Sys.ActorOf(Props.Create(() => new Forwarding(TestActor)));
        Assert.True(Sys.EventStream.Subscribe(listener, typeof(Exception)));
        Assert.False(Sys.EventStream.Subscribe(listener, typeof(Exception)));
        Sys.EventStream.Publish(new NotSupportedException());
        ExpectMsg<NotSupportedException>();
        Sys.EventStream.Publish("not an exception");
        ExpectNoMsg(50);
        Watch(listener);
        Sys.Stop(listener);
        ExpectTerminated(listener);
        AwaitAssert(() => Assert.False(Sys.EventStream.Unsubscribe(listener)));
    }

    [Fact]
    public async Task Terminate_works_under_heavy_traffic_twice_and_from_inside_an_actor()
    {
        for (var round = 0; round < 5; round++)
        {
            using var system = ActorSystem.Create("busy", "akka { loglevel = OFF }");
            var actors = Enumerable.Range(0, 50).Select(_ => system.ActorOf(Props.Create(() => new Passing()))).ToArray();
            foreach (var actor in actors)
                actor.Tell(actors);
            var ender = system.ActorOf(Props.Create(() => new Terminating()));
            ender.Tell("end");
            var second = system.Terminate();
            await second.WaitAsync(Limit);
            Assert.Same(second, system.WhenTerminated);
            Assert.ThrowsAny<InvalidOperationException>(() => system.ActorOf(Props.Empty));
        }
    }

    [Fact]
    public async Task Termination_callbacks_run_after_the_last_actor()
    {
        var system = ActorSystem.Create("callbacks", "akka.loglevel = OFF");
        var order = new List<string>();
        system.RegisterOnTermination(() => order.Add("second"));
        system.RegisterOnTermination(() => order.Add("first"));
        await system.Terminate().WaitAsync(Limit);
        Assert.Equal(["first", "second"], order);
        Assert.Throws<InvalidOperationException>(() => system.RegisterOnTermination(() => { }));
    }

    [Fact]
    public async Task Coordinated_shutdown_runs_phases_in_order_and_survives_failing_and_slow_tasks()
    {
        using var system = ActorSystem.Create("phases", "akka { loglevel = OFF, coordinated-shutdown.phases.service-stop.timeout = 50ms }");
        var shutdown = CoordinatedShutdown.Get(system);
        var order = new List<string>();
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "never ends", () => new TaskCompletionSource<Done>().Task);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => throw new InvalidOperationException("asked to"));
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "last", () => Note("last"));
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "first", () => Note("first"));
        Assert.Throws<ArgumentException>(() => shutdown.AddTask("no such phase", "x", () => Note("x")));
        Task<Done> Note(string text)
        {
            order.Add(text);
            return Task.FromResult(Done.Instance);
        }

        await system.Terminate().WaitAsync(Limit);
        Assert.Equal(["first", "last"], order);
        Assert.Same(CoordinatedShutdown.ActorSystemTerminateReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task Graceful_stop_says_whether_it_was_in_time()
    {
        var gate = new TaskCompletionSource();
        var stuck = Sys.ActorOf(Props.Create(() => new Stuck(gate.Task)));
        stuck.Tell("get stuck");
        Assert.False(await stuck.GracefulStop(TimeSpan.FromMilliseconds(50)));
        gate.SetResult();
        Assert.True(await stuck.GracefulStop(Limit));
        Assert.True(await stuck.GracefulStop(Limit), "an ended actor is stopped already");
    }

    [Theory]
    [InlineData("akka.loglevel = LOUD")]
    [InlineData("akka.loggers = [\"No.Such.Logger\"]")]
    [InlineData("akka.scheduler.tick-duration = 0s")]
    [InlineData("akka.actor.default-dispatcher.throughput = 0")]
    [InlineData("akka.actor.guardian-supervisor-strategy = nonsense")]
    public void A_wrong_setting_is_a_typed_error_at_the_start(string setting) =>
        Assert.Throws<ConfigurationException>(() => ActorSystem.Create("wrong", ConfigurationFactory.ParseString(setting)));

    [Theory]
    [InlineData("")]
    [InlineData("-leading")]
    [InlineData("white space")]
    public void An_illegal_system_name_is_a_typed_error(string name) => Assert.ThrowsAny<ArgumentException>(() => ActorSystem.Create(name));

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Twice : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            Sender.Tell(message);
            Sender.Tell(message);
        }
    }

    private sealed class Forwarding(IActorRef target) : UntypedActor
    {
        protected override void OnReceive(object message) => target.Forward(message);
    }

    private sealed class Terminating : UntypedActor
    {
        protected override void OnReceive(object message) => Context.System.Terminate();
    }

    private sealed class Stuck(Task gate) : UntypedActor
    {
        protected override void OnReceive(object message) => RunTask(() => gate);
    }

    private sealed class Passing : ReceiveActor
    {
        private IActorRef[] _others = [];

        public Passing()
        {
            Receive<IActorRef[]>(others =>
            {
                _others = others;
                Self.Tell(0);
            });
            Receive<int>(i => _others[i % Math.Max(1, _others.Length)].Tell(i + 1));
        }
    }
}
