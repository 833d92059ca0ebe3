namespace EngineCallers;

public sealed class SupervisionCallers : Caller
{
    public static TheoryData<string, string[]> Deciders => new()
    {
        { "resume", ["count 2"] },
        { "restart", ["PostStop", "count 1"] },
        { "stop", ["PostStop", "terminated child"] },
    };

    [Theory]
    [MemberData(nameof(Deciders))]
    public async Task A_decision_is_carried_out(string directive, string[] outcome)
    {
        var child = await Child(new OneForOneStrategy(10, TimeSpan.FromMinutes(1), Decider.From(
            Enum.Parse<Directive>(directive, ignoreCase: true), Directive.Stop.When<ArgumentException>())));
        child.Tell("count");
        await Expect("count 1");
        child.Tell(new InvalidOperationException(directive));
        child.Tell("count");
        await Expect(outcome);
    }

    [Fact]
    public async Task The_most_special_rule_of_a_decider_counts()
    {
        var child = await Child(new OneForOneStrategy(Decider.From(
            Directive.Resume, Directive.Stop.When<ArgumentException>(), Directive.Restart.When<ArgumentNullException>())));
        child.Tell(new InvalidOperationException("resume"));
        child.Tell("count");
        await Expect("count 1");
        child.Tell(new ArgumentException("stop"));
        await Expect("PostStop", "terminated child");
    }

    [Fact]
    public async Task More_failures_than_the_window_allows_end_the_child()
    {
        var child = await Child(new OneForOneStrategy(2, TimeSpan.FromMinutes(10), _ => Directive.Restart));
        for (var i = 0; i < 3; i++)
            child.Tell(new InvalidOperationException("again"));
        await Expect("PostStop", "PostStop", "PostStop", "terminated child");
    }

    [Fact]
    public async Task All_for_one_restarts_the_siblings_too()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Supervisor(Recorder, new AllForOneStrategy(_ => Directive.Restart))));
        var first = await parent.Ask<IActorRef>("first", Limit);
        var second = await parent.Ask<IActorRef>("second", Limit);
        second.Tell("count");
        await Expect("count 1");
        first.Tell(new InvalidOperationException("all"));
        await Expect("PostStop", "PostStop");
        second.Tell("count");
        await Expect("count 1");
    }

    [Fact]
    public async Task An_escalated_failure_is_the_supervisors_own()
    {
        var child = await Child(new OneForOneStrategy(_ => Directive.Escalate));
        child.Tell(new InvalidOperationException("up"));
        await Expect("PostStop", "supervisor PostRestart up");
    }

    [Fact]
    public async Task A_strategy_in_props_goes_before_the_actors_own()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Supervisor(Recorder, new OneForOneStrategy(_ => Directive.Resume)))
            .WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Stop)));
        var child = await parent.Ask<IActorRef>("child", Limit);
        child.Tell(new InvalidOperationException("stop"));
        await Expect("PostStop", "terminated child");
    }

    [Fact]
    public async Task A_constructor_that_throws_ends_the_actor_by_default()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Supervisor(Recorder, SupervisorStrategy.DefaultStrategy)));
        parent.Tell(Props.Create(() => new Unborn()));
        await Expect("terminated unborn");
    }

    [Fact]
    public async Task A_mailbox_survives_the_failure_that_restarts_its_actor()
    {
        var child = await Child(new OneForOneStrategy(_ => Directive.Restart));
        child.Tell(new InvalidOperationException("once"));
        for (var i = 0; i < 3; i++)
            child.Tell("count");
        await Expect("PostStop", "count 1", "count 2", "count 3");
    }

    private async Task<IActorRef> Child(SupervisorStrategy strategy)
    {
        var parent = Sys.ActorOf(Props.Create(() => new Supervisor(Recorder, strategy)));
        return await parent.Ask<IActorRef>("child", Limit);
    }

    private sealed class Supervisor(IActorRef recorder, SupervisorStrategy strategy) : ReceiveActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => strategy;

        protected override bool AroundReceive(Receive receive, object message)
        {
            switch (message)
            {
                case string name:
                    Sender.Tell(Context.Watch(Context.ActorOf(Props.Create(() => new Counter(recorder)), name)));
                    return true;
                case Props props:
                    Context.Watch(Context.ActorOf(props, "unborn"));
                    return true;
                case Terminated ended:
                    recorder.Tell($"terminated {ended.ActorRef.Path.Name}");
                    return true;
                default:
                    return base.AroundReceive(receive, message);
            }
        }

        protected override void PostRestart(Exception reason) => recorder.Tell($"supervisor PostRestart {reason.Message}");
    }

    private sealed class Counter(IActorRef recorder) : ReceiveActor
    {
        private int _count;

        protected override bool AroundReceive(Receive receive, object message)
        {
            if (message is Exception failure)
                throw failure;
            recorder.Tell($"count {++_count}");
            return true;
        }

        protected override void PostStop() => recorder.Tell("PostStop");
    }

    private sealed class Unborn : ReceiveActor
    {
        public Unborn() => throw new InvalidOperationException("not today");
    }
}
