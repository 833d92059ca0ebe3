namespace EngineCallers;

public sealed class LifecycleCallers : Caller
{
    [Fact]
    public async Task Hooks_run_in_the_documented_order_around_a_restart_and_a_stop()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Hooked(Recorder)), "hooked");
        await Expect("constructor", "PreStart");
        actor.Tell(new InvalidOperationException("broken"));
        await Expect("AroundPreRestart", "PreRestart InvalidOperationException InvalidOperationException", "PostStop", "constructor", "AroundPostRestart", "PostRestart InvalidOperationException", "PreStart");
        actor.Tell(PoisonPill.Instance);
        await Expect("AroundPostStop", "PostStop");
    }

    [Fact]
    public async Task A_restart_keeps_path_reference_and_mailbox_and_loses_the_message_and_the_children()
    {
        var actor = NewDoer("actor");
        actor.Tell(new Do(self => Doer.Context.ActorOf(Props.Create(() => new Doer(Recorder)), "child")));
        actor.Tell(new Do(_ => Recorder.Tell(Doer.Context.Child("child").IsNobody())));
        actor.Tell(new InvalidOperationException("broken"));
        actor.Tell(new Do(_ => Recorder.Tell(Doer.Context.Child("child").IsNobody())));
        actor.Tell("after");
        await Expect(false, true, "actor got after");
    }

    [Fact]
    public async Task A_stop_ends_the_children_first_and_frees_the_name_last()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Leaving(Recorder)), "parent");
        await MakeChild(await MakeChild(actor, "child"), "grandchild");
        Sys.Stop(actor);
        await Expect("grandchild left", "child left", "parent left");
    }

    [Fact]
    public async Task A_stop_overtakes_messages_and_a_poison_pill_waits_its_turn()
    {
        foreach (var (name, end) in new (string, Action<IActorRef>)[] { ("pilled", a => a.Tell(PoisonPill.Instance)), ("stopped", Sys.Stop) })
        {
            using var held = new SemaphoreSlim(0);
            var actor = NewDoer(name);
            actor.Tell(new Do(_ => held.Wait(Limit)));
            actor.Tell("before");
            end(actor);
            WatchFromOutside(actor);
            held.Release();
            if (name == "pilled")
                await Expect("pilled got before");
            await Expect($"terminated {name}");
        }
    }

    [Fact]
    public async Task Watching_gives_one_notice_also_for_the_dead_and_none_after_unwatch()
    {
        var (watcher, watched) = (NewDoer("watcher"), NewDoer("watched"));
        watcher.Tell(new Do(_ =>
        {
            Doer.Context.Watch(watched);
            Doer.Context.Watch(watched);
        }));
        await Handled(watcher);
        Sys.Stop(watched);
        await Expect("terminated watched");
        watcher.Tell(new Do(_ => Doer.Context.Watch(watched)));
        await Expect("terminated watched");
        var other = NewDoer("other");
        watcher.Tell(new Do(_ =>
        {
            Doer.Context.Watch(other);
            Doer.Context.Unwatch(other);
        }));
        await Handled(watcher);
        Assert.True(await other.GracefulStop(Limit));
        await Handled(watcher);
        await ExpectNothing();
    }

    [Fact]
    public async Task Watching_with_a_message_delivers_that_message()
    {
        var (watcher, watched) = (NewDoer("watcher"), NewDoer("watched"));
        watcher.Tell(new Do(_ => Doer.Context.WatchWith(watched, "gone")));
        await Handled(watcher);
        Sys.Stop(watched);
        await Expect("watcher got gone");
    }

    [Fact]
    public async Task A_notice_that_nobody_handles_ends_the_watcher()
    {
        var watched = NewDoer("watched");
        var watcher = Sys.ActorOf(Props.Create(() => new Careless(watched)), "watcher");
        WatchFromOutside(watcher);
        await Handled(watcher);
        Sys.Stop(watched);
        await Expect("terminated watcher");
    }

    [Fact]
    public async Task Kill_is_a_failure_that_ends_the_actor_by_default()
    {
        var actor = NewDoer("killed");
        WatchFromOutside(actor);
        await Handled(actor);
        actor.Tell(Kill.Instance);
        await Expect("terminated killed");
    }

    [Fact]
    public async Task The_stash_comes_back_in_order_before_newer_messages_and_survives_a_restart()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Stashing(Recorder)));
        foreach (var message in new[] { "a", "b", "open", "c" })
            actor.Tell(message);
        await Expect("a", "b", "c");
        actor.Tell("close");
        actor.Tell("d");
        actor.Tell("fail");
        actor.Tell("open");
        await Expect("d");
    }

    [Fact]
    public async Task A_stashed_notice_of_death_comes_again()
    {
        Sys.ActorOf(Props.Create(() => new StashingNotices(Recorder)));
        await Expect("stashed", "again");
    }

    private IActorRef NewDoer(string name) => Sys.ActorOf(Props.Create(() => new Doer(Recorder)), name);

    private Task<IActorRef> MakeChild(IActorRef parent, string name) => parent.Ask<IActorRef>(
        new Do(self => self.Sender.Tell(Doer.Context.ActorOf(Props.Create(() => new Leaving(Recorder)), name))), Limit);

    private void WatchFromOutside(IActorRef actor) => NewDoer($"watcher-of-{actor.Path.Name}").Tell(new Do(_ => Doer.Context.Watch(actor)));

    private sealed class Leaving(IActorRef recorder) : Doer(recorder)
    {
        protected override void PostStop() => Recorder.Tell($"{Self.Path.Name} left");
    }

    private sealed class Careless : ReceiveActor
    {
        public Careless(IActorRef watched) => Context.Watch(watched);
    }

    private sealed class Stashing : ReceiveActor, IWithUnboundedStash
    {
        private readonly IActorRef _recorder;

        public Stashing(IActorRef recorder)
        {
            _recorder = recorder;
            Closed();
        }

        public IStash Stash { get; set; } = null!;

        private void Closed()
        {
            Receive<string>(s => s == "open", _ =>
            {
                Become(Open);
                Stash.UnstashAll();
            });
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
            ReceiveAny(_ => Stash.Stash());
        }

        private void Open()
        {
            Receive<string>(s => s == "close", _ => Become(Closed));
            ReceiveAny(_recorder.Tell);
        }
    }

    private sealed class StashingNotices : ReceiveActor, IWithUnboundedStash
    {
        public StashingNotices(IActorRef recorder)
        {
            var child = Context.Watch(Context.ActorOf(Props.Create(() => new Doer(recorder))));
            Context.Stop(child);
            Receive<Terminated>(_ =>
            {
                Stash!.Stash();
                Become(() => Receive<Terminated>(_ => recorder.Tell("again")));
                recorder.Tell("stashed");
                Stash.UnstashAll();
            });
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed class Hooked : UntypedActor
    {
        private readonly IActorRef _recorder;

        public Hooked(IActorRef recorder)
        {
            _recorder = recorder;
            recorder.Tell("constructor");
        }

        public override void AroundPreRestart(Exception cause, object message)
        {
            _recorder.Tell("AroundPreRestart");
            base.AroundPreRestart(cause, message);
        }

        public override void AroundPostRestart(Exception cause, object message)
        {
            _recorder.Tell("AroundPostRestart");
            base.AroundPostRestart(cause, message);
        }

        public override void AroundPostStop()
        {
            _recorder.Tell("AroundPostStop");
            base.AroundPostStop();
        }

        protected override void PreStart() => _recorder.Tell("PreStart");

        protected override void PreRestart(Exception reason, object message)
        {
            _recorder.Tell($"PreRestart {reason.GetType().Name} {message.GetType().Name}");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            _recorder.Tell($"PostRestart {reason.GetType().Name}");
            base.PostRestart(reason);
        }

        protected override void PostStop() => _recorder.Tell("PostStop");

        protected override void OnReceive(object message)
        {
            if (message is Exception failure)
                throw failure;
        }
    }
}
