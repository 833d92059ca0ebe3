using System.Text;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Manager;

/// <summary>The flows between two logical nodes, over real channels and keys: what arrives, and what is told when it does not.</summary>
public sealed class MessageFlowTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void A_unicast_reaches_the_module_of_its_type_with_its_proven_origin()
    {
        var pair = new LogicalPair(this);
        var receiver = pair.Right.Module("vote");
        var sender = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes")), sender.Ref);
        var delivery = receiver.ExpectMsg<Delivery>(Soon);
        Assert.Equal((Ns, pair.Left.Id, "vote", "yes"), (delivery.Namespace, delivery.Origin, delivery.Type, Text(delivery.Payload)));
        Assert.Null(delivery.Topic);
        Assert.Null(delivery.MessageId);
        sender.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_confirmed_unicast_is_sent_when_the_far_slot_took_it()
    {
        var pair = new LogicalPair(this);
        pair.Right.Module("vote");
        var sent = pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true, CorrelationId: 9));
        Assert.Equal((pair.Right.Id, "vote", 9), (sent.To, sent.Type, sent.CorrelationId));
    }

    [Fact]
    public void A_thousand_unicasts_keep_their_order()
    {
        var pair = new LogicalPair(this);
        var receiver = pair.Right.Module("vote");
        for (var i = 0; i < 1000; i++)
        {
            pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", BitConverter.GetBytes(i)), ActorRefs.NoSender);
        }

        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(i, BitConverter.ToInt32(receiver.ExpectMsg<Delivery>(Soon).Payload.Span));
        }
    }

    [Fact]
    public void A_message_larger_than_a_record_arrives_whole()
    {
        var pair = new LogicalPair(this);
        var receiver = pair.Right.Module("block");
        var payload = new byte[3_000_000];
        Random.Shared.NextBytes(payload);
        pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "block", payload, Confirm: true));
        Assert.True(receiver.ExpectMsg<Delivery>(Soon).Payload.Span.SequenceEqual(payload));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3_000_000)]
    public void A_head_and_its_payload_arrive_as_one_payload(int payloadBytes)
    {
        var pair = new LogicalPair(this);
        var receiver = pair.Right.Module("block");
        var payload = new byte[payloadBytes];
        Random.Shared.NextBytes(payload);
        pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "block", payload, Confirm: true) { Head = Bytes("head") });
        Assert.Equal([.. Bytes("head"), .. payload], receiver.ExpectMsg<Delivery>(Soon).Payload.ToArray());
    }

    [Fact]
    public void An_unknown_type_is_refused_at_the_sender()
    {
        var pair = new LogicalPair(this);
        var failed = pair.Left.Ask<SendFailed>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "nobody", Bytes("?"), CorrelationId: "c"));
        Assert.Equal((SendFailure.UnknownType, (object)"c"), (failed.Reason, failed.CorrelationId));
        Assert.Equal(1, pair.Right.Counters.Value("slot.refused.unknown-type"));
    }

    [Fact]
    public void A_dead_module_is_told_to_the_sender_and_another_may_take_its_place()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("vote");
        Sys.Stop(module.Ref);
        AwaitAssert(() => Assert.Equal(1, pair.Right.Counters.Value("slot.module-died")), Soon);
        var sender = CreateTestProbe();
        Assert.Equal(SendFailure.ModuleDead, pair.Left.Ask<SendFailed>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"))).Reason);
        Assert.Equal(
            SendFailure.ModuleDead,
            pair.Left.Ask<RequestFailed>(sender, new NamespaceRouter.Request(Ns, pair.Right.Id, "vote", Bytes("?"), Soon)).Reason);
        pair.Right.Module("vote");
        pair.Left.Ask<Sent>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true));
    }

    [Fact]
    public void A_request_is_answered_by_what_the_module_tells_its_sender()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", Bytes("height?"), Soon, 3), asker.Ref);
        Assert.Equal("height?", Text(module.ExpectMsg<Delivery>(Soon).Payload));
        module.LastSender.Tell(Bytes("42"), module.Ref);
        var reply = asker.ExpectMsg<Reply>(Soon);
        Assert.Equal((pair.Right.Id, "42", 3), (reply.From, Text(reply.Payload), reply.CorrelationId));
    }

    [Fact]
    public void A_request_that_nobody_answers_ends_in_time_though_the_wall_clock_is_set_back()
    {
        var clock = new ManualClock();
        var pair = new LogicalPair(this, time: clock);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, TimeSpan.FromSeconds(2)), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        clock.SetBack(TimeSpan.FromDays(3));
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(SendFailure.TimedOut, asker.ExpectMsg<RequestFailed>(Soon).Reason);
    }

    [Fact]
    public void A_request_goes_on_though_the_wall_clock_is_set_ahead()
    {
        var clock = new ManualClock();
        var pair = new LogicalPair(this, time: clock);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, Soon), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        clock.SetBack(TimeSpan.FromDays(-3));
        module.LastSender.Tell(Bytes("42"), module.Ref);
        Assert.Equal("42", Text(asker.ExpectMsg<Reply>(Soon).Payload));
    }

    [Fact]
    public void Memory_is_as_good_a_reply_as_an_array_and_only_the_first_counts()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, Soon), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        module.LastSender.Tell((ReadOnlyMemory<byte>)Bytes("first"), module.Ref);
        module.LastSender.Tell(Bytes("second"), module.Ref);
        Assert.Equal("first", Text(asker.ExpectMsg<Reply>(Soon).Payload));
        AwaitAssert(() => Assert.Equal(1, pair.Right.Counters.Value("reply.dropped.second")), Soon);
        asker.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_module_that_answers_with_a_failure_or_with_no_bytes_fails_the_request(bool withFailure)
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, Soon), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        module.LastSender.Tell(withFailure ? new Status.Failure(new InvalidOperationException("no")) : 42, module.Ref);
        Assert.Equal(SendFailure.RemoteFailure, asker.ExpectMsg<RequestFailed>(Soon).Reason);
    }

    [Fact]
    public void A_request_without_a_reply_fails_at_its_deadline_and_the_late_reply_is_counted()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, TimeSpan.FromSeconds(2)), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        Assert.Equal(SendFailure.TimedOut, asker.ExpectMsg<RequestFailed>(Soon).Reason);
        module.LastSender.Tell(Bytes("late"), module.Ref);
        AwaitAssert(
            () => Assert.Equal(1, pair.Right.Counters.Value("reply.dropped.past-deadline") + pair.Left.Counters.Value("channel.dropped.late-reply")),
            Soon);
        asker.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_request_larger_than_a_record_gets_a_reply_larger_than_a_record()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", new byte[200_000], Soon), asker.Ref);
        Assert.Equal(200_000, module.ExpectMsg<Delivery>(Soon).Payload.Length);
        module.LastSender.Tell(new byte[500_000], module.Ref);
        Assert.Equal(500_000, asker.ExpectMsg<Reply>(Soon).Payload.Length);
    }

    [Fact]
    public void Pending_requests_fail_at_once_when_the_session_is_lost()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var asker = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, TimeSpan.FromMinutes(4)), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        pair.Down();
        Assert.Equal(SendFailure.PeerDown, asker.ExpectMsg<RequestFailed>(Soon).Reason);
    }

    [Fact]
    public void What_was_sent_and_not_acknowledged_is_told_as_unknown()
    {
        var pair = new LogicalPair(this);
        pair.Right.Module("vote");
        var sender = CreateTestProbe();

        // The far side's peer is gone, so nothing is acknowledged, and the near side does not know it yet.
        Sys.Stop(pair.RightPeer);
        ExpectTerminatedOf(pair.RightPeer);
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true), sender.Ref);

        // Its answer comes after the message has been handed to the peer, and so does the end of the session.
        pair.Left.Ask<PeersSnapshot>(CreateTestProbe(), new NamespaceRouter.GetPeers(Ns));
        pair.Down();
        Assert.Equal(SendFailure.DeliveryUnknown, sender.ExpectMsg<SendFailed>(Soon).Reason);
    }

    [Fact]
    public void Nobody_known_nobody_linked_and_oneself_are_told_apart()
    {
        var pair = new LogicalPair(this);
        var sender = CreateTestProbe();
        Assert.Equal(SendFailure.UnknownNode, Reason(Protocol.Identity.NodeId.FromPoint(new byte[64])));
        Assert.Equal(SendFailure.PeerDown, Reason(TestMembers.Identity(3).Id));
        Assert.Equal(SendFailure.ToSelf, Reason(pair.Left.Id));
        AwaitAssert(() => Assert.Single(pair.Left.Ask<PeersSnapshot>(sender, new NamespaceRouter.GetPeers(Ns)).Peers), Soon);

        SendFailure Reason(Protocol.Identity.NodeId to) => pair.Left.Ask<SendFailed>(sender, new NamespaceRouter.Unicast(Ns, to, "vote", default)).Reason;
    }

    [Fact]
    public void A_fresh_session_carries_messages_again()
    {
        var pair = new LogicalPair(this);
        pair.Right.Module("vote");
        var sender = CreateTestProbe();
        for (var i = 0; i < 3; i++)
        {
            pair.Left.Ask<Sent>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true));
            pair.Down();
            pair.Up();
        }

        pair.Left.Ask<Sent>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true));
    }

    [Fact]
    public void A_broadcast_reaches_the_other_node_once_and_not_its_own_modules()
    {
        var pair = new LogicalPair(this);
        var here = pair.Left.Module("block");
        var there = pair.Right.Module("block");
        var published = pair.Left.Ask<Published>(CreateTestProbe(), new NamespaceRouter.Broadcast(Ns, "block", Bytes("b1"), 5));
        Assert.Equal((pair.Left.Id, 5), (published.MessageId.Origin, published.CorrelationId));
        var delivery = there.ExpectMsg<Delivery>(Soon);
        Assert.Equal((published.MessageId, "b1", pair.Left.Id), (delivery.MessageId!.Value, Text(delivery.Payload), delivery.Origin));
        there.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
        here.ExpectNoMsg(TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void A_multicast_reaches_who_follows_its_topic_and_nobody_else()
    {
        var pair = new LogicalPair(this);
        var there = pair.Right.Module("block");
        var sender = CreateTestProbe();
        pair.Right.Ask<Subscribed>(there, new NamespaceRouter.Subscribe(Ns, "blocks"));
        AwaitAssert(
            () => Assert.Contains("blocks", pair.Left.Ask<TopicsSnapshot>(sender, new NamespaceRouter.GetTopics(Ns)).Subscribers.Keys),
            Soon);
        pair.Left.Ask<Published>(sender, new NamespaceRouter.Multicast(Ns, "other", "block", Bytes("not for you")));
        pair.Left.Ask<Published>(sender, new NamespaceRouter.Multicast(Ns, "blocks", "block", Bytes("b1")));
        var delivery = there.ExpectMsg<Delivery>(Soon);
        Assert.Equal(("blocks", "b1"), (delivery.Topic, Text(delivery.Payload)));
        pair.Right.Ask<Unsubscribed>(there, new NamespaceRouter.Unsubscribe(Ns, "blocks"));
        AwaitAssert(
            () => Assert.DoesNotContain("blocks", pair.Left.Ask<TopicsSnapshot>(sender, new NamespaceRouter.GetTopics(Ns)).Subscribers.Keys),
            Soon);
        pair.Left.Ask<Published>(sender, new NamespaceRouter.Multicast(Ns, "blocks", "block", Bytes("b2")));
        there.ExpectNoMsg(TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public void A_broadcast_that_no_module_takes_is_counted_and_published_as_an_event()
    {
        var pair = new LogicalPair(this);
        var observer = pair.Right.Observer();
        pair.Left.Ask<Published>(CreateTestProbe(), new NamespaceRouter.Broadcast(Ns, "nobody", Bytes("?")));
        Assert.Equal("unknown-type", observer.FishForMessage<MessageDropped>(_ => true, Soon).Reason);
        Assert.Equal(1, pair.Right.Counters.Value("slot.dropped.unknown-type"));
    }

    [Fact]
    public void A_status_entry_set_here_is_seen_there_and_can_be_removed()
    {
        var pair = new LogicalPair(this);
        var observer = pair.Right.Observer();
        var module = CreateTestProbe();
        var first = pair.Left.Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", Bytes("7"))).Seq;
        Assert.Equal("7", Text(observer.FishForMessage<StatusChanged>(changed => changed.Node == pair.Left.Id, Soon).Value));
        Assert.Equal("7", Text(pair.Right.Ask<StatusSnapshot>(module, new NamespaceRouter.GetStatus(Ns, pair.Left.Id)).Entries["height"]));
        var second = pair.Left.Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", default)).Seq;
        Assert.True(second > first);
        Assert.True(observer.FishForMessage<StatusChanged>(changed => changed.Node == pair.Left.Id, Soon).Value.IsEmpty);
        Assert.Empty(pair.Right.Ask<StatusSnapshot>(module, new NamespaceRouter.GetStatus(Ns, pair.Left.Id)).Entries);
    }

    [Fact]
    public void Protocols_of_registered_modules_are_advertised_to_the_namespace()
    {
        var pair = new LogicalPair(this);
        var module = CreateTestProbe();
        pair.Left.Ask<Registered>(module, new NamespaceRouter.Register(Ns, "vote", module.Ref, Lane.Consensus, Protocol: new Protocol.Settings.ProtocolRange("pbft", 1, 3)));
        AwaitAssert(
            () => Assert.Equal(
                new Protocol.Settings.ProtocolRange("pbft", 1, 3),
                Assert.Single(Assert.Single(pair.Right.Ask<PeersSnapshot>(module, new NamespaceRouter.GetPeers(Ns)).Peers).Protocols)),
            Soon);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private void ExpectTerminatedOf(IActorRef actor)
    {
        Watch(actor);
        ExpectTerminated(actor, Soon);
    }
}
