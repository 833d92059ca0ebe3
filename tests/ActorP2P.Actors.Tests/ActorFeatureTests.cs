namespace ActorP2P.EngineTests;

public sealed class ActorFeatureTests() : EngineTest("akka { loglevel = WARNING, log-dead-letters = off }")
{
    [Fact]
    public void Handlers_are_tried_in_order_and_predicates_restrict()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Picky()));
        foreach (var (message, answer) in new (object, string)[] { (5, "small"), (50, "big"), ("text", "string"), (2.5, "double by type"), ('c', "anything") })
        {
            actor.Tell(message);
            ExpectMsg(answer);
        }
    }

    [Fact]
    public void A_handler_after_receive_any_is_a_typed_error() =>
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() => Sys.ActorOf(Props.Create(() => new AnyFirst())));

    [Fact]
    public void Behaviours_are_replaced_stacked_and_unstacked()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Moody()));
        foreach (var (message, answer) in new[] { ("?", "calm"), ("anger", ""), ("?", "angry"), ("calm down", ""), ("?", "calm"), ("cheer", ""), ("?", "cheerful"), ("calm down", ""), ("?", "calm") })
        {
            actor.Tell(message);
            if (answer.Length > 0)
                ExpectMsg(answer);
        }
    }

    [Fact]
    public void A_restart_returns_to_the_first_behaviour()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Moody()));
        actor.Tell("anger");
        actor.Tell("fail");
        actor.Tell("?");
        ExpectMsg("calm");
    }

    [Fact]
    public void An_unhandled_message_is_published()
    {
        Sys.EventStream.Subscribe<UnhandledMessage>(TestActor);
        var actor = Sys.ActorOf(Props.Create(() => new Moody()));
        actor.Tell(3.14);
        var unhandled = ExpectMsg<UnhandledMessage>();
        Assert.Equal(3.14, unhandled.Message);
        Assert.Equal(actor, unhandled.Recipient);
    }

    [Fact]
    public void A_stash_gives_messages_back_in_order_before_newer_ones()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Stashing()));
        foreach (var message in new[] { "a", "b", "open", "c" })
            actor.Tell(message);
        ExpectMsg("a");
        ExpectMsg("b");
        ExpectMsg("c");
    }

    [Fact]
    public void A_restart_puts_the_stash_back_into_the_mailbox()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Stashing()));
        foreach (var message in new[] { "a", "b", "fail", "open", "c" })
            actor.Tell(message);
        ExpectMsg("a");
        ExpectMsg("b");
        ExpectMsg("c");
    }

    [Fact]
    public void A_stash_that_dies_goes_to_dead_letters()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Stashing()));
        EventFilter.DeadLetter<string>().Expect(2, () =>
        {
            actor.Tell("a");
            actor.Tell("b");
            actor.Tell(PoisonPill.Instance);
        });
    }

    [Fact]
    public void The_same_object_may_be_stashed_again_in_another_delivery_but_not_twice_in_one()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Stashing()));
        const string same = "same";
        actor.Tell(same);
        actor.Tell(same);
        actor.Tell("open");
        ExpectMsg(same);
        ExpectMsg(same);
        EventFilter.Exception<IllegalActorStateException>().ExpectOne(() => actor.Tell("stash twice"));
    }

    [Fact]
    public void A_bounded_stash_overflows_with_a_typed_error()
    {
        var actor = Sys.ActorOf(Props.Create(() => new SmallStash()).WithStashCapacity(2));
        EventFilter.Exception<StashOverflowException>().ExpectOne(() =>
        {
            for (var i = 0; i < 3; i++)
                actor.Tell(i);
        });
    }

    [Fact]
    public async Task An_async_handler_holds_the_mailbox_and_keeps_its_sender()
    {
        var gate = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new AsyncActor(gate.Task)));
        var slow = actor.Ask<string>("slow", Limit);
        var fast = actor.Ask<string>("fast", Limit);
        Assert.False(fast.IsCompleted);
        gate.SetResult();
        Assert.Equal("slow", await slow);
        Assert.Equal("fast", await fast);
    }

    [Theory]
    [InlineData("fail at once")]
    [InlineData("fail later")]
    [InlineData("cancel")]
    public async Task A_failure_in_an_async_handler_restarts_the_actor(string how)
    {
        var actor = Sys.ActorOf(Props.Create(() => new AsyncActor(Task.CompletedTask)));
        Assert.Equal("1", await actor.Ask<string>("count", Limit));
        Assert.Equal("2", await actor.Ask<string>("count", Limit));
        actor.Tell(how);
        Assert.Equal("1", await actor.Ask<string>("count", Limit));
    }

    [Fact]
    public void Timers_die_with_their_incarnation_and_a_replaced_one_never_speaks_again()
    {
        var simulation = new ActorSimulation(5);
        var seen = new List<string>();
        var actor = simulation.CreateSystem("timers").ActorOf(Props.Create(() => new Ticking(seen)));
        simulation.RunFor(TimeSpan.FromSeconds(2.5));
        Assert.Equal(["tick", "tick"], seen);
        actor.Tell("replace");
        simulation.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["tick", "tick", "other", "other"], seen);
        actor.Tell("fail");
        simulation.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void A_timer_message_that_already_waits_is_not_delivered_after_cancel()
    {
        var simulation = new ActorSimulation(5);
        var seen = new List<string>();
        var actor = simulation.CreateSystem("timers").ActorOf(Props.Create(() => new Cancelling(seen, simulation.Time)));
        simulation.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(["cancelled while one waited"], seen);
        Assert.NotNull(actor);
    }

    [Fact]
    public void The_receive_timeout_counts_only_messages_that_count()
    {
        var simulation = new ActorSimulation(5);
        var seen = new List<TimeSpan>();
        var actor = simulation.CreateSystem("idle").ActorOf(Props.Create(() => new Idling(simulation, seen)));
        simulation.RunFor(TimeSpan.FromSeconds(0.6));
        actor.Tell("activity");
        simulation.RunFor(TimeSpan.FromSeconds(0.6));
        Assert.Empty(seen);
        actor.Tell(new Quiet());
        simulation.RunFor(TimeSpan.FromSeconds(0.6));
        Assert.Equal([TimeSpan.FromSeconds(1.6)], seen);
        simulation.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(3, seen.Count);
        actor.Tell("off");
        simulation.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void Props_take_any_constructor_expression_and_refuse_others()
    {
        var captured = new { Value = new[] { 1, 2, 3 } };
        var actor = Sys.ActorOf(Props.Create(() => new Picky(captured.Value.Length, DateTime.UnixEpoch.Year + 1)));
        Assert.NotNull(actor);
        Assert.Throws<ArgumentException>(() => Props.Create(() => MakePicky()));
        Assert.Throws<ArgumentException>(() => Props.Create(typeof(string)));
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() => Sys.ActorOf(Props.Create(typeof(Picky), "no such", "constructor", 1)));
        Sys.ActorOf(Props.Create<Picky>(1, 2)).Tell(5);
        ExpectMsg("small");
    }

    private static Picky MakePicky() => null!;

    private sealed class Picky : ReceiveActor
    {
        public Picky()
            : this(0, 0)
        {
        }

        public Picky(int unused, int unusedToo)
        {
            Assert.True(unused >= 0 && unusedToo >= 0);
            Receive<int>(i => i < 10, _ => Sender.Tell("small"));
            Receive<int>(_ => Sender.Tell("big"));
            Receive<string>(s =>
            {
                Sender.Tell("string");
                return s.Length > 0;
            });
            Receive(typeof(double), _ => Sender.Tell("double by type"));
            ReceiveAny(_ => Sender.Tell("anything"));
        }
    }

    private sealed class AnyFirst : ReceiveActor
    {
        public AnyFirst()
        {
            ReceiveAny(_ => { });
            Receive<int>(_ => { });
        }
    }

    private sealed class Moody : ReceiveActor
    {
        public Moody()
        {
            Receive<string>(s => s == "?", _ => Sender.Tell("calm"));
            Receive<string>(s => s == "anger", _ => BecomeStacked(Angry));
            Receive<string>(s => s == "cheer", _ => Become(Cheerful));
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
        }

        private void Angry()
        {
            Receive<string>(s => s == "?", _ => Sender.Tell("angry"));
            Receive<string>(s => s == "calm down", _ => UnbecomeStacked());
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
        }

        private void Cheerful()
        {
            Receive<string>(s => s == "?", _ => Sender.Tell("cheerful"));
            Receive<string>(s => s == "calm down", _ => UnbecomeStacked());
        }
    }

    private sealed class Stashing : ReceiveActor, IWithUnboundedStash
    {
        public Stashing()
        {
            Receive<string>(s => s == "open", _ =>
            {
                Become(Open);
                Stash.UnstashAll();
            });
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
            Receive<string>(_ => Stash.Stash());
        }

        public IStash Stash { get; set; } = null!;

        private void Open()
        {
            Receive<string>(s => s == "stash twice", _ =>
            {
                Stash.Stash();
                Stash.Stash();
            });
            ReceiveAny(m => Sender.Tell(m));
        }
    }

    private sealed class SmallStash : ReceiveActor, IWithBoundedStash
    {
        public SmallStash() => ReceiveAny(_ => Stash.Stash());

        public IStash Stash { get; set; } = null!;
    }

    private sealed class AsyncActor : ReceiveActor
    {
        private int _count;

        public AsyncActor(Task gate)
        {
            ReceiveAsync<string>(s => s == "slow", async s =>
            {
                await gate;
                Sender.Tell(s);
            });
            ReceiveAsync<string>(s => s == "fail at once", _ => throw new InvalidOperationException("asked to"));
            ReceiveAsync<string>(s => s == "fail later", async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("asked to");
            });
            ReceiveAsync<string>(s => s == "cancel", _ => Task.FromCanceled(new CancellationToken(true)));
            Receive<string>(s => s == "count", _ => Sender.Tell($"{++_count}"));
            ReceiveAny(m => Sender.Tell(m));
        }
    }

    private sealed class Ticking : ReceiveActor, IWithTimers
    {
        private static bool Started(List<string> seen) => seen.Count > 0;

        private readonly bool _restarted;

        public Ticking(List<string> seen)
        {
            _restarted = Started(seen);
            Receive<string>(s => s == "replace", _ => Timers.StartPeriodicTimer("key", "other", TimeSpan.FromSeconds(1)));
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
            Receive<string>(seen.Add);
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            if (!_restarted)
                Timers.StartPeriodicTimer("key", "tick", TimeSpan.FromSeconds(1));
        }
    }

    private sealed class Cancelling : ReceiveActor, IWithTimers
    {
        public Cancelling(List<string> seen, TimeProvider time)
        {
            ReceiveAsync<string>(s => s == "wait", async _ =>
            {
                await Task.Delay(TimeSpan.FromSeconds(3), time);
                Timers.Cancel("key");
                seen.Add("cancelled while one waited");
            });
            Receive<string>(seen.Add);
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartSingleTimer("key", "tick", TimeSpan.FromSeconds(1));
            Self.Tell("wait");
        }
    }

    private sealed record Quiet : INotInfluenceReceiveTimeout;

    private sealed class Idling : UntypedActor
    {
        private readonly ActorSimulation _simulation;
        private readonly List<TimeSpan> _seen;

        public Idling(ActorSimulation simulation, List<TimeSpan> seen)
        {
            _simulation = simulation;
            _seen = seen;
            Context.SetReceiveTimeout(TimeSpan.FromSeconds(1));
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case ReceiveTimeout:
                    _seen.Add(_simulation.Elapsed);
                    break;
                case "off":
                    Context.SetReceiveTimeout(null);
                    break;
            }
        }
    }
}
