namespace ActorP2P.EngineTests;

/// <summary>The actors that come with the kit.</summary>
public sealed class TestActorTests() : EngineTest("akka { loglevel = WARNING, log-dead-letters = off }")
{
    [Fact]
    public void An_echo_goes_to_the_test_and_to_whoever_asked()
    {
        var probe = CreateTestProbe();
        Sys.ActorOf(EchoActor.Props(this)).Tell("to both", probe.Ref);
        probe.ExpectMsg("to both");
        ExpectMsg("to both");
        Sys.ActorOf(EchoActor.Props(this, echoBackToSenderAsWell: false)).Tell("to the test", probe.Ref);
        ExpectMsg("to the test");
        Sys.ActorOf(SimpleEchoActor.Props()).Tell("to the asker", probe.Ref);
        probe.ExpectMsg("to the asker");
        Assert.False(HasMessages);
    }

    [Fact]
    public void Messages_are_forwarded_swallowed_or_left_unhandled()
    {
        var probe = CreateTestProbe();
        Sys.ActorOf(ForwardActor.Props(TestActor)).Tell("on", probe.Ref);
        ExpectMsg("on");
        Assert.Equal(probe.Ref, LastSender);
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        Sys.ActorOf(BlackHoleActor.Props).Tell("gone");
        Sys.ActorOf(Props.Create<UnhandledMessageActor>()).Tell("left");
        Assert.Equal("left", ExpectMsg<UnhandledMessage>().Message);
    }

    [Fact]
    public void A_pilot_stays_or_goes_as_it_says()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"pilot saw {message}");
            return message is "last" ? AutoPilot.NoAutoPilot : AutoPilot.KeepRunning;
        }));
        foreach (var message in new[] { "first", "last", "after" })
            probe.Ref.Tell(message);
        ExpectMsg("pilot saw first");
        ExpectMsg("pilot saw last");
        foreach (var message in new[] { "first", "last", "after" })
            probe.ExpectMsg(message);
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_path_with_all_descendants_in_its_middle_is_refused() =>
        Assert.Throws<IllegalActorNameException>(() => Sys.ActorSelection("/user/**/child"));

    [Fact]
    public async Task A_message_of_the_engine_is_no_answer()
    {
        var answering = Sys.ActorOf(Props.Create(() => new Answering()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => answering.Ask<object>("?", Limit));
    }

    [Fact]
    public void A_child_of_the_test_actor_fails_by_the_strategy_that_came_with_it()
    {
        var child = ChildActorOf(Props.Create(() => new Failing()), "child", new OneForOneStrategy(_ => Directive.Stop));
        Assert.Equal(TestActor.Path, child.Path.Parent);
        Watch(child);
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(child);
        var another = ChildActorOf(Props.Create(() => new Failing()));
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => another.Tell("fail"));
        another.Tell("echo");
        ExpectMsg("echo");
    }

    private sealed class Answering : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(new Suspend());
    }

    private sealed class Failing : ReceiveActor
    {
        public Failing()
        {
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
            ReceiveAny(m => Sender.Tell(m));
        }
    }
}
