namespace EngineCallers;

public sealed class HandlerCallers : Caller
{
    [Fact]
    public async Task Handlers_are_tried_in_order_by_type_and_predicate()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Sorting(Recorder)));
        foreach (var message in new object[] { 5, 50, 500, "text", "long text", 'c', 1.5, Guid.Empty })
            actor.Tell(message);
        await Expect("small 5", "medium 50", "int 500", "text text", "long long text", "char c", "object 1.5", $"object {Guid.Empty}");
    }

    [Fact]
    public async Task Behaviours_are_replaced_stacked_and_taken_back()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Moody(Recorder)));
        foreach (var message in new[] { "hi", "angry", "hi", "happy", "hi", "back", "hi", "back", "hi" })
            actor.Tell(message);
        await Expect("calm hi", "angry hi", "happy hi", "angry hi", "calm hi");
    }

    [Fact]
    public async Task A_behaviour_that_replaces_goes_back_to_the_first_and_the_first_stays()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "doer");
        foreach (var name in new[] { "second", "third" })
            actor.Tell(new Do(self => Doer.Context.Become((UntypedReceive)Second(self, name))));
        actor.Tell("one");
        actor.Tell("back");
        actor.Tell("two");
        actor.Tell(new Do(_ => Doer.Context.UnbecomeStacked()));
        actor.Tell("three");
        await Expect("third one", "doer got two", "doer got three");

        UntypedReceive Second(Doer self, string name) => message =>
        {
            if (message is Do order)
                order.Action(self);
            else if (message is "back")
                Doer.Context.UnbecomeStacked();
            else
                Recorder.Tell($"{name} {message}");
        };
    }

    [Fact]
    public async Task What_a_constructor_stacks_lies_on_the_actors_own_handlers()
    {
        var actor = Sys.ActorOf(Props.Create(() => new MadeStacked(Recorder)));
        actor.Tell("one");
        actor.Tell("two");
        await Expect("top one", "bottom two");
    }

    [Fact]
    public async Task An_untyped_actor_changes_its_behaviour_too()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "doer");
        actor.Tell(new Do(self => Doer.Context.BecomeStacked((UntypedReceive)(message =>
        {
            if (message is "back")
                Doer.Context.UnbecomeStacked();
            else
                self.Sender.Tell($"stacked {message}");
        }))));
        actor.Tell("one", Recorder);
        actor.Tell("back");
        actor.Tell("two");
        await Expect("stacked one", "doer got two");
    }

    [Fact]
    public async Task An_async_handler_holds_the_mailbox_and_keeps_its_sender()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = Sys.ActorOf(Props.Create(() => new Slow(gate.Task)));
        var first = actor.Ask<string>("wait", Limit);
        var second = actor.Ask<string>(2, Limit);
        await Handled(Recorder);
        Assert.False(second.IsCompleted);
        gate.SetResult();
        Assert.Equal("waited", await first);
        Assert.Equal("number 2", await second);
        Assert.Equal("any c", await actor.Ask<string>('c', Limit));
    }

    [Fact]
    public async Task What_no_handler_takes_is_published_as_unhandled()
    {
        Sys.EventStream.Subscribe(Recorder, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create(() => new OnlyStrings()));
        await Handled(actor);
        actor.Tell(7L, Recorder);
        var unhandled = await Next<UnhandledMessage>();
        Assert.Equal(7L, unhandled.Message);
        Assert.Equal(Recorder, unhandled.Sender);
        Assert.Equal(actor, unhandled.Recipient);
    }

    [Fact]
    public async Task A_handler_after_one_that_takes_everything_is_refused()
    {
        Sys.ActorOf(Props.Create(() => new TooMany(Recorder)));
        Assert.IsType<InvalidOperationException>(await Next());
    }

    [Fact]
    public async Task A_message_that_goes_on_keeps_its_sender()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Slow(Task.CompletedTask)));
        var middle = Sys.ActorOf(Props.Create(() => new Doer(Recorder)));
        middle.Tell(new Do(_ => echo.Forward(3)), Recorder);
        await Expect("number 3");
    }

    private sealed class Sorting : ReceiveActor
    {
        public Sorting(IActorRef recorder)
        {
            Receive<int>(i => recorder.Tell($"small {i}"), i => i < 10);
            Receive<int>(i => i < 100, i => recorder.Tell($"medium {i}"));
            Receive<int>(i => recorder.Tell($"int {i}"));
            Receive<string>(s =>
            {
                if (s.Length > 4)
                    return false;
                recorder.Tell($"text {s}");
                return true;
            });
            Receive<string>(s => recorder.Tell($"long {s}"));
            Receive(typeof(char), c => recorder.Tell($"char {c}"));
            ReceiveAny(o => recorder.Tell(FormattableString.Invariant($"object {o}")));
        }
    }

    private sealed class Moody : ReceiveActor
    {
        private readonly IActorRef _recorder;

        public Moody(IActorRef recorder)
        {
            _recorder = recorder;
            Mood("calm");
        }

        private void Mood(string name)
        {
            Receive<string>(s => s == "angry", _ => Become(() => Mood("angry")));
            Receive<string>(s => s == "happy", _ => BecomeStacked(() => Mood("happy")));
            Receive<string>(s => s == "back", _ => UnbecomeStacked());
            Receive<string>(s => _recorder.Tell($"{name} {s}"));
        }
    }

    private sealed class Slow : ReceiveActor
    {
        public Slow(Task gate)
        {
            ReceiveAsync<string>(async _ =>
            {
                await gate;
                Sender.Tell("waited");
            });
            Receive<int>(i => Sender.Tell($"number {i}"));
            ReceiveAnyAsync(async o =>
            {
                await Task.Yield();
                Sender.Tell($"any {o}");
            });
        }
    }

    private sealed class MadeStacked : ReceiveActor
    {
        public MadeStacked(IActorRef recorder)
        {
            Receive<string>(s => recorder.Tell($"bottom {s}"));
            BecomeStacked(() => Receive<string>(s =>
            {
                recorder.Tell($"top {s}");
                UnbecomeStacked();
            }));
        }
    }

    private sealed class OnlyStrings : ReceiveActor
    {
        public OnlyStrings() => Become(() => ReceiveAsync<string>(s => s.Length > 0, _ => Task.CompletedTask));
    }

    private sealed class TooMany : ReceiveActor
    {
        public TooMany(IActorRef recorder)
        {
            ReceiveAny(_ => { });
            recorder.Tell(Record.Exception(() => Receive<string>(_ => { }))!);
        }
    }
}
