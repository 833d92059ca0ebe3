using ActorP2P.Hocon;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Tests.Manager;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Physical;

/// <summary>Members that a directory outside of the network names: <c>discovery.mode = cluster</c>.</summary>
public sealed class DirectoryTests : ActorTest
{
    private const string ByDirectory = "discovery { mode = cluster, names = on, max-delay = 200ms }";

    [Fact]
    public void A_member_that_only_the_directory_names_is_dialled()
    {
        var nodes = new NodeNetwork(this, 2, [], overrides: ByDirectory);
        Name(nodes[0], Entry(nodes[1], "node1:1"));
        nodes.AwaitPeers(TestMembers.Ledger, 1, 1);
        Assert.True(Count(nodes[0], "dial.started-discovered") > 0);
    }

    [Fact]
    public void A_member_that_is_no_longer_named_keeps_its_link()
    {
        var nodes = new NodeNetwork(this, 2, [], overrides: ByDirectory);
        Name(nodes[0], Entry(nodes[1], "node1:1"));
        nodes.AwaitPeers(TestMembers.Ledger, 1, 1);
        var (observer, module) = (nodes[0].Observer(), nodes[1].Module("greeting"));

        Name(nodes[0]);
        nodes[0].Router.Tell(new NamespaceRouter.Unicast(TestMembers.Ledger, nodes[1].Id, "greeting", new byte[] { 1 }, Confirm: true), TestActor);

        ExpectMsg<Sent>(Soon);
        module.ExpectMsg<Delivery>(Soon);
        Assert.True(nodes[0].Peers().Single().Linked);
        Assert.DoesNotContain(observer.ReceiveWhile(TimeSpan.FromMilliseconds(200), received => received), seen => seen is PeerDown);
    }

    [Fact]
    public void Somebody_else_at_the_named_address_is_refused()
    {
        var nodes = new NodeNetwork(this, 3, [], overrides: ByDirectory);
        Name(nodes[0], Entry(nodes[1], "node2:1"));
        AwaitAssert(() => Assert.True(Count(nodes[0], "link.refused.unexpected-identity") > 0), Soon);
        Assert.DoesNotContain(nodes[0].Peers(), peer => peer.Linked);
    }

    [Fact]
    public void An_address_that_may_not_be_dialled_is_counted_once_and_left_alone()
    {
        var nodes = new NodeNetwork(this, 3, [], overrides: "discovery { mode = cluster, max-delay = 200ms }");
        Name(nodes[0], Entry(nodes[1], "node1:1", "127.0.0.1:22", "169.254.169.254:80"));
        Name(nodes[0], Entry(nodes[1], "node1:1", "127.0.0.1:22", "169.254.169.254:80"), Entry(nodes[2], "node2:1"));
        AwaitAssert(() => Assert.Equal(4, Count(nodes[0], "discovery.refused-address")), Soon);
        Assert.Equal(0, Count(nodes[0], "dial.started-discovered"));
    }

    [Fact]
    public void The_directory_outlives_a_failure_of_the_physical_layer()
    {
        var nodes = new NodeNetwork(this, 2, [], overrides: ByDirectory);
        Name(nodes[0], Entry(nodes[1], "node1:1"));
        nodes.AwaitPeers(TestMembers.Ledger, 1, 1);
        var observer = nodes[0].Observer();

        Sys.ActorSelection($"/user/{nodes[0].Root.Path.Name}/hypernet")
            .Tell(new Hypernet.ConnectionReady(null!, false, "nowhere", null), ActorRefs.NoSender);

        observer.FishForMessage<PeerDown>(down => down.Node == nodes[1].Id, Soon);
        observer.FishForMessage<PeerUp>(up => up.Node == nodes[1].Id, Soon);
    }

    [Fact]
    public void A_node_that_does_not_follow_a_directory_counts_what_it_is_told()
    {
        var nodes = new NodeNetwork(this, 2, []);
        Name(nodes[0], Entry(nodes[1], "node1:1"));
        AwaitAssert(() => Assert.Equal(1, Count(nodes[0], "directory.ignored")), Soon);
        Assert.Equal(0, Count(nodes[0], "dial.started-discovered"));
    }

    [Fact]
    public void Without_anybody_who_feeds_a_directory_the_mode_is_an_error_that_says_what_to_build_with()
    {
        var config = ConfigurationFactory.ParseString("actorp2p { network.id = n, discovery.mode = cluster }");
        var error = Assert.Single(SettingsReader.Read(config).Errors);
        Assert.Equal("actorp2p.discovery.mode", error.Path);
        Assert.Contains("-p:ActorEngine=akka", error.Message, StringComparison.Ordinal);
        Assert.True(SettingsReader.Read(config, hasDirectory: true).IsValid);
    }

    private static DiscoveredMember Entry(MemberNode node, params string[] addresses) => new(node.Id, addresses);

    private static void Name(MemberNode node, params DiscoveredMember[] members) => node.Root.Tell(new P2PNode.UseDirectory(members), ActorRefs.NoSender);

    private static long Count(MemberNode node, string counter) => node.Environment.Counters.Value(counter);
}
