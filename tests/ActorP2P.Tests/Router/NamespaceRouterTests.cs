using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Router;

/// <summary>The address that modules know: where their messages go, and what they hear when they go nowhere.</summary>
public sealed class NamespaceRouterTests : ActorTest
{
    private static NodeId Somebody => TestMembers.Identity(3).Id;

    public static TheoryData<NamespaceRouter.INamespaceMessage, Type> MessagesToNowhere => new()
    {
        { new NamespaceRouter.Unicast("nowhere", Somebody, "vote", default, CorrelationId: 7), typeof(SendFailed) },
        { new NamespaceRouter.Request("nowhere", Somebody, "ask", default, TimeSpan.FromSeconds(1)), typeof(RequestFailed) },
        { new NamespaceRouter.Multicast("nowhere", "blocks", "block", default), typeof(SendFailed) },
        { new NamespaceRouter.Broadcast("nowhere", "block", default), typeof(SendFailed) },
        { new NamespaceRouter.Unregister("nowhere", "vote"), typeof(RegisterRefused) },
        { new NamespaceRouter.Subscribe("nowhere", "blocks"), typeof(StateRefused) },
        { new NamespaceRouter.Unsubscribe("nowhere", "blocks"), typeof(StateRefused) },
        { new NamespaceRouter.SetStatus("nowhere", "height", default), typeof(StateRefused) },
        { new NamespaceRouter.GetPeers("nowhere"), typeof(StateRefused) },
        { new NamespaceRouter.GetTopics("nowhere"), typeof(StateRefused) },
        { new NamespaceRouter.GetStatus("nowhere", Somebody), typeof(StateRefused) },
    };

    [Theory]
    [MemberData(nameof(MessagesToNowhere), DisableDiscoveryEnumeration = true)]
    public void Every_message_to_an_unknown_namespace_gets_the_typed_answer_its_sender_waits_for(NamespaceRouter.INamespaceMessage message, Type answer)
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        node.Router.Tell(message, module.Ref);
        var got = module.ExpectMsg<object>(Soon);
        Assert.IsType(answer, got);
        Assert.Contains("UnknownNamespace", got.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, node.Counters.Value("router.refused.unknown-namespace"));
    }

    [Fact]
    public void A_failed_message_carries_its_senders_correlation()
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        var failed = node.Ask<SendFailed>(module, new NamespaceRouter.Unicast("nowhere", Somebody, "vote", default, CorrelationId: 7));
        Assert.Equal(7, failed.CorrelationId);
        Assert.Equal(SendFailure.UnknownNamespace, failed.Reason);
    }

    [Fact]
    public void Messages_of_a_module_keep_their_order_while_the_table_is_under_way()
    {
        var manager = CreateTestProbe();
        var hypernet = CreateTestProbe();
        var peerManager = CreateTestProbe();
        var environment = TestMembers.Environment(0);
        var (managerRef, hypernetRef) = (manager.Ref, hypernet.Ref);
        var router = Sys.ActorOf(Props.Create(() => new NamespaceRouter(environment, managerRef, hypernetRef)));
        manager.ExpectMsg<P2PManager.RouterStarted>();
        var first = new NamespaceRouter.Subscribe(TestMembers.Ledger, "a");
        var second = new NamespaceRouter.Subscribe(TestMembers.Ledger, "b");
        router.Tell(first, TestActor);
        peerManager.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        router.Tell(new NamespaceRouter.OpenNamespaces(new Dictionary<string, IActorRef> { [TestMembers.Ledger] = peerManager.Ref }), manager.Ref);
        router.Tell(second, TestActor);
        Assert.Same(first, peerManager.ExpectMsg<NamespaceRouter.Subscribe>());
        Assert.Same(second, peerManager.ExpectMsg<NamespaceRouter.Subscribe>());
        Assert.Equal(TestActor, peerManager.LastSender);
    }

    [Fact]
    public void More_messages_than_may_be_held_are_refused_as_busy()
    {
        var manager = CreateTestProbe();
        var environment = TestMembers.Environment(0);
        var managerRef = manager.Ref;
        var router = Sys.ActorOf(Props.Create(() => new NamespaceRouter(environment, managerRef, managerRef)));
        var module = CreateTestProbe();
        for (var i = 0; i < NamespaceRouter.MaxHeldMessages; i++)
        {
            router.Tell(new NamespaceRouter.Broadcast(TestMembers.Ledger, "block", default), ActorRefs.NoSender);
        }

        var tooMany = new NamespaceRouter.Broadcast(TestMembers.Ledger, "block", default);
        router.Tell(tooMany, module.Ref);
        var refused = module.ExpectMsg<SendRefused>(Soon);
        Assert.Equal(SendFailure.Busy, refused.Reason);
        Assert.Same(tooMany, refused.Message);
    }

    [Fact]
    public void A_router_that_was_restarted_routes_again()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        node.Module("vote");
        node.Router.Tell(new NamespaceRouter.OpenNamespaces(null!));
        var module = CreateTestProbe();
        Assert.Empty(node.Ask<PeersSnapshot>(module, new NamespaceRouter.GetPeers(TestMembers.Ledger)).Peers);
    }

    [Fact]
    public void Counters_and_routes_are_the_nodes_not_a_namespaces()
    {
        var node = new LogicalNode(this, 0);
        node.Counters.Add("something.dropped", 3);
        var module = CreateTestProbe();
        Assert.Equal(3, node.Ask<CountersSnapshot>(module, new NamespaceRouter.GetCounters()).Values["something.dropped"]);
        node.Router.Tell(new NamespaceRouter.GetRoutes(), module.Ref);
        node.Hypernet.FishForMessage<TunnelRouter.GetRoutes>(_ => true);
        Assert.Equal(module.Ref, node.Hypernet.LastSender);
    }
}
