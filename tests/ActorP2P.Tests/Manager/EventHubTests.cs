using System.Text;
using ActorP2P.Protocol.Gossip;

namespace ActorP2P.Tests.Manager;

/// <summary>The hub: the state as of a number, then every event after it, in order.</summary>
public sealed class EventHubTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

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
        var node = new LogicalNode(this, 0, time: new ManualClock());
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
    public void A_member_that_changes_all_the_time_is_told_of_at_a_bounded_rate_and_ends_with_its_last_values()
    {
        var clock = new ManualClock();
        var node = new LogicalNode(this, 0, TestMembers.Settings("events { status-per-second = 100, status-burst = 20 }"), clock);
        node.GrantSlot();
        var observer = node.Observer();
        var churner = TestMembers.Identity(2).Id;
        for (var seq = 1ul; seq <= 500; seq++)
        {
            node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, 1, seq, Heights(10, $"{seq}")));
        }

        node.TellInside("events", new PeerManagerEventHub.StateApplied(TestMembers.Identity(3).Id, 1, 1, Heights(1, "calm")));
        var seen = 0;

        // One member's changes hide no other's.
        observer.FishForMessage<StatusChanged>(changed => Counted(changed).Node != churner, Soon);
        clock.Advance(TimeSpan.FromSeconds(1));
        observer.FishForMessage<StatusChanged>(changed => Counted(changed).Key == "h9" && Encoding.UTF8.GetString(changed.Value.Span) == "500", Soon);
        Assert.InRange(seen, 20, 20 + 20 + 100);
        Assert.Equal(500ul, node.Ask<StatusSnapshot>(CreateTestProbe(), new NamespaceRouter.GetStatus(Ns, churner)).Seq);

        StatusChanged Counted(StatusChanged changed)
        {
            seen += changed.Node == churner ? 1 : 0;
            return changed;
        }
    }

    [Fact]
    public void A_member_that_begins_new_epochs_all_the_time_is_told_of_at_a_bounded_rate_though_what_it_set_before_ends_each_time()
    {
        var clock = new ManualClock();
        var node = new LogicalNode(this, 0, TestMembers.Settings("events { status-per-second = 5, status-burst = 10 }"), clock);
        node.GrantSlot();
        var observer = node.Observer();
        var churner = TestMembers.Identity(2).Id;
        for (var epoch = 1ul; epoch <= 500; epoch++)
        {
            node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, epoch, 1, Topics($"t{epoch}")));
            node.TellInside("events", new PeerManagerEventHub.StateExpired(churner, StateSection.Status));
            node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, epoch, 1, Heights(1, $"{epoch}")));
        }

        node.TellInside("events", new PeerManagerEventHub.StateApplied(TestMembers.Identity(3).Id, 1, 1, Heights(1, "calm")));
        var seen = 0;
        observer.FishForMessage<ControlEvent>(
            told =>
            {
                seen += told is TopicsChanged || (told is StatusChanged changed && changed.Node == churner) ? 1 : 0;
                return told is StatusChanged calm && calm.Node != churner;
            },
            Soon);
        Assert.InRange(seen, 1, 20);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("t500", Assert.Single(observer.FishForMessage<TopicsChanged>(changed => changed.Topics.Contains("t500"), Soon).Topics));
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_holds_back_neither_states_nor_their_events()
    {
        var clock = new ManualClock();
        var node = new LogicalNode(this, 0, TestMembers.Settings("events { status-per-second = 5, status-burst = 1 }, state-sync.push-debounce = 1s"), clock);
        node.GrantSlot();
        var observer = node.Observer();
        var churner = TestMembers.Identity(2).Id;
        node.Ask<StatusSet>(CreateTestProbe(), new NamespaceRouter.SetStatus(Ns, "own", Encoding.UTF8.GetBytes("1")));
        observer.FishForMessage<StatusChanged>(changed => changed.Node == node.Id, Soon);
        node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, 1, 1, Heights(3, "first")));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, 1, 2, Heights(3, "second")));
        node.Ask<StatusSet>(CreateTestProbe(), new NamespaceRouter.SetStatus(Ns, "own", Encoding.UTF8.GetBytes("2")));
        clock.SetBack(TimeSpan.FromDays(400));
        clock.Advance(TimeSpan.FromSeconds(10));
        observer.FishForMessage<StatusChanged>(changed => changed.Node == churner && Encoding.UTF8.GetString(changed.Value.Span) == "second", Soon);
        AwaitAssert(() => Assert.Equal("2", Encoding.UTF8.GetString(node.Ask<StatusSnapshot>(CreateTestProbe(), new NamespaceRouter.GetStatus(Ns, node.Id)).Entries["own"].Span)), Soon);
    }

    [Fact]
    public void What_a_late_observer_is_told_first_and_what_follows_fit_together_while_a_state_is_gathered()
    {
        var clock = new ManualClock();
        var node = new LogicalNode(this, 0, TestMembers.Settings("events { status-per-second = 5, status-burst = 1 }"), clock);
        node.GrantSlot();
        var churner = TestMembers.Identity(2).Id;
        node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, 1, 1, Heights(3, "first")));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(churner, 1, 2, Heights(3, "second")));
        var observer = CreateTestProbe();
        var snapshot = node.Ask<ObserveSnapshot>(observer, new NamespaceRouter.Observe(Ns, observer.Ref, []));
        Assert.Equal("first", Encoding.UTF8.GetString(snapshot.Status.Single(status => status.Node == churner).Entries["h0"].Span));
        clock.Advance(TimeSpan.FromSeconds(10));
        var next = observer.ExpectMsg<StatusChanged>(Soon);
        Assert.Equal((snapshot.AsOf + 1, "second"), (next.Number, Encoding.UTF8.GetString(next.Value.Span)));
    }

    [Fact]
    public void What_concerns_the_network_is_an_event_of_the_namespace_with_its_evidence()
    {
        var node = new LogicalNode(this, 0);
        var peerManager = node.GrantSlot();
        var observer = node.Observer();
        var evidence = new EquivocationEvidence(new byte[] { 1 }, new byte[] { 2 });
        peerManager.Tell(new NetworkAlarm.LinkStateEquivocation(TestMembers.Identity(1).Id, evidence));
        Assert.Equal(new EquivocationSeen(Ns, TestMembers.Identity(1).Id, "link state", evidence) { Number = 1 }, observer.ExpectMsg<EquivocationSeen>(Soon));
    }

    [Fact]
    public void A_second_holder_of_our_key_is_told_once_an_epoch()
    {
        var node = new LogicalNode(this, 0);
        var peerManager = node.GrantSlot();
        var observer = node.Observer();
        foreach (var epoch in new ulong[] { 7, 7, 6, 8 })
        {
            peerManager.Tell(new NetworkAlarm.OwnKeyElsewhere(node.Id, epoch));
        }

        Assert.Equal(7ul, observer.ExpectMsg<DuplicateIdentity>(Soon).Epoch);
        Assert.Equal(8ul, observer.ExpectMsg<DuplicateIdentity>(Soon).Epoch);
    }

    [Fact]
    public void Events_that_a_remote_can_cause_at_will_are_bounded_by_the_configured_number()
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings("events.max-per-second = 1"), new ManualClock());
        var peerManager = node.GrantSlot();
        for (var i = 0; i < 100; i++)
        {
            peerManager.Tell(new PeerManager.RemoteRejected("192.0.2.1:7", "untrusted-root", "CN=foreign"));
        }

        AwaitAssert(() => Assert.Equal(99, node.Counters.Value("hub.unpublished.peer-rejected")), Soon);
    }

    [Fact]
    public void Topics_and_status_entries_that_come_change_and_go_are_one_event_each()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var observer = node.Observer();
        var member = TestMembers.Identity(2).Id;
        node.TellInside("events", new PeerManagerEventHub.StateApplied(member, 1, 1, Topics("a")));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(member, 1, 1, Status(("height", "1"), ("mode", "x"))));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(member, 1, 2, Topics("a", "b")));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(member, 1, 2, Status(("height", "2"))));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(member, 1, 3, Status(("height", "2"))));
        node.TellInside("events", new PeerManagerEventHub.StateApplied(member, 1, 3, Topics("a", "b")));
        node.TellInside("events", new PeerManagerEventHub.StateExpired(member, StateSection.Interests));
        node.TellInside("events", new PeerManagerEventHub.StateExpired(member, StateSection.Status));
        node.TellInside("events", new PeerManagerEventHub.Raise(new SlowPeer(Ns, member, 1)));
        Assert.Equal(
            ["topics a", "height=1", "mode=x", "topics a b", "height=2", "mode=", "topics ", "height=", "slow"],
            UpToSlowPeer(observer).Select(Show));

        static string Show(ControlEvent seen) => seen switch
        {
            TopicsChanged topics => "topics " + string.Join(' ', topics.Topics),
            StatusChanged status => $"{status.Key}={Encoding.UTF8.GetString(status.Value.Span)}",
            SlowPeer => "slow",
            _ => seen.ToString(),
        };
    }

    [Fact]
    public void Hops_are_counted_over_all_nodes_of_the_network_as_far_as_packets_go()
    {
        var pair = new LogicalPair(this);
        var far = TestMembers.Identity(2).Id;
        pair.Left.TellInside("events", new PeerManagerEventHub.StateApplied(far, 1, 1, InterestsBody.Empty));
        var observer = pair.Left.Observer();
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (1, 2))));
        var route = observer.FishForMessage<RouteChanged>(changed => changed.Node == far, Soon);
        Assert.Equal(2, route.Hops);
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (1, 3), (3, 2))));
        Assert.Equal(3, observer.FishForMessage<RouteChanged>(changed => changed.Node == far, Soon).Hops);
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (3, 2))));
        Assert.Equal(0, observer.FishForMessage<RouteChanged>(changed => changed.Node == far, Soon).Hops);
        pair.Left.TellInside("events", new PeerManagerEventHub.StateExpired(far, StateSection.Interests));
        AwaitAssert(() => Assert.Single(pair.Left.Ask<PeersSnapshot>(CreateTestProbe(), new NamespaceRouter.GetPeers(Ns)).Peers), Soon);
    }

    [Fact]
    public void Routes_that_change_again_and_again_are_told_at_their_interval_or_to_who_asks_as_they_are_by_then()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("events.route-interval = 1m"));
        var far = TestMembers.Identity(2).Id;
        pair.Left.TellInside("events", new PeerManagerEventHub.StateApplied(far, 1, 1, InterestsBody.Empty));
        var observer = pair.Left.Observer();
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (1, 3), (3, 2))));
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1))));
        pair.Left.TellInside("events", new PeerManagerEventHub.UseView(TestMembers.View((0, 1), (1, 2))));
        pair.Left.TellInside("events", new PeerManagerEventHub.Raise(new SlowPeer(Ns, far, 1)));
        Assert.Empty(UpToSlowPeer(observer).OfType<RouteChanged>());
        Assert.Equal(2, pair.Left.Ask<PeersSnapshot>(CreateTestProbe(), new NamespaceRouter.GetPeers(Ns)).Peers.Single(peer => peer.Node == far).Hops);
        Assert.Equal(2, observer.FishForMessage<RouteChanged>(changed => changed.Node == far, Soon).Hops);
    }

    private static StateLimits Limits()
    {
        var settings = TestMembers.Settings();
        return StateLimits.From(settings.StateSync, settings.Dissemination);
    }

    private static StatusBody Heights(int entries, string value) =>
        Status([.. Enumerable.Range(0, entries).Select(i => ($"h{i}", value))]);

    private static InterestsBody Topics(params string[] topics)
    {
        Assert.True(InterestsBody.TryCreate(topics, [], Limits(), out var body, out var reason), reason);
        return body;
    }

    private static StatusBody Status(params (string Key, string Value)[] status)
    {
        var entries = status.Select(entry => KeyValuePair.Create(entry.Key, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry.Value)));
        Assert.True(StatusBody.TryCreate(entries, Limits(), out var body, out var reason), reason);
        return body;
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
