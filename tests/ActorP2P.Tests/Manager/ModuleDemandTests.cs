using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Tests.Manager;

/// <summary>Modules that acknowledge what they consume: what they hold, what waits, and who feels it.</summary>
public sealed class ModuleDemandTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void A_module_holds_no_more_than_it_asked_for_and_gets_the_rest_in_order_as_it_consumes()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "vote", 2);
        for (byte i = 0; i < 5; i++)
        {
            Send(pair, "vote", [i]);
        }

        AwaitCount(pair, "slot.waited", 3);
        Assert.Equal(0, module.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        Assert.Equal(1, module.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        Assert.False(module.HasMessages);
        for (byte i = 2; i < 5; i++)
        {
            Consume(pair, "vote", module);
            Assert.Equal(i, module.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        }
    }

    [Fact]
    public void A_confirmed_unicast_is_sent_when_the_module_consumed_it_and_other_lanes_do_not_wait_for_that()
    {
        var pair = new LogicalPair(this);
        var slow = Module(pair, "slow", 1);
        pair.Right.Module("quick");
        var sender = CreateTestProbe();
        pair.Left.Ask<Registered>(sender, new NamespaceRouter.Register(Ns, "quick", sender.Ref, Lane.Consensus));
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "slow", Bytes("1"), Confirm: true), sender.Ref);
        slow.ExpectMsg<Delivery>(Soon);
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "quick", Bytes("2"), Confirm: true), sender.Ref);
        Assert.Equal("quick", sender.ExpectMsg<Sent>(Soon).Type);
        Consume(pair, "slow", slow);
        Assert.Equal("slow", sender.ExpectMsg<Sent>(Soon).Type);
    }

    [Fact]
    public void A_module_of_the_same_lane_goes_on_getting_messages_while_another_one_is_slow()
    {
        var pair = new LogicalPair(this);
        Module(pair, "slow", 1);
        var quick = pair.Right.Module("quick");
        for (byte i = 0; i < 10; i++)
        {
            Send(pair, "slow", new byte[1000]);
            Send(pair, "quick", [i]);
        }

        for (byte i = 0; i < 10; i++)
        {
            Assert.Equal(i, quick.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        }
    }

    [Fact]
    public void A_slow_module_holds_back_its_sender_and_bounds_memory_and_loses_nothing()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("channel.queue-bytes = 256 KiB, channel.max-message-bytes = 256 KiB, channel.window-bytes = 256 KiB"));
        const int Messages = 200;
        const int Bytes = 20_000;
        var module = Module(pair, "vote", 1);
        pair.Right.Module("quick");
        var (sender, other) = (CreateTestProbe(), CreateTestProbe());
        pair.Left.Ask<Registered>(other, new NamespaceRouter.Register(Ns, "quick", other.Ref, Lane.Consensus));
        for (var i = 0; i < Messages; i++)
        {
            pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Numbered(i, Bytes)), sender.Ref);
        }

        // Behind them all at the peer, and on a lane that nothing holds back: when it is there, all were taken or refused.
        pair.Left.Ask<Sent>(other, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "quick", default, Confirm: true));
        var taken = Messages - (int)pair.Left.Counters.Value("peer.refused.busy");
        Assert.InRange(taken, 1, Messages - 1);
        Assert.Equal(SendFailure.Busy, sender.ExpectMsg<SendRefused>(Soon).Reason);
        AwaitCondition(() => pair.Right.Counters.Value("slot.waited") > 0, Soon);
        Assert.InRange(pair.Right.Counters.Value("slot.waited"), 1, 256 * 1024 / Bytes);
        var last = -1;
        for (var i = 0; i < taken; i++)
        {
            var number = BitConverter.ToInt32(module.ExpectMsg<Delivery>(Soon).Payload.Span);
            Assert.True(number > last);
            last = number;
            Consume(pair, "vote", module);
        }

        Assert.Equal(Lane.Request, sender.FishForMessage<Ready>(_ => true, Soon).Lane);
    }

    [Fact]
    public void A_module_that_never_acknowledges_is_reported()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.slow-after = 100ms"));
        Module(pair, "vote", 1);
        var observer = pair.Right.Observer();
        Send(pair, "vote", [1]);
        Send(pair, "vote", [2]);
        Send(pair, "vote", [3]);
        var slow = observer.FishForMessage<SlowModule>(_ => true, Soon);
        Assert.Equal("vote", slow.Type);
        Assert.InRange(slow.WaitingMessages, 1, 2);
        Assert.True(slow.WaitingBytes > 0);
        Assert.Equal(1, pair.Right.Counters.Value("slot.slow-module"));
    }

    [Fact]
    public void A_dead_modules_messages_fail_at_their_senders_and_its_successor_starts_with_a_whole_window()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "vote", 1);
        var sender = CreateTestProbe();
        for (var i = 0; i < 3; i++)
        {
            pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("x"), CorrelationId: i), sender.Ref);
        }

        AwaitCount(pair, "slot.waited", 2);
        Sys.Stop(module.Ref);
        var failed = Enumerable.Range(0, 3).Select(_ => sender.ExpectMsg<SendFailed>(Soon)).ToDictionary(message => (int)message.CorrelationId!, message => message.Reason);
        Assert.Equal([SendFailure.DeliveryUnknown, SendFailure.ModuleDead, SendFailure.ModuleDead], [failed[0], failed[1], failed[2]]);
        var successor = Module(pair, "vote", 1);
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("y"), Confirm: true), sender.Ref);
        Assert.Equal("y", Text(successor.ExpectMsg<Delivery>(Soon).Payload));
        Consume(pair, "vote", module);
        AwaitCount(pair, "slot.refused.consumed-by-other", 1);
        Consume(pair, "vote", successor);
        sender.ExpectMsg<Sent>(Soon);
    }

    [Fact]
    public void An_unregistered_modules_messages_fail_at_their_senders()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "vote", 1);
        var sender = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("1"), CorrelationId: 1), sender.Ref);
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("2"), CorrelationId: 2), sender.Ref);
        AwaitCount(pair, "slot.waited", 1);
        pair.Right.Router.Tell(new NamespaceRouter.Unregister(Ns, "vote"), ActorRefs.NoSender);
        var failed = Enumerable.Range(0, 2).Select(_ => sender.ExpectMsg<SendFailed>(Soon)).ToDictionary(message => (int)message.CorrelationId!, message => message.Reason);
        Assert.Equal([SendFailure.DeliveryUnknown, SendFailure.UnknownType], [failed[1], failed[2]]);
        Assert.Equal("1", Text(module.ExpectMsg<Delivery>(Soon).Payload));
    }

    [Fact]
    public void What_finds_no_room_to_wait_fails_as_busy_and_publications_are_dropped_and_told()
    {
        var pair = new LogicalPair(this, TestMembers.Settings(
            "modules.waiting-bytes = 64 KiB, channel.max-message-bytes = 32 KiB, dissemination.retention-bytes = 1 MiB"));
        var module = Module(pair, "vote", 1);
        var observer = pair.Right.Observer();
        var sender = CreateTestProbe();
        Send(pair, "vote", [0]);
        Send(pair, "vote", new byte[31_000]);
        AwaitCount(pair, "slot.waited", 1);
        Assert.Equal(SendFailure.Busy, pair.Left.Ask<SendFailed>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", new byte[31_000])).Reason);
        pair.Left.Ask<Published>(sender, new NamespaceRouter.Broadcast(Ns, "vote", new byte[30_000]));
        Assert.Equal("module-busy", observer.FishForMessage<MessageDropped>(_ => true, Soon).Reason);
        Assert.Equal(1, pair.Right.Counters.Value("slot.refused.module-busy"));
        Assert.Equal(1, pair.Right.Counters.Value("slot.dropped.module-busy"));
        module.ExpectMsg<Delivery>(Soon);
        Consume(pair, "vote", module);
        Assert.Equal(1, module.ExpectMsg<DeliveriesDropped>(Soon).Count);
        Assert.Equal(31_000, module.ExpectMsg<Delivery>(Soon).Payload.Length);
    }

    [Fact]
    public void One_slow_type_leaves_room_for_another()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.waiting-bytes = 64 KiB, channel.max-message-bytes = 32 KiB, dissemination.retention-bytes = 1 MiB"));
        Module(pair, "hog", 1);
        var other = Module(pair, "other", 1);
        var sender = CreateTestProbe();
        Send(pair, "hog", [0]);
        Send(pair, "hog", new byte[31_000]);
        Assert.Equal(SendFailure.Busy, pair.Left.Ask<SendFailed>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "hog", new byte[31_000])).Reason);
        Send(pair, "other", [0]);
        Send(pair, "other", new byte[31_000]);
        other.ExpectMsg<Delivery>(Soon);
        Consume(pair, "other", other);
        Assert.Equal(31_000, other.ExpectMsg<Delivery>(Soon).Payload.Length);
    }

    [Fact]
    public void A_request_that_waited_past_its_deadline_is_not_handed_over()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "ask", 1);
        var asker = CreateTestProbe();
        Send(pair, "ask", Bytes("first"));
        module.ExpectMsg<Delivery>(Soon);
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", Bytes("late"), TimeSpan.FromSeconds(5)), asker.Ref);
        AwaitCount(pair, "slot.waited", 1);
        var deadline = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5);
        Assert.Equal(SendFailure.TimedOut, asker.ExpectMsg<RequestFailed>(Soon).Reason);
        Send(pair, "ask", Bytes("next"));
        AwaitCount(pair, "slot.waited", 2);
        AwaitCondition(() => DateTimeOffset.UtcNow > deadline, Soon);
        Consume(pair, "ask", module);
        Assert.Equal("next", Text(module.ExpectMsg<Delivery>(Soon).Payload));
        Assert.Equal(1, pair.Right.Counters.Value("slot.refused.past-deadline"));
    }

    [Fact]
    public void A_request_is_answered_through_its_sender_and_acknowledged_apart_from_that()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "ask", 1);
        var asker = CreateTestProbe();
        for (var i = 0; i < 2; i++)
        {
            pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, TimeSpan.FromSeconds(60), i), asker.Ref);
        }

        module.ExpectMsg<Delivery>(Soon);
        module.LastSender.Tell(Bytes("first"), module.Ref);
        Assert.Equal("first", Text(asker.ExpectMsg<Reply>(Soon).Payload));
        AwaitCount(pair, "slot.waited", 1);
        Assert.False(module.HasMessages);
        Consume(pair, "ask", module);
        module.ExpectMsg<Delivery>(Soon);
        module.LastSender.Tell(Bytes("second"), module.Ref);
        Assert.Equal("second", Text(asker.ExpectMsg<Reply>(Soon).Payload));
    }

    [Fact]
    public void What_waits_survives_a_restart_of_the_slot()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "vote", 1);
        Send(pair, "vote", [1]);
        Send(pair, "vote", [2]);
        AwaitCount(pair, "slot.waited", 1);
        pair.Right.TellInside("slot", new NamespaceSlot.DeliverPublications(null!));
        Assert.Equal(1, module.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        Consume(pair, "vote", module);
        Assert.Equal(2, module.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        Assert.Equal(0, pair.Right.Counters.Value("namespace.restarted"));
    }

    [Fact]
    public void Acknowledging_more_than_was_handed_over_is_counted_and_gives_no_credit()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "vote", 1);
        pair.Right.Router.Tell(new NamespaceRouter.Consumed(Ns, "vote", module.Ref, int.MaxValue), module.Ref);
        AwaitCount(pair, "slot.refused.consumed-in-excess", int.MaxValue);
        Send(pair, "vote", [1]);
        Send(pair, "vote", [2]);
        AwaitCount(pair, "slot.waited", 1);
        module.ExpectMsg<Delivery>(Soon);
        Assert.False(module.HasMessages);
    }

    [Fact]
    public void Only_the_registered_module_acknowledges_and_only_if_it_said_that_it_would()
    {
        var pair = new LogicalPair(this);
        var module = Module(pair, "vote", 1);
        var plain = pair.Right.Module("plain");
        pair.Right.Router.Tell(new NamespaceRouter.Consumed(Ns, "vote", plain.Ref), plain.Ref);
        pair.Right.Router.Tell(new NamespaceRouter.Consumed(Ns, "plain", plain.Ref), plain.Ref);
        pair.Right.Router.Tell(new NamespaceRouter.Consumed(Ns, "nobody", module.Ref), module.Ref);
        AwaitCount(pair, "slot.refused.consumed-by-other", 3);
        pair.Right.Router.Tell(new NamespaceRouter.Consumed(Ns, "vote", module.Ref, 0), module.Ref);
        AwaitCount(pair, "namespace.refused.invalid", 1);
    }

    [Fact]
    public void A_registrations_demand_changes_only_by_unregistering()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var module = node.Module("vote");
        var refused = node.Ask<RegisterRefused>(module, new NamespaceRouter.Register(Ns, "vote", module.Ref, Demand: new Demand(1)));
        Assert.Contains("unregistering", refused.Reason, StringComparison.Ordinal);
        node.Ask<Unregistered>(module, new NamespaceRouter.Unregister(Ns, "vote"));
        node.Ask<Registered>(module, new NamespaceRouter.Register(Ns, "vote", module.Ref, Demand: new Demand(1)));
        node.Ask<Registered>(module, new NamespaceRouter.Register(Ns, "vote", module.Ref, Lane.Bulk, new Demand(1)));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(1, 0L)]
    public void A_demand_of_nothing_is_invalid(int messages, long? bytes)
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var module = CreateTestProbe();
        Assert.Equal("Invalid", node.Ask<RegisterRefused>(module, new NamespaceRouter.Register(Ns, "vote", module.Ref, Demand: new Demand(messages, bytes))).Reason);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Numbered(int number, int bytes) => [.. BitConverter.GetBytes(number), .. new byte[bytes - sizeof(int)]];

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static void Send(LogicalPair pair, string type, byte[] payload) =>
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, type, payload), ActorRefs.NoSender);

    private static void Consume(LogicalPair pair, string type, TestProbe module) =>
        pair.Right.Router.Tell(new NamespaceRouter.Consumed(Ns, type, module.Ref), module.Ref);

    private void AwaitCount(LogicalPair pair, string counter, long count) =>
        AwaitAssert(() => Assert.Equal(count, pair.Right.Counters.Value(counter)), Soon);

    private TestProbe Module(LogicalPair pair, string type, int window)
    {
        var module = CreateTestProbe();
        pair.Right.Ask<Registered>(module, new NamespaceRouter.Register(Ns, type, module.Ref, Demand: new Demand(window)));
        return module;
    }
}
