using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>A member that is not trusted where it dials: it dials seldom, says so, and comes back when that changes.</summary>
public sealed class RefusedDiallerTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";

    [Fact]
    public void A_denied_member_dials_seldom_says_so_once_and_is_linked_when_it_is_allowed_again()
    {
        using var world = new PhysicalWorld(80);
        var files = world.Issue("s");
        var b = world.Start("b", $"actorp2p.identity.deny-node-ids = [\"{files.Id}\"]");
        var s = world.Start("s", DialB, files);
        world.Run(300);
        Assert.True(b.Count("link.refused.certificate-denied") > 0, b.ToString());
        Assert.True(s.Count("link.handshake-lost.refused-by-remote") > 0, s.ToString());
        Assert.Equal(1, s.Count("dial.backed-off"));
        Assert.Equal("refused-by-remote", Assert.Single(s.Manager.Rejections).Reason);
        Assert.InRange(s.Count("dial.started"), 300 / 31, 40);

        b.Use(world.Renew(b, Validity.FromNow(world.Simulation.Now, 30)));
        world.Until(() => b.IsLinkedTo(s) && s.IsLinkedTo(b), 35, "the link", b, s);
    }

    [Fact]
    public void Certificates_that_change_here_are_shown_to_who_refused_the_former_ones_at_once()
    {
        using var world = new PhysicalWorld(81);
        var start = world.Simulation.Now;
        var b = world.Start("b");
        var s = world.Start("s", DialB, world.Issue("s", validity: new Validity(start.AddHours(-1), start.AddSeconds(20))));
        world.Run(200);
        Assert.False(b.IsLinkedTo(s));
        s.Use(world.Renew(s, Validity.FromNow(world.Simulation.Now, 200)));
        world.Until(() => b.IsLinkedTo(s) && s.IsLinkedTo(b), 2, "the link", b, s);
    }

    [Fact]
    public void A_member_that_is_only_away_is_dialled_as_often_as_ever()
    {
        using var world = new PhysicalWorld(82);
        var s = world.Start("s", DialB);
        world.Run(300);
        Assert.Equal(0, s.Count("dial.backed-off"));
        Assert.True(s.Count("dial.started") > 60, s.ToString());
    }
}
