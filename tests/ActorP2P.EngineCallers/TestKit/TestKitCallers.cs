namespace EngineCallers;

/// <summary>The TestKit in the forms that its users know.</summary>
public sealed class TestKitCallers() : TestKit("""
    akka.loglevel = WARNING
    akka.test { single-expect-default = 60s, filter-leeway = 60s, default-timeout = 60s }
    akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
    """)
{
    [Fact]
    public async Task Messages_are_expected_by_value_type_and_predicate_and_none_where_none_comes()
    {
        TestActor.Tell("value");
        ExpectMsg("value");
        TestActor.Tell(5);
        Assert.Equal(5, ExpectMsg<int>(i => i > 4));
        TestActor.Tell("one");
        TestActor.Tell(2);
        ExpectMsgAllOf<object>([2, "one"]);
        TestActor.Tell("async");
        await ExpectMsgAsync<string>();
        ExpectNoMsg(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Messages_are_fished_received_in_numbers_and_expected_within_a_time()
    {
        for (var i = 0; i < 5; i++)
            TestActor.Tell(i);
        Assert.Equal(3, (int)FishForMessage(m => m is 3));
        TestActor.Tell(5);
        Assert.Equal([4, 5], ReceiveN(2).Cast<int>());
        Within(TimeSpan.FromSeconds(60), () =>
        {
            TestActor.Tell("inside");
            ExpectMsg("inside");
        });
    }

    [Fact]
    public async Task Conditions_and_assertions_are_awaited()
    {
        var probe = CreateTestProbe("probe");
        probe.Send(TestActor, "from the probe");
        ExpectMsg("from the probe");
        Assert.Equal(probe.Ref, LastSender);
        probe.Ref.Tell("to the probe", TestActor);
        probe.ExpectMsg("to the probe");
        probe.Reply("answer");
        ExpectMsg("answer");
        AwaitCondition(() => !probe.HasMessages, TimeSpan.FromSeconds(60));
        AwaitAssert(() => Assert.False(HasMessages), TimeSpan.FromSeconds(60));
        await AwaitAssertAsync(() => Assert.False(HasMessages), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void The_end_of_an_actor_is_expected()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Log_events_are_filtered_and_counted()
    {
        EventFilter.Warning(message: "careful").ExpectOne(() => Sys.Log.Warning("careful"));
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Sys.Log.Error(new InvalidOperationException("broken"), "it broke"));
        EventFilter.Error(contains: "broke").Expect(2, () =>
        {
            Sys.Log.Error("it broke");
            Sys.Log.Error("it broke again");
        });
    }

    [Fact]
    public void Virtual_time_moves_when_it_is_told_to()
    {
        var time = (TestScheduler)Sys.Scheduler;
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, "an hour later", ActorRefs.NoSender);
        time.Advance(TimeSpan.FromMinutes(59));
        ExpectNoMsg(TimeSpan.FromMilliseconds(20));
        time.Advance(TimeSpan.FromMinutes(1));
        ExpectMsg("an hour later");
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(m => Sender.Tell(m));
    }
}
