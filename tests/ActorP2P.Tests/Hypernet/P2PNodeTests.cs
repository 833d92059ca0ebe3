using ActorP2P.Tests.Manager;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Physical;

/// <summary>What the root of a node does when a part of it fails, and when it leaves.</summary>
public sealed class P2PNodeTests : ActorTest
{
    [Fact]
    public void A_hypernet_that_fails_costs_no_module_its_registration_and_the_peers_come_back()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        var module = nodes[1].Module("greeting");
        var observer = nodes[1].Observer();

        Tell(nodes[1], "hypernet", new Hypernet.ConnectionReady(null!, false, "nowhere", null));

        observer.FishForMessage<PeerDown>(down => down.Node == nodes[0].Id, Soon);
        observer.FishForMessage<PeerUp>(up => up.Node == nodes[0].Id, Soon);
        nodes.AwaitPeers(TestMembers.Ledger, 1, 1);
        nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, "greeting", new byte[] { 1 }), TestActor);
        Assert.Equal(nodes[0].Id, module.ExpectMsg<Delivery>(Soon).Origin);
        Assert.Equal(0, nodes[1].Environment.Counters.Value("listen.failed"));
    }

    [Theory]
    [InlineData("topology")]
    [InlineData("server")]
    [InlineData("client")]
    public void A_failing_part_of_the_physical_layer_costs_no_session(string part)
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        var observer = nodes[0].Observer();
        object message = part switch
        {
            "topology" => new Topology.Advertise(null!),
            "server" => new HypernetServer.RestoreSlots(null!),
            _ => new HypernetClient.DialFailed("node1:1", null!),
        };
        var failure = part == "topology" ? typeof(ArgumentNullException) : typeof(NullReferenceException);
        EventFilter.Exception(failure).ExpectOne(() => Tell(nodes[0], "hypernet/" + part, message));

        Assert.Equal(1, nodes[0].Peers().Count(peer => peer.Linked));
        Assert.DoesNotContain(observer.ReceiveWhile(TimeSpan.FromMilliseconds(500), received => received), seen => seen is PeerDown);
    }

    [Fact]
    public void A_link_that_fails_is_stopped_and_dialled_again_and_the_other_one_stays()
    {
        var nodes = new NodeNetwork(this, 3, [(0, 1), (2, 1)]).AwaitPeers(TestMembers.Ledger, 1, 2, 1);
        var observer = nodes[2].Observer();
        var failing = nodes[0].Observer();

        // Every link of node 0, which has one.
        Tell(nodes[0], "hypernet/link-*", new Link.OfferSlots(null!));

        failing.FishForMessage<PeerDown>(down => down.Node == nodes[1].Id, Soon);
        failing.FishForMessage<PeerUp>(up => up.Node == nodes[1].Id, Soon);
        nodes.AwaitPeers(TestMembers.Ledger, 1, 2, 1);
        Assert.DoesNotContain(observer.ReceiveWhile(TimeSpan.FromMilliseconds(200), received => received), seen => seen is PeerDown);
    }

    [Fact]
    public void A_node_whose_physical_layer_cannot_start_stops_as_a_whole()
    {
        var settings = TestMembers.Settings("tls.enabled = off, network.listen = [\"node0:1\"]");
        settings = settings with { Network = settings.Network with { Peers = [new Protocol.Settings.PeerAddress("node1:1", "no node ID")] } };
        var network = new Transport.MemoryNetwork();
        var node = Sys.ActorOf(P2PNode.Props(TestMembers.Environment(0, settings, network.CreatePort("node0"))), "broken");
        Watch(node);
        ExpectTerminated(node, Soon);
    }

    [Fact]
    public void A_node_that_leaves_says_goodbye_and_stops()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        var observer = nodes[0].Observer();
        Watch(nodes[1].Root);
        nodes[1].Root.Tell(P2PNode.Leave.Instance);

        ExpectTerminated(nodes[1].Root, Soon);
        observer.FishForMessage<PeerDown>(down => down.Node == nodes[1].Id, Soon);
        AwaitAssert(() => Assert.Equal(1, nodes[0].Environment.Counters.Value("link.ended.remote-goodbye")), Soon);
    }

    [Fact]
    public void What_a_link_sends_and_receives_is_counted()
    {
        var nodes = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(TestMembers.Ledger, 1, 1);
        var module = nodes[1].Module("blob");
        var payload = new byte[100_000];
        nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, "blob", payload), TestActor);
        module.ExpectMsg<Delivery>(Soon);

        AwaitAssert(() => Assert.True(nodes[0].Environment.Counters.Value("link.sent-bytes") > payload.Length), Soon);
        Assert.True(nodes[1].Environment.Counters.Value("link.received-bytes") > payload.Length);
    }

    private void Tell(MemberNode node, string path, object message) =>
        Sys.ActorSelection($"/user/{node.Root.Path.Name}/{path}").Tell(message, ActorRefs.NoSender);
}
