using System.Text;

namespace ActorP2P.Tests.Manager;

/// <summary>The hub: the state as of a number, then every event after it, in order.</summary>
public sealed class EventHubTests : TestKit
{
    private const string Ns = TestMembers.Ledger;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_late_observer_gets_the_state_first_and_then_each_event_after_it()
    {
        var pair = new LogicalPair(this);
        var module = CreateTestProbe();
        pair.Right.Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", Encoding.UTF8.GetBytes("7")));
        AwaitAssert(() => Assert.NotEmpty(pair.Left.Ask<StatusSnapshot>(module, new NamespaceRouter.GetStatus(Ns, pair.Right.Id)).Entries), Soon);
        var observer = CreateTestProbe();
        var snapshot = pair.Left.Ask<ObserveSnapshot>(observer, new NamespaceRouter.Observe(Ns, observer.Ref, []));
        var peer = Assert.Single(snapshot.Peers.Peers);
        Assert.Equal((pair.Right.Id, true, pair.Right.Environment.Epoch, 1), (peer.Node, peer.Linked, peer.Epoch, peer.Hops));
        Assert.Contains(snapshot.Status, status => status.Node == pair.Right.Id && status.Entries.ContainsKey("height"));
        pair.Down("cut");
        var down = observer.ExpectMsg<PeerDown>(Soon);
        Assert.Equal((snapshot.AsOf + 1, pair.Right.Id, "cut"), (down.Number, down.Node, down.Reason));
        var route = observer.ExpectMsg<RouteChanged>(Soon);
        Assert.Equal((down.Number + 1, 0), (route.Number, route.Hops));
        pair.Up();
        Assert.Equal(route.Number + 1, observer.ExpectMsg<PeerUp>(Soon).Number);
        Assert.Equal(1, observer.ExpectMsg<RouteChanged>(Soon).Hops);
    }

    [Fact]
    public void Two_observers_see_the_same_events_in_the_same_order()
    {
        var pair = new LogicalPair(this);
        var (first, second) = (pair.Left.Observer(), pair.Left.Observer());
        for (var i = 0; i < 5; i++)
        {
            pair.Down();
            pair.Up();
        }

        pair.Left.TellInside("events", new PeerManagerEventHub.Raise(new SlowPeer(Ns, pair.Right.Id, 1)));
        var seen = UpToSlowPeer(first);
        Assert.Equal(seen, UpToSlowPeer(second));
        Assert.True(seen.OfType<PeerUp>().Count() >= 4);
        Assert.Equal(Enumerable.Range(0, seen.Count).Select(i => seen[0].Number + i), seen.Select(controlEvent => controlEvent.Number));
    }

    [Fact]
    public void An_observer_gets_only_the_types_it_asked_for()
    {
        var pair = new LogicalPair(this);
        var observer = CreateTestProbe();
        pair.Left.Ask<ObserveSnapshot>(observer, new NamespaceRouter.Observe(Ns, observer.Ref, [typeof(PeerUp)]));
        pair.Down();
        pair.Up();
        observer.ExpectMsg<PeerUp>(Soon);
        observer.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void One_observer_more_than_the_limit_is_refused_and_a_dead_one_makes_room()
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings("namespace-defaults.max-observers = 1"));
        node.GrantSlot();
        var first = node.Observer();
        var second = CreateTestProbe();
        Assert.Contains("max-observers", node.Ask<StateRefused>(second, new NamespaceRouter.Observe(Ns, second.Ref, [])).Reason, StringComparison.Ordinal);
        node.Ask<ObserveSnapshot>(first, new NamespaceRouter.Observe(Ns, first.Ref, [typeof(PeerUp)]));
        Sys.Stop(first.Ref);
        AwaitAssert(() => node.Ask<ObserveSnapshot>(second, new NamespaceRouter.Observe(Ns, second.Ref, [])), Soon);
    }

    [Fact]
    public void A_refused_remote_is_an_event_of_every_namespace_up_to_an_allowance()
    {
        var node = new LogicalNode(this, 0);
        var peerManager = node.GrantSlot();
        var observer = node.Observer();
        for (var i = 0; i < 1000; i++)
        {
            peerManager.Tell(new PeerManager.RemoteRejected("192.0.2.1:7", "untrusted-root", "CN=foreign"));
        }

        Assert.Equal("untrusted-root", observer.FishForMessage<PeerRejected>(_ => true, Soon).Reason);
        AwaitAssert(() => Assert.True(node.Counters.Value("hub.unpublished.peer-rejected") >= 900), Soon);
    }

    [Fact]
    public void Hops_are_counted_over_links_between_members()
    {
        var pair = new LogicalPair(this);
        var far = TestMembers.Identity(2).Id;
        pair.Left.TellInside("events", new PeerManagerEventHub.StateApplied(far, 1, 1, Protocol.Gossip.NamespaceStateBody.Empty));
        var observer = pair.Left.Observer();
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (1, 2))));
        var route = observer.FishForMessage<RouteChanged>(changed => changed.Node == far, Soon);
        Assert.Equal(2, route.Hops);
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (1, 3), (3, 2))));
        Assert.Equal(0, observer.FishForMessage<RouteChanged>(changed => changed.Node == far, Soon).Hops);
        pair.Left.TellInside("events", new PeerManagerEventHub.StateExpired(far));
        AwaitAssert(() => Assert.Single(pair.Left.Ask<PeersSnapshot>(CreateTestProbe(), new NamespaceRouter.GetPeers(Ns)).Peers), Soon);
    }

    private static List<ControlEvent> UpToSlowPeer(TestProbe observer)
    {
        var seen = new List<ControlEvent>();
        do
        {
            seen.Add(observer.ExpectMsg<ControlEvent>(Soon));
        }
        while (seen[^1] is not SlowPeer);
        return seen;
    }
}
