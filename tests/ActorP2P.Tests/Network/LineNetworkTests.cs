using System.Text;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Network;

/// <summary>A – B – C: A and C have no link, and everything that concerns the whole namespace reaches both all the same.</summary>
public sealed class LineNetworkTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void A_broadcast_reaches_the_far_end_of_a_line_once_and_with_its_origin()
    {
        var line = Line();
        var (near, far) = (line[1].Module("block"), line[2].Module("block"));
        var published = line[0].Ask<Published>(CreateTestProbe(), new NamespaceRouter.Broadcast(Ns, "block", Bytes("b1")));
        foreach (var module in new[] { near, far })
        {
            var delivery = module.ExpectMsg<Delivery>(Soon);
            Assert.Equal((line[0].Id, published.MessageId, "b1"), (delivery.Origin, delivery.MessageId!.Value, Text(delivery.Payload)));
        }

        far.ExpectNoMsg(TimeSpan.FromMilliseconds(300));
        near.ExpectNoMsg(TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void A_multicast_crosses_a_node_that_does_not_follow_its_topic()
    {
        var line = Line();
        var (near, far) = (line[1].Module("block"), line[2].Module("block"));
        line[2].Ask<Subscribed>(far, new NamespaceRouter.Subscribe(Ns, "blocks"));
        AwaitAssert(
            () => Assert.Contains("blocks", line[0].Ask<TopicsSnapshot>(CreateTestProbe(), new NamespaceRouter.GetTopics(Ns)).Subscribers.Keys),
            Soon);
        line[0].Ask<Published>(CreateTestProbe(), new NamespaceRouter.Multicast(Ns, "blocks", "block", Bytes("b1")));
        Assert.Equal("blocks", far.ExpectMsg<Delivery>(Soon).Topic);
        near.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void A_status_entry_reaches_the_far_end_of_a_line()
    {
        var line = Line();
        var observer = line[2].Observer();
        line[0].Ask<StatusSet>(CreateTestProbe(), new NamespaceRouter.SetStatus(Ns, "height", Bytes("7")));
        var changed = observer.FishForMessage<StatusChanged>(changed => changed.Node == line[0].Id, Soon);
        Assert.Equal(("height", "7"), (changed.Key, Text(changed.Value)));
    }

    [Fact]
    public void Both_ends_of_a_line_know_each_other_at_two_hops_and_reach_each_other_through_the_middle()
    {
        var line = Line();
        AwaitAssert(() => Assert.Equal(2, Assert.Single(line[0].Peers(), peer => peer.Node == line[2].Id).Hops), Soon);
        Assert.False(Assert.Single(line[0].Peers(), peer => peer.Node == line[2].Id).Linked);
        var module = line[2].Module("vote");
        line[0].Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, line[2].Id, "vote", Bytes("yes"), Confirm: true));
        var delivery = module.ExpectMsg<Delivery>(Soon);
        Assert.Equal((line[0].Id, "yes"), (delivery.Origin, Text(delivery.Payload)));
        Assert.False(Assert.Single(line[0].Peers(), peer => peer.Node == line[2].Id).Linked);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private NodeNetwork Line() => new NodeNetwork(this, 3, [(0, 1), (2, 1)]).AwaitPeers(Ns, 1, 2, 1).AwaitMembers(Ns, 3);
}
