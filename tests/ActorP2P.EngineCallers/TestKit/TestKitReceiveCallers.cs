using System.Collections;

namespace EngineCallers;

/// <summary>Receiving, looking, fishing and waiting with a kit, in the forms that its users know.</summary>
public sealed class TestKitReceiveCallers() : TestKit("""
    akka.loglevel = WARNING
    akka.test { single-expect-default = 60s, filter-leeway = 60s, default-timeout = 60s }
    """)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void A_message_that_is_looked_at_stays_and_one_that_is_received_goes()
    {
        TestActor.Tell("first", TestActor);
        Assert.Equal("first", PeekOne(Limit));
        Assert.True(TryPeekOne(out var seen, Limit, CancellationToken.None));
        Assert.Equal(("first", TestActor), (seen.Message, seen.Sender));
        Assert.True(TryReceiveOne(out var taken, Limit));
        Assert.Equal("first", taken.Message);
        Assert.False(TryReceiveOne(out _, Moment));
        Assert.Null(ReceiveOne(Moment));
    }

    [Fact]
    public async Task Messages_are_received_while_they_fit_and_the_first_that_does_not_stays()
    {
        foreach (var message in new object[] { "a", 1, "b", "end", "c" })
            TestActor.Tell(message);
        Assert.Equal(["a", "b"], ReceiveWhile<string>(text => text != "end", Limit));
        Assert.Equal(["end", "c"], ReceiveWhile(Limit, message => message as string, 2));
        TestActor.Tell("d");
        TestActor.Tell(2);
        Assert.Equal(["d"], ReceiveWhile<string>(_ => true, Limit, shouldIgnoreOtherMessageTypes: false));
        Assert.Equal(2, PeekOne(Limit));
        TestActor.Tell("e");
        Assert.Empty(ReceiveWhile(Limit, Moment, message => message as string));
        var all = new List<object>();
        await foreach (var message in ReceiveWhileAsync(Limit, Moment, message => message))
            all.Add(message);
        Assert.Equal([2, "e"], all);
    }

    [Fact]
    public async Task What_is_skipped_while_fishing_can_be_kept_and_silence_is_awaited()
    {
        foreach (var message in new object[] { 1, "a", 2, "b" })
            TestActor.Tell(message);
        var skipped = new ArrayList();
        Assert.Equal("b", FishForMessage<string>(text => text == "b", skipped, Limit));
        Assert.Equal([1, "a", 2], skipped.Cast<object>());
        TestActor.Tell("left");
        Assert.Equal(["left"], (await WaitForRadioSilenceAsync(Moment)).Cast<object>());
        TestActor.Tell(3);
        await FishUntilMessageAsync<string>(Moment);
        TestActor.Tell("unwanted");
        await Assert.ThrowsAnyAsync<Exception>(() => FishUntilMessageAsync<string>(Moment));
    }

    [Fact]
    public void Several_messages_are_expected_in_any_order_by_value_and_by_predicate()
    {
        TestActor.Tell("b");
        TestActor.Tell("a");
        ExpectMsgAllOf("a", "b");
        TestActor.Tell("b");
        TestActor.Tell("a");
        ExpectMsgAllOf(Limit, "a", "b");
        TestActor.Tell("text");
        TestActor.Tell(5);
        ExpectMsgAllOfMatchingPredicates(PredicateInfo.Create<int>(i => i > 4), PredicateInfo.Create<string>(s => s.Length == 4));
    }

    [Fact]
    public async Task A_message_is_expected_from_a_certain_sender()
    {
        var probe = CreateTestProbe();
        for (var i = 0; i < 6; i++)
            probe.Send(TestActor, i);
        ExpectMsgFrom(probe.Ref, 0);
        ExpectMsgFrom<int>(probe.Ref, i => i == 1);
        ExpectMsgFrom<int>(sender => Assert.Equal(probe.Ref, sender), i => Assert.Equal(2, i));
        ExpectMsgFrom<int>(probe.Ref, i => Assert.Equal(3, i));
        await ExpectMsgFromAsync(probe.Ref, 4);
        Assert.ThrowsAny<Exception>(() => ExpectMsgFrom(TestActor, 5));
    }

    [Fact]
    public async Task Threads_of_a_test_wait_for_each_other()
    {
        var latch = CreateTestLatch(2);
        var barrier = CreateTestBarrier(2);
        var other = Task.Run(() =>
        {
            latch.CountDown();
            barrier.Await(Limit);
            latch.CountDown();
        });
        barrier.Await(Limit);
        latch.Ready(Limit);
        Assert.True(latch.IsOpen);
        await other;
        latch.Reset();
        Assert.False(latch.IsOpen);
        Assert.ThrowsAny<Exception>(() => latch.Ready(Moment));
        latch.Open();
        latch.Ready();
    }

    [Fact]
    public async Task Filters_give_back_what_the_piece_of_test_gave()
    {
        Assert.Equal(7, EventFilter.Warning().ExpectOne(Limit, () => Logged(7)));
        Assert.Equal(8, EventFilter.Warning().Expect(1, Limit, () => Logged(8)));
        Assert.Equal(9, await EventFilter.Warning().ExpectOneAsync(() => Task.FromResult(Logged(9))));
        Assert.Equal(1, EventFilter.Warning().Mute(() => Logged(1)));
        Assert.True(await AwaitConditionNoThrowAsync(() => true, Limit));
        Assert.False(await AwaitConditionNoThrowAsync(() => false, Moment));
        Assert.Equal(3, await WithinAsync(Limit, () => Task.FromResult(3)));
    }

    private int Logged(int result)
    {
        Sys.Log.Warning("careful");
        return result;
    }
}
