using ActorP2P.Protocol.Frames;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>How nodes come to one link a pair, whatever happens at the same time.</summary>
public sealed class LinkingTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";
    private const string DialA = """actorp2p.network.peers = ["a:7000"]""";

    [Fact]
    public void Members_known_only_from_link_state_are_dialled_when_discovery_is_by_gossip()
    {
        using var world = new PhysicalWorld(40);
        const string Discovery = "actorp2p.discovery { mode = gossip, names = on }\n";
        var a = world.Start("a", Discovery);
        var b = world.Start("b", Discovery + """actorp2p.network.peers = ["a:7000", "c:7000"]""");
        var c = world.Start("c", Discovery);
        world.Until(() => a.IsLinkedTo(c) && c.IsLinkedTo(a), 20, "the link of the ends", a, b, c);
        Assert.True(a.Count("dial.started-discovered") + c.Count("dial.started-discovered") > 0);
        b.Kill();
        world.Run(30);
        Assert.True(a.IsLinkedTo(c), "it stands without the node that made them known to each other");
    }

    [Fact]
    public void Discovered_names_are_not_dialled_unless_configured()
    {
        using var world = new PhysicalWorld(41);
        const string Discovery = "actorp2p.discovery.mode = gossip\n";
        var a = world.Start("a", Discovery);
        var b = world.Start("b", Discovery + """actorp2p.network.peers = ["a:7000", "c:7000"]""");
        var c = world.Start("c", Discovery);
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(c), 20, "the line", a, b, c);
        world.Run(30);
        Assert.False(a.IsLinkedTo(c));
        Assert.Equal(0, a.Count("dial.started-discovered") + c.Count("dial.started-discovered"));
    }

    [Fact]
    public void Two_nodes_link_up_and_exchange_records_of_a_namespace()
    {
        using var world = new PhysicalWorld(1);
        var a = world.Start("a", DialB);
        var b = world.Start("b");
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "a link", a, b);

        a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "one", "two"));
        b.Manager.Actor.Tell(new RecordingManager.Send(a.Id, Lane.Bulk, "three"));
        world.Until(() => b.Manager.Received.Count == 2 && a.Manager.Received.Count == 1, 5, "the records");

        Assert.Equal([(a.Id, "one"), (a.Id, "two")], b.Manager.Received);
        Assert.Equal([(b.Id, "three")], a.Manager.Received);
        Assert.Equal(Lane.Request, Assert.Single(a.Manager.Written).Lane);
        Assert.Equal(1, a.Count("link.up"));
        Assert.Equal(1, b.Count("link.up"));
    }

    [Fact]
    public void Simultaneous_dials_end_in_one_link_200_times_and_lose_nothing()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            using var world = new PhysicalWorld(seed);
            var a = world.Start("a", DialB);
            var b = world.Start("b", DialA);
            world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 20, $"a link, seed {seed}", a, b);
            a.Manager.Actor.Tell(new RecordingManager.Send(b.Id, Lane.Request, "from a"));
            b.Manager.Actor.Tell(new RecordingManager.Send(a.Id, Lane.Request, "from b"));
            world.Run(5);

            Assert.True(a.Count("link.up") == 1 && b.Count("link.up") == 1, $"seed {seed}: {a}\n{b}");
            Assert.True(a.Manager.Ups.Count == 1 && b.Manager.Ups.Count == 1, $"seed {seed}: sessions came and went");
            Assert.Equal([(b.Id, "from b")], a.Manager.Received);
            Assert.Equal([(a.Id, "from a")], b.Manager.Received);
        }
    }
}
