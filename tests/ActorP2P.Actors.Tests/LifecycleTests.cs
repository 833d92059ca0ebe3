namespace ActorP2P.EngineTests;

public sealed class LifecycleTests() : EngineTest("akka.loglevel = WARNING")
{
    [Fact]
    public void Hooks_run_around_a_restart_in_the_documented_order()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Chronicler(TestActor)), "chronicler");
        ExpectMsg("PreStart 1");
        actor.Tell(new InvalidOperationException("x"));
        ExpectMsg("AroundPreRestart 1");
        ExpectMsg("PreRestart 1: x");
        ExpectMsg("PostStop 1");
        ExpectMsg("AroundPostRestart 2");
        ExpectMsg("PostRestart 2: x");
        ExpectMsg("PreStart 2");
        Sys.Stop(actor);
        ExpectMsg("AroundPostStop 2");
        ExpectMsg("PostStop 2");
    }

    [Fact]
    public void A_restart_keeps_mailbox_path_and_identity()
    {
        IgnoreMessages(m => m is string text && (text.Contains('P') || text.Contains('A')));
        var actor = Sys.ActorOf(Props.Create(() => new Chronicler(TestActor)), "same");
        actor.Tell("before");
        actor.Tell(new InvalidOperationException("x"));
        actor.Tell("after");
        actor.Tell(new Identify(1));
        ExpectMsg("before");
        ExpectMsg("after");
        Assert.Same(actor, ExpectMsg<ActorIdentity>().Subject);
    }

    [Fact]
    public void Stopping_is_recursive_and_bottom_up()
    {
        var top = Sys.ActorOf(Props.Create(() => new Nested(TestActor, 3)), "top");
        top.Tell("grow");
        ExpectMsg("grown 0");
        Watch(top);
        Sys.Stop(top);
        ExpectMsg("stopped 0");
        ExpectMsg("stopped 1");
        ExpectMsg("stopped 2");
        ExpectMsg("stopped 3");
        ExpectTerminated(top);
    }

    [Fact]
    public void A_name_is_free_again_only_when_its_actor_has_ended()
    {
        var first = Sys.ActorOf(Props.Create(() => new Chronicler(TestActor)), "name");
        ExpectMsg("PreStart 1");
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Empty, "name"));
        Watch(first);
        Sys.Stop(first);
        FishForMessage<Terminated>(t => t.ActorRef.Equals(first));
        AwaitAssert(() => Sys.ActorOf(Props.Empty, "name"));
        var second = Sys.ActorSelection("/user/name").ResolveOne(Limit);
        AwaitCondition(() => second.IsCompletedSuccessfully, Limit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$start")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("%zz")]
    public void An_illegal_name_is_a_typed_error(string name) =>
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Empty, name));

    [Fact]
    public void An_actor_made_with_new_is_a_typed_error()
    {
        Exception? seen = null;
        var thread = new Thread(() => seen = Record.Exception(() => new Chronicler(TestActor)));
        thread.Start();
        thread.Join();
        Assert.IsType<ActorInitializationException>(seen);
    }

    [Fact]
    public void A_constructor_that_throws_stops_the_actor_and_tells_watchers()
    {
        var broken = EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
        {
            var actor = Sys.ActorOf(Props.Create(() => new Broken()));
            Watch(actor);
            return actor;
        });
        ExpectTerminated(broken);
    }

    [Fact]
    public void A_poison_pill_waits_for_its_turn_and_a_stop_does_not()
    {
        var gate = new TaskCompletionSource();
        var polite = Sys.ActorOf(Props.Create(() => new Gated(TestActor, gate.Task)));
        polite.Tell("first");
        polite.Tell("second");
        polite.Tell(PoisonPill.Instance);
        polite.Tell("never");
        gate.SetResult();
        Watch(polite);
        ExpectMsg("first");
        ExpectMsg("second");
        ExpectTerminated(polite);

        var gate2 = new TaskCompletionSource();
        var abrupt = Sys.ActorOf(Props.Create(() => new Gated(TestActor, gate2.Task)));
        abrupt.Tell("first");
        abrupt.Tell("second");
        Sys.Stop(abrupt);
        Watch(abrupt);
        ExpectTerminated(abrupt, hint: "the engine's message overtakes the user's, also while a handler awaits");
        gate2.SetResult();
    }

    [Fact]
    public void A_disposable_actor_is_disposed_at_restart_and_at_its_end()
    {
        var disposals = new List<int>();
        var actor = Sys.ActorOf(Props.Create(() => new Disposing(disposals)));
        actor.Tell("fail");
        actor.Tell(PoisonPill.Instance);
        Watch(actor);
        ExpectTerminated(actor);
        AwaitAssert(() => Assert.Equal([1, 2], disposals));
    }

    private sealed class Broken : ReceiveActor
    {
        public Broken() => throw new InvalidOperationException("cannot be made");
    }

    private sealed class Disposing : ReceiveActor, IDisposable
    {
        private readonly List<int> _disposals;

        public Disposing(List<int> disposals)
        {
            _disposals = disposals;
            ReceiveAny(_ => throw new InvalidOperationException("asked to"));
        }

        public void Dispose() => _disposals.Add(_disposals.Count + 1);
    }

    private sealed class Gated : ReceiveActor
    {
        public Gated(IActorRef log, Task gate) => ReceiveAsync<string>(async text =>
        {
            await gate;
            log.Tell(text);
        });
    }

    private sealed class Nested(IActorRef log, int depth) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (depth > 0)
                Context.ActorOf(Props.Create(() => new Nested(log, depth - 1)), "child").Tell(message);
            else
                log.Tell("grown 0");
        }

        protected override void PostStop() => log.Tell($"stopped {depth}");
    }

    private sealed class Chronicler(IActorRef log) : UntypedActor
    {
        private static int _count;

        private readonly int _number = IsFirst(log) ? _count = 1 : ++_count;

        private static bool IsFirst(IActorRef log) => !ReferenceEquals(Interlocked.Exchange(ref _log, log), log);

        private static IActorRef? _log;

        public override void AroundPreRestart(Exception cause, object message)
        {
            log.Tell($"AroundPreRestart {_number}");
            base.AroundPreRestart(cause, message);
        }

        public override void AroundPostRestart(Exception cause, object message)
        {
            log.Tell($"AroundPostRestart {_number}");
            base.AroundPostRestart(cause, message);
        }

        public override void AroundPostStop()
        {
            log.Tell($"AroundPostStop {_number}");
            base.AroundPostStop();
        }

        protected override void PreStart() => log.Tell($"PreStart {_number}");

        protected override void PreRestart(Exception reason, object message)
        {
            log.Tell($"PreRestart {_number}: {reason.Message}");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            log.Tell($"PostRestart {_number}: {reason.Message}");
            base.PostRestart(reason);
        }

        protected override void PostStop() => log.Tell($"PostStop {_number}");

        protected override void OnReceive(object message)
        {
            if (message is Exception exception)
                throw exception;
            log.Tell(message);
        }
    }
}
