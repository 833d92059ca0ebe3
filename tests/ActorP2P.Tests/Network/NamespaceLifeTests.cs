using System.Text;

namespace ActorP2P.Tests.Network;

/// <summary>Namespaces on one link between whole nodes: they come, fail, restart and go without their neighbours.</summary>
public sealed class NamespaceLifeTests : ActorTest
{
    private const string Two = "namespaces { ledger {}, side {} }";

    [Fact]
    public void Two_namespaces_share_one_link()
    {
        var pair = Pair();
        Assert.Equal(1, pair[0].Environment.Counters.Value("link.up"));
        Exchange(pair, "ledger");
        Exchange(pair, "side");
    }

    [Fact]
    public void A_namespace_that_restarts_gets_fresh_sessions_and_the_other_does_not_notice()
    {
        var pair = Pair();
        var side = CreateTestProbe();
        pair[1].Ask<ObserveSnapshot>(side, new NamespaceRouter.Observe("side", side.Ref, [typeof(PeerUp), typeof(PeerDown)]));
        var ledger = pair[1].Observer("ledger");
        pair[0].TellInside("ledger/multicast", new Multicast.UseTopics(null!));
        Assert.Equal(pair[0].Id, ledger.FishForMessage<PeerDown>(_ => true, Soon).Node);
        Assert.Equal(pair[0].Id, ledger.FishForMessage<PeerUp>(_ => true, Soon).Node);
        Exchange(pair, "ledger");
        Exchange(pair, "side");
        side.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Assert.Equal((1, 1), (pair[0].Environment.Counters.Value("link.up"), pair[0].Environment.Counters.Value("namespace.restarted")));
    }

    [Fact]
    public void A_peer_that_fails_gets_a_fresh_session_over_the_same_link()
    {
        var pair = Pair();
        var ledger = pair[0].Observer("ledger");
        pair[0].TellInside("ledger/peer-*", new Peer.RecordsReceived(null!));
        ledger.FishForMessage<PeerDown>(_ => true, Soon);
        ledger.FishForMessage<PeerUp>(_ => true, Soon);
        Exchange(pair, "ledger");
        Assert.Equal(1, pair[0].Environment.Counters.Value("link.up"));
        Assert.Equal(1, pair[0].Environment.Counters.Value("peer.failed"));
    }

    [Fact]
    public void A_namespace_that_closes_is_a_peer_down_at_the_others_and_comes_back_when_opened()
    {
        var pair = Pair();
        var ledger = pair[1].Observer("ledger");
        var module = CreateTestProbe();
        pair[0].Ask<Closed>(module, new NamespaceRouter.Close("ledger"));
        Assert.Equal(pair[0].Id, ledger.FishForMessage<PeerDown>(_ => true, Soon).Node);
        Exchange(pair, "side");
        pair[0].Ask<Opened>(module, new NamespaceRouter.Open("ledger"));
        Assert.Equal(pair[0].Id, ledger.FishForMessage<PeerUp>(_ => true, Soon).Node);
        Exchange(pair, "ledger");
    }

    [Fact]
    public void A_namespace_that_only_one_side_has_open_has_no_peers()
    {
        var pair = Pair();
        pair[0].Ask<Opened>(CreateTestProbe(), new NamespaceRouter.Open("only-here"));
        Exchange(pair, "ledger");
        Assert.Empty(pair[0].Peers("only-here"));
        pair[1].Ask<Opened>(CreateTestProbe(), new NamespaceRouter.Open("only-here"));
        pair.AwaitPeers("only-here", 1, 1);
        Exchange(pair, "only-here");
    }

    [Fact]
    public void Requests_fail_at_once_when_the_link_is_reset_and_work_again_after_the_redial()
    {
        var pair = Pair();
        var module = pair[1].Module("ask");
        var asker = CreateTestProbe();
        pair[0].Router.Tell(new NamespaceRouter.Request("ledger", pair[1].Id, "ask", default, TimeSpan.FromMinutes(4)), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        pair.Network.Reset("node0", "node1");
        Assert.Equal(SendFailure.PeerDown, asker.ExpectMsg<RequestFailed>(Soon).Reason);
        pair.AwaitPeers("ledger", 1, 1);
        pair[0].Router.Tell(new NamespaceRouter.Request("ledger", pair[1].Id, "ask", default, Soon), asker.Ref);
        module.ExpectMsg<Delivery>(Soon);
        module.LastSender.Tell(new byte[1]);
        asker.ExpectMsg<Reply>(Soon);
    }

    [Fact]
    public void A_broadcast_published_while_a_member_was_away_reaches_it_after_the_redial()
    {
        var pair = Pair();
        var there = pair[1].Module("block");
        var observer = pair[0].Observer();
        pair.Network.RefuseDial = static (_, _) => true;
        pair.Network.Reset("node0", "node1");
        observer.FishForMessage<PeerDown>(_ => true, Soon);
        var published = pair[0].Ask<Published>(CreateTestProbe(), new NamespaceRouter.Broadcast("ledger", "block", Encoding.UTF8.GetBytes("b1")));
        pair.Network.RefuseDial = null;
        Assert.Equal(published.MessageId, there.ExpectMsg<Delivery>(Soon).MessageId);
    }

    [Fact]
    public void A_large_broadcast_arrives_whole()
    {
        var pair = Pair();
        var there = pair[1].Module("file");
        var payload = new byte[20 * 1024 * 1024];
        new Random(7).NextBytes(payload);
        pair[0].Ask<Published>(CreateTestProbe(), new NamespaceRouter.Broadcast("ledger", "file", payload));
        Assert.True(there.ExpectMsg<Delivery>(Soon).Payload.Span.SequenceEqual(payload));
    }

    private NodeNetwork Pair() => new NodeNetwork(this, 2, [(0, 1)], Two).AwaitPeers("ledger", 1, 1).AwaitPeers("side", 1, 1);

    private void Exchange(NodeNetwork pair, string ns)
    {
        foreach (var (from, to) in new[] { (pair[0], pair[1]), (pair[1], pair[0]) })
        {
            var type = $"t{Guid.NewGuid():N}";
            var module = to.Module(type, ns);
            AwaitAssert(() => from.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(ns, to.Id, type, new byte[10], Confirm: true)), Soon);
            module.ExpectMsg<Delivery>(Soon);
        }
    }
}
