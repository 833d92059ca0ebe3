namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Wall clocks that are set while a node runs.</summary>
public sealed class ClockTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";

    [Fact]
    public void A_clock_that_is_set_back_by_days_holds_up_neither_link_states_nor_certificates_nor_new_links()
    {
        using var world = new PhysicalWorld(91);
        var clock = new SettableTime(world.Simulation.Time);
        var early = new Protocol.Identity.Issuing.Validity(world.Simulation.Now.AddDays(-20), world.Simulation.Now.AddDays(20));
        var b = world.Start("b", issued: world.Issue("b", validity: early));
        var a = world.Start("a", DialB, world.Issue("a", validity: early), clock);
        world.Until(() => a.IsLinkedTo(b), 10, "the first link", a, b);
        world.Run(5);

        clock.Offset = TimeSpan.FromDays(-3);
        var c = world.Start("c", DialB, world.Issue("c", validity: early));
        world.Until(() => Sees(a, b, c), 10, "the new link in the view of the node with the old clock", a, b, c);
        c.Kill();
        world.Until(() => !Sees(a, b, c), 15, "its end there", a, b);

        var d = world.Start("d", """actorp2p.network.peers = ["a:7000"]""", world.Issue("d", validity: early));
        world.Until(() => Sees(b, a, d), 15, "its own new link in the view of another", a, b, d);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void A_clock_that_is_set_hides_no_silence_and_holds_up_no_redial(int days)
    {
        using var world = new PhysicalWorld(92);
        var clock = new SettableTime(world.Simulation.Time);
        var early = new Protocol.Identity.Issuing.Validity(world.Simulation.Now.AddDays(-20), world.Simulation.Now.AddDays(20));
        var b = world.Start("b", issued: world.Issue("b", validity: early));
        var a = world.Start("a", DialB, world.Issue("a", validity: early), clock);
        world.Until(() => a.IsLinkedTo(b), 10, "the first link", a, b);
        world.Run(30);

        clock.Offset = TimeSpan.FromDays(days);
        world.Network.Partition("a", "b");
        world.Until(() => !a.IsLinkedTo(b), 8, "the silence", a, b);
        world.Run(5);
        world.Network.Heal("a", "b");
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 20, "the link again", a, b);
        Assert.Single(a.Manager.Downs);
    }

    private static bool Sees(PhysicalNode viewer, PhysicalNode middle, PhysicalNode end) =>
        viewer.Manager.View is { } view && view.Graph.IsLinked(middle.Id, end.Id);
}
