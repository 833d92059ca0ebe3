using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Certificates that are renewed, end, are denied, are held twice, or are judged by a wrong clock.</summary>
public sealed class CertificateLifeTests
{
    private const string DialA = """actorp2p.network.peers = ["a:7000"]""";
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";

    [Fact]
    public void A_renewed_certificate_carries_its_link_beyond_the_end_of_the_old_one()
    {
        using var world = new PhysicalWorld(60);
        var (start, b) = (world.Simulation.Now, world.Start("b"));
        var s = world.Start("s", DialB, world.Issue("s", validity: new Validity(start.AddHours(-1), start.AddSeconds(40))));
        world.Until(() => b.IsLinkedTo(s), 10, "the link", b, s);

        s.Use(world.Renew(s, Validity.FromNow(start, 200)));
        world.Run(90);

        Assert.True(b.IsLinkedTo(s) && s.IsLinkedTo(b), b + "\n" + s);
        Assert.Equal((1, 1), (b.Count("link.up"), s.Count("link.up")));
        Assert.Empty(b.Manager.Downs);
    }

    [Fact]
    public void A_link_ends_with_its_certificate_and_comes_back_with_a_renewed_one()
    {
        using var world = new PhysicalWorld(61);
        var (start, b) = (world.Simulation.Now, world.Start("b"));
        var s = world.Start("s", DialB, world.Issue("s", validity: new Validity(start.AddHours(-1), start.AddSeconds(30))));
        world.Until(() => b.IsLinkedTo(s), 10, "the link", b, s);
        world.Until(() => !b.IsLinkedTo(s) && !s.IsLinkedTo(b), 32, "its end", b, s);
        Assert.Equal("certificate-expired", b.Manager.Downs[0].Reason);

        s.Use(world.Renew(s, Validity.FromNow(world.Simulation.Now, 200)));
        world.Until(() => b.IsLinkedTo(s) && s.IsLinkedTo(b), 10, "the link again", b, s);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    public void A_renewed_chain_reaches_nodes_without_a_link_before_and_after_the_end_of_the_old_one(double renewedAfterSeconds)
    {
        using var world = new PhysicalWorld(62);
        var start = world.Simulation.Now;
        var a = world.Start("a");
        var b = world.Start("b", DialA);
        var c = world.Start("c", DialB, world.Issue("c", validity: new Validity(start.AddHours(-1), start.AddSeconds(40))));
        world.Until(() => VerdictAt(a, c) == MembershipVerdict.Member, 10, "c is known to a", a, b, c);
        Assert.False(a.IsLinkedTo(c));

        world.Run(renewedAfterSeconds);
        Assert.Equal(renewedAfterSeconds < 40 ? MembershipVerdict.Member : MembershipVerdict.Expired, VerdictAt(a, c));
        c.Use(world.Renew(c, Validity.FromNow(world.Simulation.Now, 200)));
        world.Until(() => a.Manager.View!.Members.TryGet(c.Id, out var standing) && standing.NotAfter > start.AddDays(100), 60, "the renewed chain at a", a, b, c);
        world.Run(60);
        Assert.Equal(MembershipVerdict.Member, VerdictAt(a, c));
        world.Until(() => b.IsLinkedTo(c), 10, "the link of c", b, c);
    }

    [Fact]
    public void A_denied_node_is_cut_within_a_second_of_virtual_time_and_comes_back_when_it_is_allowed_again()
    {
        using var world = new PhysicalWorld(63);
        var b = world.Start("b");
        var s = world.Start("s", DialB);
        var other = world.Start("o", DialB);
        world.Until(() => b.IsLinkedTo(s) && b.IsLinkedTo(other), 10, "the links", b, s, other);

        var validity = Validity.FromNow(world.Simulation.Now, 30);
        b.Use(world.Renew(b, validity, $"actorp2p.identity.deny-node-ids = [\"{s.Id}\"]"));
        world.Until(() => !b.IsLinkedTo(s) && !s.IsLinkedTo(b), 1, "the cut", b, s);
        Assert.Equal("certificate-denied", b.Manager.Downs.Single().Reason);
        Assert.Equal(MembershipVerdict.Refused, VerdictAt(b, s));
        world.Run(10);
        Assert.False(b.IsLinkedTo(s));
        Assert.True(b.IsLinkedTo(other));

        b.Use(world.Renew(b, validity));
        world.Until(() => b.IsLinkedTo(s), 31, "the link again", b, s);
    }

    [Fact]
    public void A_handshake_that_began_before_a_reload_is_judged_by_what_is_in_force_when_it_ends()
    {
        using var world = new PhysicalWorld(64);
        var b = world.Start("b");
        var s = world.Start("s", DialB);

        // Step by step until the handshake is under way, then the list changes.
        world.Until(() => world.Network.TrafficFrom("s", "b").Frames > 0, 5, "message 1", b, s);
        b.Use(world.Renew(b, Validity.FromNow(world.Simulation.Now, 30), $"actorp2p.identity.deny-node-ids = [\"{s.Id}\"]"));
        world.Run(5);
        Assert.Empty(b.Manager.Ups);
        Assert.True(b.Count("link.refused.certificate-denied") > 0, b.ToString());
    }

    [Fact]
    public void Members_and_the_node_itself_are_warned_of_once_a_threshold_and_namespaces_that_open_later_hear_of_it_too()
    {
        using var world = new PhysicalWorld(65);
        var start = world.Simulation.Now;
        var b = world.Start("b", "actorp2p.rotation.expiry-warning-days = [20, 5]", world.Issue("b", validity: Validity.FromNow(start, 100)));
        var s = world.Start("s", DialB, world.Issue("s", validity: new Validity(start.AddHours(-1), start.AddDays(6))));
        world.Until(() => b.Manager.Expiring.Count > 0, 10, "the warning", b, s);
        Assert.Equal(new PeerManager.CertificateEnds(s.Id, 6), Assert.Single(b.Manager.Expiring));
        Assert.Equal((100, 6), (b.Count("certificate.days-left.own"), b.Count("certificate.days-left.least-of-members")));
        Assert.Equal(new PeerManager.CertificateEnds(s.Id, 6), s.Manager.Expiring.Find(m => m.Node == s.Id));

        var late = b.OpenNamespace("late");
        world.Until(() => late.Expiring.Count > 0, 5, "the warning for the late namespace", b);
        Assert.Equal(s.Id, late.Expiring[0].Node);
        world.Run(30);
        Assert.Single(b.Manager.Expiring);
    }

    [Fact]
    public void Of_two_nodes_with_one_key_the_later_start_has_the_links_and_the_earlier_one_is_told()
    {
        using var world = new PhysicalWorld(66);
        var b = world.Start("b");
        var files = world.Issue("twice");
        var first = world.Start("first", DialB, files);
        world.Until(() => b.IsLinkedTo(first), 10, "the first link", b, first);
        world.Run(120);
        var second = world.Start("second", DialB, files);
        world.Until(() => second.IsLinkedTo(b) && !first.IsLinkedTo(b), 20, "the second in place of the first", b, first, second);
        world.Run(20);

        Assert.True(second.IsLinkedTo(b));
        Assert.False(first.IsLinkedTo(b));
        Assert.Contains(new NetworkAlarm.OwnKeyElsewhere(first.Id, second.Environment.Epoch), first.Manager.Alarms);
        Assert.True(first.Count("link.duplicate-identity") > 0 && first.Count("link.duplicate-identity-hint") > 0);
        Assert.Empty(second.Manager.Alarms);
    }

    [Fact]
    public void A_node_that_moves_to_another_address_is_the_same_node_there()
    {
        using var world = new PhysicalWorld(67);
        var b = world.Start("b");
        var files = world.Issue("mover");
        var before = world.Start("here", DialB, files);
        world.Until(() => b.IsLinkedTo(before), 10, "the link", b, before);
        before.Kill();
        world.Run(1);
        var after = world.Start("there", DialB, files);
        world.Until(() => after.IsLinkedTo(b) && b.Manager.Sessions[after.Id].Epoch == after.Environment.Epoch, 10, "the link from there", b, after);
        Assert.Equal(before.Id, after.Id);
        Assert.Empty(b.Manager.Rejections);
    }

    [Theory]
    [InlineData(730)]
    [InlineData(-730)]
    public void A_clock_that_jumps_by_two_years_takes_only_its_own_node_off_and_the_right_time_brings_it_back(int days)
    {
        using var world = new PhysicalWorld(68);
        var clock = new SettableTime(world.Simulation.Time);
        var b = world.Start("b");
        var other = world.Start("o", DialB);
        var s = world.Start("s", DialB, time: clock);
        world.Until(() => b.IsLinkedTo(s) && b.IsLinkedTo(other), 10, "the links", b, s, other);

        clock.Offset = TimeSpan.FromDays(days);
        world.Simulation.RunFor(TimeSpan.FromSeconds(1));
        world.Network.Reset("s", "b");
        world.Run(30);
        Assert.False(s.IsLinkedTo(b));
        Assert.True(b.IsLinkedTo(other));
        Assert.Equal(1, b.Manager.Downs.Count(down => down.Remote == s.Id));

        clock.Offset = TimeSpan.Zero;
        world.Until(() => s.IsLinkedTo(b) && b.IsLinkedTo(s), 30, "the link with the right time", b, s);
    }

    private static MembershipVerdict VerdictAt(PhysicalNode at, PhysicalNode of) =>
        at.Manager.View?.Members.Check(of.Id) ?? MembershipVerdict.Unknown;
}
