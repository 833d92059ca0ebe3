using ActorP2P.Protocol.Gossip;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Every node learns the whole graph, whoever it is linked to.</summary>
public sealed class TopologyTests
{
    [Fact]
    public void A_line_of_three_shows_its_ends_to_each_other_as_members()
    {
        using var world = new PhysicalWorld(70);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c) && Sees(c, b, a), 10, "the whole line", a, b, c);

        Assert.False(a.Manager.View!.Graph.IsLinked(a.Id, c.Id));
        Assert.Equal(MembershipVerdict.Member, a.Manager.View.Members.Check(c.Id));
        Assert.Equal(MembershipVerdict.Member, c.Manager.View!.Members.Check(a.Id));
    }

    [Fact]
    public void A_lost_link_leaves_the_view_of_those_far_away_too()
    {
        using var world = new PhysicalWorld(71);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c), 10, "the whole line", a, b, c);
        c.Kill();
        world.Until(() => !a.Manager.View!.Graph.IsLinked(b.Id, c.Id), 10, "the loss", a, b);
        Assert.True(a.Manager.View!.Graph.IsLinked(a.Id, b.Id));
    }

    [Fact]
    public void A_namespace_that_opens_late_gets_the_view_at_once()
    {
        using var world = new PhysicalWorld(72);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c), 10, "the whole line", a, b, c);
        var late = a.OpenNamespace("late");
        world.Until(() => late.View is not null, 1, "the view", a);
        Assert.True(late.View!.Graph.IsLinked(b.Id, c.Id));
    }

    private static bool Sees(PhysicalNode viewer, PhysicalNode middle, PhysicalNode end) =>
        viewer.Manager.View is { } view && view.Graph.IsLinked(viewer.Id, middle.Id) && view.Graph.IsLinked(middle.Id, end.Id);

    private static (PhysicalNode A, PhysicalNode B, PhysicalNode C) Line(PhysicalWorld world) => (
        world.Start("a"),
        world.Start("b", """actorp2p.network.peers = ["a:7000", "c:7000"]"""),
        world.Start("c"));
}
