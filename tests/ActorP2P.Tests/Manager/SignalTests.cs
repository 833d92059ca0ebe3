using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Settings;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Manager;

/// <summary>Types that a module registers in the control lane.</summary>
public sealed class SignalTests : TestKit
{
    private const string Beat = "beat";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_signal_reaches_the_module_at_the_far_side()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        Register(nodes[0]);
        var module = Register(nodes[1]);
        nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, Beat, new byte[] { 7 }), TestActor);
        var delivery = module.ExpectMsg<Delivery>(Soon);
        Assert.Equal((nodes[0].Id, Beat, 7), (delivery.Origin, delivery.Type, delivery.Payload.Span[0]));
    }

    [Fact]
    public void What_needs_an_answer_or_goes_to_many_is_no_signal()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        Register(nodes[0]);
        var (router, to) = (nodes[0].Router, nodes[1].Id);

        router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, to, Beat, new byte[1], Confirm: true), TestActor);
        Assert.Equal(SendFailure.Invalid, ExpectMsg<SendFailed>(Soon).Reason);
        router.Tell(new NamespaceRouter.Request(TestMembers.Ledger, to, Beat, new byte[1], TimeSpan.FromSeconds(1)), TestActor);
        Assert.Equal(SendFailure.Invalid, ExpectMsg<RequestFailed>(Soon).Reason);
        router.Tell(new NamespaceRouter.Broadcast(TestMembers.Ledger, Beat, new byte[1]), TestActor);
        Assert.Equal(SendFailure.Invalid, ExpectMsg<SendFailed>(Soon).Reason);
        router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, to, Beat, new byte[1024]), TestActor);
        Assert.Equal(SendFailure.TooLarge, ExpectMsg<SendFailed>(Soon).Reason);
        Assert.Equal(2, nodes[0].Environment.Counters.Value("peer.refused.control-lane"));
        Assert.Equal(1, nodes[0].Environment.Counters.Value("multicast.refused.control-lane"));
    }

    [Fact]
    public void A_signal_of_a_type_that_nobody_takes_is_counted_and_the_session_stays()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        Register(nodes[0]);
        var module = nodes[1].Module("greeting");
        nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, Beat, new byte[1]), TestActor);
        nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, "greeting", new byte[1], Confirm: true), TestActor);
        ExpectMsg<Sent>(Soon);
        module.ExpectMsg<Delivery>(Soon);
        Assert.Equal(1, nodes[1].Environment.Counters.Value("slot.refused.unknown-type"));
        Assert.Equal(0, nodes[0].Environment.Counters.Value("channel.dropped.late-failure"));
    }

    [Fact]
    public void A_type_in_the_control_lane_cannot_follow_a_demand()
    {
        var nodes = new NodeNetwork(this, 1, []);
        var module = CreateTestProbe();
        var register = new NamespaceRouter.Register(TestMembers.Ledger, Beat, module.Ref, Lane.Control, new Demand(4));
        Assert.Equal("Invalid", nodes[0].Ask<RegisterRefused>(module, register).Reason);
    }

    [Fact]
    public void A_signal_for_a_module_whose_window_is_full_is_dropped_and_counted()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        Register(nodes[0]);
        var module = CreateTestProbe();
        nodes[1].Ask<Registered>(module, new NamespaceRouter.Register(TestMembers.Ledger, Beat, module.Ref, Demand: new Demand(1)));
        for (byte i = 0; i < 2; i++)
        {
            nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, Beat, new[] { i }), TestActor);
        }

        Assert.Equal(0, module.ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        AwaitAssert(() => Assert.Equal(1, nodes[1].Environment.Counters.Value("slot.refused.module-busy")), Soon);
    }

    private TestProbe Register(MemberNode node)
    {
        var module = CreateTestProbe();
        node.Ask<Registered>(module, new NamespaceRouter.Register(TestMembers.Ledger, Beat, module.Ref, Lane.Control));
        return module;
    }
}
