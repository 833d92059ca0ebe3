using ActorP2P.Protocol.Frames;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Namespaces share a link and nothing else: sessions come, go and are renewed one by one.</summary>
public sealed class SessionTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";

    [Fact]
    public void Namespaces_that_both_sides_serve_share_one_link_with_a_session_each()
    {
        using var world = new PhysicalWorld(50);
        var (a, b) = Linked(world);
        var (votesA, votesB) = (a.OpenNamespace("votes"), b.OpenNamespace("votes"));
        var onlyA = a.OpenNamespace("only-a");
        world.Until(() => votesA.Sessions.ContainsKey(b.Id) && votesB.Sessions.ContainsKey(a.Id), 5, "the second session", a, b);
        world.Run(2);

        Assert.Empty(onlyA.Ups);
        Assert.Equal(1, a.Count("link.up"));
        Assert.NotEqual(a.Manager.Sessions[b.Id].Session.Tag, votesA.Sessions[b.Id].Session.Tag);
        Assert.Equal(a.Manager.Sessions[b.Id].Session.Tag, b.Manager.Sessions[a.Id].Session.Tag);
        Assert.Equal(a.Manager.Sessions[b.Id].Link, votesA.Sessions[b.Id].Link);
        votesA.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Consensus, "aye"));
        world.Until(() => votesB.Received.Count == 1, 5, "the vote", a, b);
        Assert.Empty(b.Manager.Received);
    }

    [Fact]
    public void A_namespace_that_closes_on_one_side_ends_its_session_alone()
    {
        using var world = new PhysicalWorld(51);
        var (a, b) = Linked(world);
        var (votesA, votesB) = (a.OpenNamespace("votes"), b.OpenNamespace("votes"));
        world.Until(() => votesA.Sessions.ContainsKey(b.Id) && votesB.Sessions.ContainsKey(a.Id), 5, "the session", a, b);
        b.System.Stop(votesB.Actor);
        world.Until(() => votesA.Downs.Count == 1, 5, "the end", a, b);

        Assert.Equal("withdrawn-by-remote", votesA.Downs[0].Reason);
        Assert.True(a.IsLinkedTo(b) && b.IsLinkedTo(a));
        var again = b.OpenNamespace("votes");
        world.Until(() => votesA.Ups.Count == 2 && again.Sessions.ContainsKey(a.Id), 5, "the session after opening again", a, b);
        Assert.NotEqual(votesA.Ups[0].Tag, votesA.Ups[1].Tag);
    }

    [Fact]
    public void A_namespace_that_restarts_gets_fresh_keys_and_the_other_side_follows()
    {
        using var world = new PhysicalWorld(52);
        var (a, b) = Linked(world);
        var before = a.Manager.Sessions[b.Id].Session.Tag;
        b.Hypernet.Tell(new HypernetServer.RegisterSlot(PhysicalWorld.Namespace, b.Manager.Actor));
        world.Until(() => a.Manager.Ups.Count == 2 && b.Manager.Ups.Count == 2, 5, "the renewed session", a, b);

        Assert.Equal((b.Id, before, "renewed"), Assert.Single(a.Manager.Downs));
        Assert.NotEqual(before, a.Manager.Sessions[b.Id].Session.Tag);
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "after"));
        world.Until(() => b.Manager.Received.Count == 1, 5, "a record of the new session", a, b);
        Assert.Equal("after", b.Manager.Received[0].Text);
    }

    [Fact]
    public void Records_of_a_session_that_was_just_renewed_are_dropped_and_counted_and_the_link_stays()
    {
        using var world = new PhysicalWorld(53);
        var (a, b) = Linked(world);
        b.Manager.Sessions[a.Id].Link.Tell(new Link.RenewSession(PhysicalWorld.Namespace));
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "too late", "too late as well"));
        world.Until(() => b.Count("link.dropped.unknown-session") == 2 && a.Manager.Ups.Count == 2, 5, "the drops", a, b);
        world.Run(5);

        Assert.Equal(1, a.Count("link.up"));
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "in time"));
        world.Until(() => b.Manager.Received.Count == 1, 5, "the new session's record", a, b);
    }

    [Fact]
    public void Both_sides_renewing_at_once_agree_on_one_session()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var world = new PhysicalWorld(1000 + seed);
            var (a, b) = Linked(world);
            for (var i = 0; i < 5; i++)
            {
                a.Manager.Sessions[b.Id].Link.Tell(new Link.RenewSession(PhysicalWorld.Namespace));
                b.Manager.Sessions[a.Id].Link.Tell(new Link.RenewSession(PhysicalWorld.Namespace));
                world.Run(world.Simulation.Random.NextDouble() / 50);
            }

            world.Run(2);
            Assert.Equal(a.Manager.Sessions[b.Id].Session.Tag, b.Manager.Sessions[a.Id].Session.Tag);
            Assert.Equal(1, a.Count("link.up"));
            a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "agreed"));
            world.Until(() => b.Manager.Received.Contains((a.Id, "agreed")), 5, $"a record, seed {seed}", a, b);
        }
    }

    [Fact]
    public void Records_that_come_before_the_session_is_bound_wait_and_arrive_in_order()
    {
        using var world = new PhysicalWorld(54);
        var a = world.Start("a", DialB);
        var b = world.Start("b");
        b.Manager.BindsAtOnce = false;
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "the link", a, b);
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "one", "two"));
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "three"));
        world.Run(1);
        Assert.Empty(b.Manager.Received);
        b.Manager.Actor.Tell(new RecordingManager.Bind());
        world.Until(() => b.Manager.Received.Count == 3, 1, "the records", a, b);
        Assert.Equal(["one", "two", "three"], b.Manager.Received.Select(received => received.Text));
    }

    [Fact]
    public void More_records_than_may_wait_for_a_binding_end_the_link()
    {
        using var world = new PhysicalWorld(55);
        var a = world.Start("a", DialB);
        var b = world.Start("b", "actorp2p.link.unbound-session-bytes = 72 KiB");
        b.Manager.BindsAtOnce = false;
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "the link", a, b);
        var text = new string('x', 30_000);
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Bulk, text, text, text));
        world.Until(() => b.Count("link.ended.unbound-session-overflow") == 1, 5, "the end", a, b);
    }

    [Fact]
    public void What_is_sent_after_the_session_ended_is_dropped_and_counted()
    {
        using var world = new PhysicalWorld(56);
        var (a, b) = Linked(world);
        var link = a.Manager.Sessions[b.Id].Link;
        link.Tell(new Link.SendRecords(12345, Lane.Request, [new byte[40]], 40));
        world.Run(1);
        Assert.Equal(1, a.Count("link.dropped.session-over"));
        Assert.True(a.IsLinkedTo(b));
    }

    [Fact]
    public void Control_goes_before_bulk_that_waits()
    {
        using var world = new PhysicalWorld(57);
        world.Network.Delay = (_, _, bytes) => TimeSpan.FromMilliseconds(1 + (bytes / 1000));
        var (a, b) = Linked(world);
        var text = new string('x', 60_000);
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Bulk, [.. Enumerable.Repeat(text, 40)]));
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Control, "urgent"));
        world.Until(() => b.Manager.Received.Count == 41, 60, "everything", a, b);
        var position = b.Manager.Received.FindIndex(received => received.Text == "urgent");
        Assert.InRange(position, 0, 15);
    }

    [Fact]
    public void More_namespaces_than_a_link_may_have_are_refused_at_the_slot_map()
    {
        using var world = new PhysicalWorld(58);
        var a = world.Start("a", "actorp2p { link.max-namespaces = 2, namespace-defaults.max-namespaces = 2 }");
        a.OpenNamespace("second");
        world.Run(1);
        a.OpenNamespace("third");
        world.Run(1);
        Assert.Equal(1, a.Count("slot.refused.too-many-namespaces"));
    }

    [Fact]
    public void A_remote_that_offers_more_namespaces_than_allowed_loses_its_link()
    {
        using var world = new PhysicalWorld(59);
        var a = world.Start("a", DialB);
        var b = world.Start("b", "actorp2p { link.max-namespaces = 2, namespace-defaults.max-namespaces = 2 }");
        world.Until(() => a.IsLinkedTo(b), 10, "the link", a, b);
        a.OpenNamespace("second");
        a.OpenNamespace("third");
        world.Until(() => b.Count("link.ended.too-many-offers") > 0, 5, "the end", a, b);
    }

    [Fact]
    public void Topology_bytes_longer_than_a_frame_travel_in_parts()
    {
        using var world = new PhysicalWorld(60);
        var (a, b) = Linked(world);
        a.Manager.Sessions[b.Id].Link.Tell(new Link.SendTopology(Enumerable.Repeat((byte)0xFF, 200_000).ToArray()));
        a.Manager.Sessions[b.Id].Link.Tell(new Link.SendTopology(new byte[] { 0xFF }));
        world.Until(() => b.Count("topology.dropped.malformed") == 2, 5, "two messages that are none", a, b);
        Assert.True(a.IsLinkedTo(b));
    }

    [Fact]
    public void Topology_bytes_hold_up_reading_until_they_are_taken_and_no_longer()
    {
        using var world = new PhysicalWorld(61);
        var (a, b) = Linked(world);
        var link = a.Manager.Sessions[b.Id].Link;
        for (var sent = 1; sent <= 40; sent++)
        {
            // Each is most of what a link may leave unhandled: one that was not given back would stop the rest.
            link.Tell(new Link.SendTopology(Enumerable.Repeat((byte)0xFF, 800_000).ToArray()));
            world.Until(() => b.Count("topology.dropped.malformed") == sent, 10, "the message", a, b);
        }

        for (var i = 0; i < 20_000; i++)
        {
            link.Tell(new Link.SendTopology(new byte[] { 0xFF }));
        }

        world.Until(() => b.Count("topology.dropped.malformed") + a.Count("link.dropped.topology-queue-full") == 20_040, 30, "the flood", a, b);
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "payload"));
        world.Until(() => b.Manager.Received.Count == 1, 5, "payload after the flood", a, b);
        Assert.Equal(1, b.Count("link.up"));
    }

    [Fact]
    public void A_remote_that_makes_us_answer_and_never_reads_the_answers_loses_its_link()
    {
        using var world = new PhysicalWorld(62);
        var (a, b) = Linked(world);
        var (session, link, _) = a.Manager.Sessions[b.Id];
        for (var i = 0; i < 40; i++)
        {
            link.Tell(new Link.SendRecords(session.Tag, Lane.Control, [new byte[60_000]], 60_000), a.Manager.Actor);
        }

        world.Until(() => a.Count("link.ended.control-overflow") == 1, 5, "the end", a, b);
    }

    private static (PhysicalNode A, PhysicalNode B) Linked(PhysicalWorld world)
    {
        var a = world.Start("a", DialB);
        var b = world.Start("b");
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "the link", a, b);
        return (a, b);
    }
}
