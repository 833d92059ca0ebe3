using System.Text;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Manager;

/// <summary>What each failure costs, and what it does not. Every child is made to throw by a message that no colleague sends.</summary>
public sealed class SupervisionTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    public static TheoryData<string> PartsThatEndTheIncarnation => ["events", "multicast", "statesync"];

    [Fact]
    public void A_failed_peer_is_stopped_and_its_session_renewed()
    {
        var pair = new LogicalPair(this);
        pair.Right.Module("vote");
        var observer = pair.Left.Observer();
        var failed = pair.LeftPeer;
        Watch(failed);
        failed.Tell(new Peer.RecordsReceived(null!));
        ExpectTerminated(failed, Soon);
        Assert.Equal(pair.Right.Id, observer.FishForMessage<PeerDown>(_ => true, Soon).Node);
        Assert.Equal(Ns, pair.LeftReports.FishForMessage<Link.RenewSession>(_ => true, Soon).Namespace);
        pair.Up();
        pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true));
        Assert.Equal(1, pair.Left.Counters.Value("peer.failed"));
        Assert.Equal(0, pair.Left.Counters.Value("namespace.restarted"));
    }

    [Fact]
    public void A_peer_that_fails_for_ever_costs_its_link_and_no_more()
    {
        var pair = new LogicalPair(this);
        for (var failure = 0; failure < pair.Left.Environment.Settings.Supervision.MaxPeerFailures; failure++)
        {
            pair.LeftPeer.Tell(new Peer.RecordsReceived(null!));
            pair.LeftReports.FishForMessage<Link.RenewSession>(_ => true, Soon);
            pair.Up();
        }

        pair.LeftPeer.Tell(new Peer.RecordsReceived(null!));
        Assert.Equal("peer-failed", pair.LeftReports.FishForMessage<Link.CloseLink>(_ => true, Soon).Reason);
        Assert.Equal(0, pair.Left.Counters.Value("namespace.restarted"));
    }

    [Fact]
    public void Everything_pending_at_a_failed_peer_gets_its_outcome()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("ask");
        var sender = CreateTestProbe();
        pair.Left.Router.Tell(new NamespaceRouter.Request(Ns, pair.Right.Id, "ask", default, TimeSpan.FromMinutes(4)), sender.Ref);
        module.ExpectMsg<Delivery>(Soon);
        pair.LeftPeer.Tell(new Peer.RecordsReceived(null!));
        Assert.Equal(SendFailure.PeerDown, sender.ExpectMsg<RequestFailed>(Soon).Reason);
    }

    [Fact]
    public void What_waits_in_the_mailbox_of_a_failed_peer_is_answered_as_peer_down()
    {
        var pair = new LogicalPair(this);
        var sender = CreateTestProbe();
        Watch(pair.LeftPeer);
        Sys.Stop(pair.LeftPeer);
        ExpectTerminated(pair.LeftPeer, Soon);
        pair.LeftPeer.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", default, CorrelationId: 4), sender.Ref);
        var failed = sender.ExpectMsg<SendFailed>(Soon);
        Assert.Equal((SendFailure.PeerDown, (object)4), (failed.Reason, failed.CorrelationId));
    }

    [Fact]
    public void A_failed_slot_restarts_alone_with_its_registrations()
    {
        var pair = new LogicalPair(this);
        var module = pair.Right.Module("vote");
        pair.Right.TellInside("slot", new NamespaceSlot.DeliverPublications(null!));
        pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true));
        module.ExpectMsg<Delivery>(Soon);
        Assert.Equal(0, pair.Right.Counters.Value("namespace.restarted"));
        Sys.Stop(module.Ref);
        AwaitAssert(() => Assert.Equal(1, pair.Right.Counters.Value("slot.module-died")), Soon);
    }

    [Fact]
    public void The_batch_that_a_slot_failed_on_fails_at_its_sender()
    {
        var pair = new LogicalPair(this);
        pair.Right.TellInside("slot", new Peer.Batch(pair.RightPeer, null!, long.MaxValue, new Unreadable()));
        pair.Right.Module("vote");
        pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", Bytes("yes"), Confirm: true));
    }

    [Fact]
    public void A_failed_node_restarts_alone_with_its_topics_and_status()
    {
        var pair = new LogicalPair(this);
        var module = CreateTestProbe();
        pair.Left.Ask<Subscribed>(module, new NamespaceRouter.Subscribe(Ns, "blocks"));
        pair.Left.TellInside("node", new Node.UseProtocols(null!));
        pair.Left.Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", Bytes("8")));
        AwaitAssert(
            () =>
            {
                Assert.Contains("blocks", pair.Right.Ask<TopicsSnapshot>(module, new NamespaceRouter.GetTopics(Ns)).Subscribers.Keys);
                Assert.Contains("height", pair.Right.Ask<StatusSnapshot>(module, new NamespaceRouter.GetStatus(Ns, pair.Left.Id)).Entries.Keys);
            },
            Soon);
        Assert.Equal(0, pair.Left.Counters.Value("namespace.restarted"));
    }

    [Theory]
    [MemberData(nameof(PartsThatEndTheIncarnation))]
    public void A_failed_part_with_a_sequence_restarts_its_namespace_alone(string part)
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings(namespaces: "namespaces { ledger {}, side {} }"));
        var ledger = node.GrantSlot("ledger");
        node.GrantSlot("side");
        var sideObserver = node.Observer("side");
        var module = node.Module("vote");
        var before = node.Ask<Published>(module, new NamespaceRouter.Broadcast(Ns, "block", Bytes("b"))).MessageId;
        node.TellInside(part, Poison(part));
        Assert.Equal(ledger, node.GrantSlot("ledger"));
        var after = node.Ask<Published>(module, new NamespaceRouter.Broadcast(Ns, "block", Bytes("b"))).MessageId;
        Assert.True(after.Seq - before.Seq >= 1UL << 39, $"{before} and {after} must lie in different incarnations.");
        Assert.Equal(1, node.Counters.Value("namespace.restarted"));
        node.Hypernet.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        sideObserver.ExpectNoMsg(TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void A_restarted_namespace_keeps_what_its_modules_asked_for()
    {
        var pair = new LogicalPair(this);
        var module = pair.Left.Module("vote");
        pair.Left.Ask<Subscribed>(module, new NamespaceRouter.Subscribe(Ns, "blocks"));
        pair.Left.Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", Bytes("8")));
        var observer = pair.Left.Observer();
        pair.Left.TellInside("multicast", Poison("multicast"));
        var snapshot = observer.FishForMessage<ObserveSnapshot>(_ => true, Soon);
        Assert.Empty(snapshot.Peers.Peers);
        pair.Left.GrantSlot();
        pair.TellView();
        pair.Up();
        pair.Right.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Left.Id, "vote", Bytes("yes"), Confirm: true));
        module.ExpectMsg<Delivery>(Soon);
        pair.Right.Ask<Published>(CreateTestProbe(), new NamespaceRouter.Multicast(Ns, "blocks", "vote", Bytes("block")));
        Assert.Equal("blocks", module.ExpectMsg<Delivery>(Soon).Topic);
        AwaitAssert(
            () => Assert.Contains("height", pair.Right.Ask<StatusSnapshot>(CreateTestProbe(), new NamespaceRouter.GetStatus(Ns, pair.Left.Id)).Entries.Keys),
            Soon);
        Assert.True(observer.FishForMessage<PeerUp>(_ => true, Soon).Number > snapshot.AsOf);
    }

    [Fact]
    public void A_broadcast_after_a_restart_is_no_duplicate_at_the_others()
    {
        var pair = new LogicalPair(this);
        var there = pair.Right.Module("block");
        var sender = CreateTestProbe();
        for (var incarnation = 0; incarnation < 3; incarnation++)
        {
            pair.Left.Ask<Published>(sender, new NamespaceRouter.Broadcast(Ns, "block", Bytes($"b{incarnation}")));
            Assert.Equal($"b{incarnation}", Encoding.UTF8.GetString(there.ExpectMsg<Delivery>(Soon).Payload.Span));
            pair.Left.TellInside("multicast", Poison("multicast"));
            pair.Left.GrantSlot();
            pair.TellView();
            pair.Up();
        }
    }

    [Fact]
    public void A_restarted_namespace_delivers_to_its_modules_nothing_that_they_had()
    {
        var pair = new LogicalPair(this);
        var here = pair.Right.Module("block");
        var sender = CreateTestProbe();
        pair.Left.Ask<Published>(sender, new NamespaceRouter.Broadcast(Ns, "block", Bytes("before")));
        here.ExpectMsg<Delivery>(Soon);
        pair.Right.TellInside("multicast", Poison("multicast"));
        pair.Right.GrantSlot();
        pair.TellView();
        pair.Up();
        pair.Left.Ask<Published>(sender, new NamespaceRouter.Broadcast(Ns, "block", Bytes("after")));
        Assert.Equal("after", Encoding.UTF8.GetString(here.ExpectMsg<Delivery>(Soon).Payload.Span));
        here.ExpectNoMsg(TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public void A_namespace_that_fails_for_ever_is_closed_and_its_modules_are_told()
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings(namespaces: "namespaces { ledger {}, side {} }"));
        node.GrantSlot("ledger");
        node.GrantSlot("side");
        var module = node.Module("vote");
        var observer = node.Observer();
        for (var restart = 0; restart < node.Environment.Settings.Supervision.MaxNamespaceRestarts; restart++)
        {
            node.TellInside("multicast", Poison("multicast"));
            node.GrantSlot("ledger");
        }

        node.TellInside("multicast", Poison("multicast"));
        Assert.Equal(Ns, module.FishForMessage<Closed>(_ => true, Soon).Namespace);
        Assert.Equal(Ns, observer.FishForMessage<Closed>(_ => true, Soon).Namespace);
        Assert.Equal(SendFailure.UnknownNamespace, node.Ask<SendFailed>(module, new NamespaceRouter.Broadcast(Ns, "block", default)).Reason);
        node.Module("vote", "side");
        Assert.Equal(1, node.Counters.Value("namespace.gave-up"));
        node.Router.Tell(new NamespaceRouter.Open(Ns), module.Ref);
        node.GrantSlot("ledger");
        module.ExpectMsg<Opened>(Soon);
    }

    [Fact]
    public void A_slot_that_fails_for_ever_ends_the_incarnation()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        for (var failure = 0; failure <= node.Environment.Settings.Supervision.MaxNamespaceRestarts; failure++)
        {
            node.TellInside("slot", new NamespaceSlot.DeliverPublications(null!));
        }

        node.GrantSlot();
        Assert.Equal(1, node.Counters.Value("namespace.restarted"));
    }

    [Fact]
    public void A_failed_manager_opens_again_what_was_open()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var module = CreateTestProbe();
        node.Router.Tell(new NamespaceRouter.Open("side"), module.Ref);
        node.GrantSlot("side");
        module.ExpectMsg<Opened>(Soon);
        node.Module("vote", "side");
        node.Manager.Tell(new P2PManager.RouterStarted(null!));
        node.GrantSlot("ledger");
        node.GrantSlot("side");
        AwaitAssert(
            () => Assert.Contains("another module", node.Ask<RegisterRefused>(module, new NamespaceRouter.Register("side", "vote", TestActor)).Reason, StringComparison.Ordinal),
            Soon);
    }

    [Fact]
    public void A_module_that_throws_costs_no_session_and_no_other_message()
    {
        var pair = new LogicalPair(this);
        var thrower = Sys.ActorOf(Props.Create(() => new Thrower()));
        pair.Right.Ask<Registered>(CreateTestProbe(), new NamespaceRouter.Register(Ns, "bad", thrower));
        var good = pair.Right.Module("good");
        var sender = CreateTestProbe();
        for (var i = 0; i < 10; i++)
        {
            pair.Left.Ask<Sent>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "bad", Bytes("x"), Confirm: true));
            pair.Left.Ask<Sent>(sender, new NamespaceRouter.Unicast(Ns, pair.Right.Id, "good", Bytes("y"), Confirm: true));
            good.ExpectMsg<Delivery>(Soon);
        }

        Assert.Equal(0, pair.Right.Counters.Value("peer.failed") + pair.Right.Counters.Value("namespace.restarted"));
        pair.RightReports.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_record_that_breaks_the_protocol_closes_the_link_with_its_reason()
    {
        var pair = new LogicalPair(this);
        var forged = new byte[FrameHeader.LengthBytes + 32];
        new FrameHeader(32, FrameKind.Record, Lane.Request, FrameFlags.Sealed, 0, 0, pair.Tag, 0).Write(forged);
        pair.RightPeer.Tell(new Peer.RecordsReceived([new Frame(FrameHeader.Read(forged), forged)]));
        Assert.NotEmpty(pair.RightReports.FishForMessage<Link.CloseLink>(_ => true, Soon).Reason);
        Assert.Contains(pair.Right.Counters.Snapshot().Values.Keys, name => name.StartsWith("channel.fatal.", StringComparison.Ordinal));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static object Poison(string part) => part switch
    {
        "events" => new PeerManagerEventHub.Raise(null!),
        "multicast" => new Multicast.UseTopics(null!),
        _ => new StateSync.SetOwn(null!, null, null),
    };

    private sealed class Thrower : UntypedActor
    {
        protected override void OnReceive(object message) => throw new InvalidOperationException("A module's own mistake.");
    }

    /// <summary>Messages that throw when they are read a first time.</summary>
    private sealed class Unreadable : List<Protocol.Channel.InboundMessage>, IReadOnlyList<Protocol.Channel.InboundMessage>
    {
        private bool _wasRead;

        IEnumerator<Protocol.Channel.InboundMessage> IEnumerable<Protocol.Channel.InboundMessage>.GetEnumerator()
        {
            if (!_wasRead)
            {
                _wasRead = true;
                throw new InvalidOperationException("The first look fails.");
            }

            return base.GetEnumerator();
        }
    }
}
