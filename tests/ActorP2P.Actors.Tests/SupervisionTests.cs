namespace ActorP2P.EngineTests;

public sealed class SupervisionTests() : EngineTest("akka.loglevel = WARNING")
{
    [Theory]
    [InlineData(Directive.Resume, 2)]
    [InlineData(Directive.Restart, 1)]
    public async Task A_child_resumes_with_its_state_or_restarts_without_it(Directive directive, int expected)
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => directive))));
        var child = await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit);
        child.Tell("count");
        child.Tell(new InvalidOperationException("x"));
        child.Tell("count");
        Assert.Equal(expected, await child.Ask<int>("get", Limit));
    }

    [Fact]
    public async Task One_for_one_leaves_the_siblings_alone_and_all_for_one_does_not()
    {
        foreach (var (strategy, expected) in new (SupervisorStrategy, int)[] { (new OneForOneStrategy(_ => Directive.Restart), 1), (new AllForOneStrategy(_ => Directive.Restart), 0) })
        {
            var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));
            var failing = await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit);
            var sibling = await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit);
            sibling.Tell("count");
            Assert.Equal(1, await sibling.Ask<int>("get", Limit));
            failing.Tell(new InvalidOperationException("x"));
            Assert.Equal(0, await failing.Ask<int>("get", Limit));
            await AwaitConditionAsync(async () => await sibling.Ask<int>("get", Limit) == expected);
        }
    }

    [Fact]
    public async Task All_for_one_stop_ends_all_children()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(new AllForOneStrategy(_ => Directive.Stop))));
        var failing = Watch(await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit));
        var sibling = Watch(await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit));
        failing.Tell(new InvalidOperationException("x"));
        var ended = ReceiveN(2).Cast<Terminated>().Select(t => t.ActorRef).ToHashSet();
        Assert.Equal([failing, sibling], ended);
    }

    [Fact]
    public async Task One_failure_too_many_within_the_window_stops_the_child()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart))));
        var child = Watch(await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit));
        for (var i = 0; i < 2; i++)
            child.Tell(new InvalidOperationException("x"));
        Assert.Equal(0, await child.Ask<int>("get", Limit));
        child.Tell(new InvalidOperationException("x"));
        ExpectTerminated(child);
    }

    [Fact]
    public void Failures_further_apart_than_the_window_do_not_add_up()
    {
        var simulation = new ActorSimulation(1);
        var system = simulation.CreateSystem("window");
        IActorRef? child = null;
        var supervisor = system.ActorOf(Props.Create(() => new Supervisor(new OneForOneStrategy(1, TimeSpan.FromSeconds(1), _ => Directive.Restart))));
        var made = supervisor.Ask<IActorRef>(Props.Create(() => new Worker()));
        made.PipeTo(new Catcher(system, actor => child = (IActorRef)actor));
        simulation.RunFor(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            child!.Tell(new InvalidOperationException("x"));
            simulation.RunFor(TimeSpan.FromSeconds(2));
        }

        Assert.False(((IInternalActorRef)child!).IsTerminated);
        child!.Tell(new InvalidOperationException("x"));
        child!.Tell(new InvalidOperationException("x"));
        simulation.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(((IInternalActorRef)child!).IsTerminated);
    }

    [Fact]
    public async Task Escalation_makes_the_supervisor_fail_with_the_childs_cause()
    {
        var strategy = new OneForOneStrategy(e =>
        {
            TestActor.Tell(e.Message);
            return Directive.Stop;
        });
        var top = Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));
        var middle = Watch(await top.Ask<IActorRef>(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Escalate))), Limit));
        var child = await middle.Ask<IActorRef>(Props.Create(() => new Worker()), Limit);
        child.Tell(new InvalidOperationException("deep down"));
        ExpectMsg("deep down");
        ExpectTerminated(middle);
    }

    [Fact]
    public async Task Escalation_to_the_guardian_ends_the_system()
    {
        using var system = ActorSystem.Create("escalating", "akka { loglevel = OFF, actor.guardian-supervisor-strategy = \"" + typeof(Escalating).AssemblyQualifiedName + "\" }");
        var child = system.ActorOf(Props.Create(() => new Worker()));
        child.Tell(new InvalidOperationException("x"));
        await system.WhenTerminated.WaitAsync(Limit);
    }

    [Fact]
    public async Task The_stopping_strategy_of_the_guardian_can_be_configured()
    {
        using var system = ActorSystem.Create("stopping", "akka { loglevel = OFF, actor.guardian-supervisor-strategy = \"Akka.Actor.StoppingSupervisorStrategy\" }");
        var child = system.ActorOf(Props.Create(() => new Worker()));
        child.Tell(new InvalidOperationException("x"));
        await child.WatchAsync().WaitAsync(Limit);
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task While_a_failure_is_decided_the_whole_subtree_is_suspended()
    {
        var decide = new TaskCompletionSource();
        var deciding = new TaskCompletionSource();
        var strategy = new OneForOneStrategy(_ =>
        {
            deciding.SetResult();
            ((IAsyncResult)decide.Task).AsyncWaitHandle.WaitOne();
            return Directive.Resume;
        });
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));
        var child = await supervisor.Ask<IActorRef>(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Stop))), Limit);
        var grandchild = await child.Ask<IActorRef>(Props.Create(() => new Worker()), Limit);
        child.Tell(new InvalidOperationException("x"));
        await deciding.Task.WaitAsync(Limit);
        grandchild.Tell("get", TestActor);
        ExpectNoMsg(150);
        decide.SetResult();
        ExpectMsg(0);
    }

    [Fact]
    public async Task Children_that_a_restart_does_not_stop_are_restarted_with_their_parent()
    {
        var keeper = Sys.ActorOf(Props.Create(() => new Keeper()));
        var child = await keeper.Ask<IActorRef>("child", Limit);
        child.Tell("count");
        Assert.Equal(1, await child.Ask<int>("get", Limit));
        keeper.Tell("fail");
        Assert.Same(child, await keeper.Ask<IActorRef>("child", Limit));
        Assert.Equal(0, await child.Ask<int>("get", Limit));
    }

    [Fact]
    public async Task A_restart_waits_for_the_children_it_stops()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(SupervisorStrategy.DefaultStrategy)));
        var child = await supervisor.Ask<IActorRef>(Props.Create(() => new SlowToStop(TestActor)), Limit);
        supervisor.Tell(new InvalidOperationException("x"));
        supervisor.Tell("get");
        ExpectMsg("child stopped");
        ExpectMsg("alive");
        Watch(child);
        ExpectTerminated(child);
    }

    [Fact]
    public async Task Kill_is_a_failure_that_stops_by_default()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(SupervisorStrategy.DefaultStrategy)));
        var child = Watch(await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit));
        await EventFilter.Exception<ActorKilledException>().ExpectOneAsync(() => child.Tell(Kill.Instance));
        ExpectTerminated(child);
    }

    [Fact]
    public void A_post_restart_that_throws_stops_the_actor()
    {
        var actor = Watch(Sys.ActorOf(Props.Create(() => new BrokenAfterRestart())));
        EventFilter.Exception<PostRestartException>().ExpectOne(() => actor.Tell("fail"));
        ExpectTerminated(actor);
    }

    [Fact]
    public async Task A_pre_restart_that_throws_is_reported_and_the_restart_goes_on()
    {
        var actor = Sys.ActorOf(Props.Create(() => new BrokenBeforeRestart()));
        await EventFilter.Exception<PreRestartException>(contains: "also").ExpectOneAsync(() => actor.Tell("fail"));
        Assert.Equal("alive", await actor.Ask<string>("get", Limit));
    }

    [Fact]
    public async Task A_decider_that_throws_is_the_supervisors_own_failure()
    {
        var strategy = new OneForOneStrategy(e =>
        {
            TestActor.Tell(e.Message);
            return Directive.Restart;
        });
        var top = Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));
        var middle = await top.Ask<IActorRef>(Props.Create(() => new Supervisor(new OneForOneStrategy(_ => ThrowInDecider()))), Limit);
        var child = await middle.Ask<IActorRef>(Props.Create(() => new Worker()), Limit);
        child.Tell(new InvalidOperationException("x"));
        ExpectMsg("decider is broken");
        middle.Tell("get");
        ExpectMsg("alive");
    }

    [Fact]
    public async Task Props_override_the_actors_own_strategy()
    {
        var props = Props.Create(() => new Supervisor(new OneForOneStrategy(_ => Directive.Resume))).WithSupervisorStrategy(SupervisorStrategy.StoppingStrategy);
        var supervisor = Sys.ActorOf(props);
        var child = Watch(await supervisor.Ask<IActorRef>(Props.Create(() => new Worker()), Limit));
        child.Tell(new InvalidOperationException("x"));
        ExpectTerminated(child);
    }

    private static Directive ThrowInDecider() => throw new InvalidOperationException("decider is broken");

    public sealed class Escalating : SupervisorStrategyConfigurator
    {
        public override SupervisorStrategy Create() => new OneForOneStrategy(_ => Directive.Escalate);
    }

    private sealed class Catcher(ActorSystem system, Action<object> action) : MinimalActorRef
    {
        public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath();

        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender) => action(message);
    }

    private sealed class Supervisor(SupervisorStrategy strategy) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => strategy;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Props props:
                    Sender.Tell(Context.ActorOf(props));
                    break;
                case Exception exception:
                    throw exception;
                default:
                    Sender.Tell("alive");
                    break;
            }
        }
    }

    private sealed class Worker : UntypedActor
    {
        private int _count;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Exception exception:
                    throw exception;
                case "count":
                    _count++;
                    break;
                default:
                    Sender.Tell(_count);
                    break;
            }
        }
    }

    private sealed class Keeper : UntypedActor
    {
        protected override void PreRestart(Exception reason, object message)
        {
        }

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new InvalidOperationException("asked to");
            var child = Context.Child("child");
            Sender.Tell(child.IsNobody() ? Context.ActorOf(Props.Create(() => new Worker()), "child") : child);
        }
    }

    private sealed class SlowToStop(IActorRef log) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }

        protected override void PostStop()
        {
            Thread.Yield();
            log.Tell("child stopped");
        }
    }

    private sealed class BrokenAfterRestart : UntypedActor
    {
        protected override void PostRestart(Exception reason) => throw new InvalidOperationException("also");

        protected override void OnReceive(object message) => throw new InvalidOperationException("asked to");
    }

    private sealed class BrokenBeforeRestart : UntypedActor
    {
        protected override void PreRestart(Exception reason, object message) => throw new InvalidOperationException("also");

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new InvalidOperationException("asked to");
            Sender.Tell("alive");
        }
    }
}
