using ActorP2P.Protocol.Frames;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>What happens when a part of the physical layer fails: a message that none of them can take makes it throw.</summary>
public sealed class SupervisionTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";

    [Fact]
    public void A_link_that_throws_is_stopped_and_dialled_again_and_the_others_stay()
    {
        using var world = new PhysicalWorld(80);
        var (a, b) = Linked(world);
        var c = world.Start("c", DialB);
        world.Until(() => b.IsLinkedTo(c), 10, "the other link", a, b, c);
        b.Manager.Sessions[a.Id].Link.Tell(new Link.OfferSlots(null!));
        world.Until(() => a.Manager.Ups.Count == 2 && b.IsLinkedTo(a), 10, "the link again", a, b);

        AssertFailed(b, 1);
        Assert.Equal(a.Id, Assert.Single(b.Manager.Downs).Remote);
        Assert.Empty(c.Manager.Downs);
    }

    [Fact]
    public void A_topology_that_throws_restarts_alone_and_knows_the_network_again()
    {
        using var world = new PhysicalWorld(81);
        var (a, b) = Linked(world);
        world.Until(() => a.Manager.View?.Graph.IsLinked(a.Id, b.Id) == true, 5, "the view", a, b);
        Break(a, "topology", new Topology.Advertise(null!));
        a.Manager.View = null;
        world.Until(() => a.Manager.View?.Graph.IsLinked(a.Id, b.Id) == true, 5, "the view again", a, b);
        world.Run(10);

        AssertFailed(a, 1);
        Assert.Empty(a.Manager.Downs);
        Assert.Empty(b.Manager.Downs);
        Assert.True(b.Manager.View!.Graph.IsLinked(a.Id, b.Id));
        Assert.Equal(0, a.Count("topology.duplicate-identity") + a.Count("topology.epoch-exceeded"));
    }

    [Fact]
    public void A_server_that_throws_restarts_with_its_slots_and_addresses()
    {
        using var world = new PhysicalWorld(82);
        var (a, b) = Linked(world);
        Break(b, "server", new HypernetServer.RestoreSlots(null!));
        world.Run(1);
        var c = world.Start("c", DialB);
        world.Until(() => b.IsLinkedTo(c) && c.IsLinkedTo(b), 10, "a new link with a session", b, c);

        AssertFailed(b, 1);
        Assert.Empty(a.Manager.Downs);
        Assert.Single(a.Manager.Ups);
        Assert.Equal(0, b.Count("listen.failed"));
    }

    [Fact]
    public void A_client_that_throws_restarts_and_still_knows_what_is_linked()
    {
        using var world = new PhysicalWorld(83);
        var (a, b) = Linked(world);
        Break(a, "client", new HypernetClient.DialFailed("b:7000", null!));
        world.Run(5);
        AssertFailed(a, 1);
        Assert.Single(a.Manager.Ups);
        b.Manager.Sessions[a.Id].Link.Tell(new Link.CloseLink("test"));
        world.Until(() => a.Manager.Ups.Count == 2, 10, "the link again", a, b);
        Assert.Equal("remote-goodbye: test", a.Manager.Downs[0].Reason);
    }

    [Fact]
    public void A_hypernet_that_throws_restarts_links_again_and_its_namespaces_need_not_register_again()
    {
        using var world = new PhysicalWorld(84);
        var (a, b) = Linked(world);
        b.Hypernet.Tell(new Hypernet.ConnectionReady(null!, false, "nowhere", null));
        world.Until(() => a.Manager.Ups.Count == 2 && b.Manager.Ups.Count == 2, 15, "the link again", a, b);

        AssertFailed(b, 1);
        Assert.Single(b.Manager.Downs);
        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "hello again"));
        world.Until(() => b.Manager.Received.Count == 1, 5, "a record", a, b);
        Assert.Equal(0, b.Count("listen.failed"));
    }

    [Fact]
    public void A_part_that_fails_too_often_makes_hypernet_restart_as_a_whole()
    {
        using var world = new PhysicalWorld(85);
        var (a, b) = Linked(world);
        for (var i = 0; i <= b.Environment.Settings.Supervision.MaxPartRestarts; i++)
        {
            Break(b, "topology", new Topology.Advertise(null!));
            world.Run(0.1);
        }

        world.Until(() => a.Manager.Ups.Count == 2 && b.Manager.Ups.Count == 2, 15, "the link again", a, b);
        world.Until(() => b.Manager.View?.Graph.IsLinked(a.Id, b.Id) == true, 5, "the view", a, b);

        // One more than allowed stops the topology for good; that fails Hypernet.
        AssertFailed(b, b.Environment.Settings.Supervision.MaxPartRestarts + 2);
    }

    [Fact]
    public void A_hypernet_that_leaves_says_goodbye_on_its_links_and_stops()
    {
        using var world = new PhysicalWorld(86);
        var (a, b) = Linked(world);
        b.Hypernet.Tell(Hypernet.Leave.Instance);
        world.Until(() => a.Manager.Downs.Count == 1, 3, "the goodbye", a, b);
        Assert.Equal("remote-goodbye: leaving", a.Manager.Downs[0].Reason);
        Assert.Equal("leaving", Assert.Single(b.Manager.Downs).Reason);
        world.Until(() => a.Count("dial.failed.refused") + a.CountOf("link.handshake-lost.") > 0, 10, "nobody answers any more", a, b);
    }

    private static void AssertFailed(PhysicalNode node, int times)
    {
        var errors = node.Log.Count(entry => entry.Contains("[ERROR]", StringComparison.Ordinal));
        Assert.True(errors == times, $"{errors} failures\n{node}");
    }

    private static void Break(PhysicalNode node, string part, object message) =>
        node.System.ActorSelection("/user/hypernet/" + part).Tell(message, ActorRefs.NoSender);

    private static (PhysicalNode A, PhysicalNode B) Linked(PhysicalWorld world)
    {
        var a = world.Start("a", DialB);
        var b = world.Start("b");
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "the link", a, b);
        return (a, b);
    }
}
