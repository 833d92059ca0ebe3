using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>What strangers and misconfigured members get: a typed reason, a counter, and nothing that others notice.</summary>
public sealed class RefusalTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";

    [Fact]
    public void A_node_of_another_network_is_refused_by_name_and_others_are_served()
    {
        using var world = new PhysicalWorld(10);
        var b = world.Start("b");
        var stranger = world.Start("s", DialB + "\nactorp2p.network.id = other");
        world.Until(() => b.Count("link.refused.wrong-network") > 0, 5, "the refusal", b, stranger);

        AssertStillServes(world, b);
        Assert.False(b.IsLinkedTo(stranger));
        Assert.Equal("wrong-network", b.Manager.Rejections[0].Reason);
    }

    [Fact]
    public void A_certificate_of_a_foreign_ca_is_refused_by_name_and_others_are_served()
    {
        using var world = new PhysicalWorld(11);
        using var foreign = world.ForeignRoot();
        var b = world.Start("b");
        var stranger = world.Start("s", DialB, world.Issue("s", foreign));

        // The initiator sees the responder's certificate first, and refuses it for the same reason.
        world.Until(() => stranger.Count("link.refused.certificate-untrusted-root") > 0, 5, "the refusal", b, stranger);
        AssertStillServes(world, b);
        Assert.False(b.IsLinkedTo(stranger));
    }

    [Fact]
    public void A_dialled_node_with_a_certificate_of_a_foreign_ca_is_refused()
    {
        using var world = new PhysicalWorld(12);
        using var foreign = world.ForeignRoot();
        var stranger = world.Start("s", "", world.Issue("s", foreign));
        var b = world.Start("b", """actorp2p.network.peers = ["s:7000"]""");
        world.Until(() => b.Count("link.refused.certificate-untrusted-root") > 0, 5, "the refusal", b, stranger);

        AssertStillServes(world, b);
        Assert.Equal("certificate-untrusted-root", b.Manager.Rejections[0].Reason);
    }

    [Fact]
    public void A_link_does_not_outlive_the_remotes_certificate_and_is_refused_from_then_on()
    {
        using var world = new PhysicalWorld(13);
        var now = world.Simulation.Now;
        var b = world.Start("b");
        var shortLived = world.Start("s", DialB, world.Issue("s", validity: new Validity(now.AddHours(-1), now.AddSeconds(30))));
        world.Until(() => b.IsLinkedTo(shortLived), 10, "the link", b, shortLived);
        world.Until(() => !b.IsLinkedTo(shortLived), 40, "its end", b, shortLived);
        world.Run(20);

        Assert.Equal(1, b.Count("link.up"));
        Assert.True(b.Count("link.ended.certificate-expired") + b.Count("link.ended.membership-refused") == 1, b.ToString());
        Assert.True(b.Count("link.refused.certificate-expired") > 0, b.ToString());
        AssertStillServes(world, b);
    }

    [Fact]
    public void An_unexpected_member_at_a_configured_address_is_refused()
    {
        using var world = new PhysicalWorld(14);
        var expected = world.Issue("other");
        var b = world.Start("b");
        var a = world.Start("a", $$"""actorp2p.network.peers = [{ address = "b:7000", node-id = "{{expected.Id}}" }]""");
        world.Until(() => a.Count("link.refused.unexpected-identity") > 0, 5, "the refusal", a, b);
        Assert.False(a.IsLinkedTo(b));
    }

    [Fact]
    public void Garbage_is_refused_as_such_and_others_are_served()
    {
        using var world = new PhysicalWorld(15);
        var b = world.Start("b");
        var garbage = new byte[4096];
        world.Simulation.Random.NextBytes(garbage);
        garbage[3] = 0xFF;
        var attempt = new Stranger(world, "s").Dial("b:7000", garbage);
        world.Until(() => attempt.End is not null, 2, "the close", b);

        Assert.Equal(1, b.Count("link.refused.bad-frame"));
        AssertStillServes(world, b);
    }

    [Fact]
    public void A_record_before_the_handshake_is_refused()
    {
        using var world = new PhysicalWorld(16);
        var b = world.Start("b");
        var record = new byte[FrameHeader.LengthBytes + 64];
        new FrameHeader(64, FrameKind.Record, Lane.Control, FrameFlags.Sealed, 0, 0, 7, 0).Write(record);
        var attempt = new Stranger(world, "s").Dial("b:7000", record);
        world.Until(() => attempt.End is not null, 2, "the close", b);

        Assert.Equal(1, b.Count("link.refused.unexpected-frame"));
    }

    [Fact]
    public void A_half_sent_handshake_ends_at_the_deadline_and_gives_its_place_back()
    {
        using var world = new PhysicalWorld(17);
        var b = world.Start("b", "actorp2p.admission { max-half-open = 1, handshake-timeout = 3s }");
        var half = new byte[FrameHeader.LengthBytes + 10];
        new FrameHeader(200, FrameKind.Handshake, Lane.Control, FrameFlags.None, 0, 0, 0, 0).Write(half);
        var stranger = new Stranger(world, "s");
        var first = stranger.Dial("b:7000", half);
        world.Run(1);
        var second = stranger.Dial("b:7000", half);
        world.Until(() => second.End is not null, 1, "the refusal of the second", b);
        Assert.Null(first.End);
        Assert.Equal(1, b.Count("link.refused.too-many-half-open"));

        world.Until(() => first.End is not null, 3, "the deadline", b);
        Assert.Equal(1, b.Count("link.refused.handshake-timeout"));
        AssertStillServes(world, b);
    }

    [Fact]
    public void Connections_beyond_the_rate_of_one_address_are_closed_and_others_are_served()
    {
        using var world = new PhysicalWorld(18);
        var b = world.Start("b");
        var stranger = new Stranger(world, "s");
        for (var i = 0; i < 500; i++)
        {
            stranger.Dial("b:7000");
        }

        world.Run(0.5);
        Assert.True(b.Count("link.refused.rate-exceeded") > 450, b.ToString());
        AssertStillServes(world, b);
    }

    [Fact]
    public void One_link_more_than_allowed_is_refused()
    {
        using var world = new PhysicalWorld(19);
        var b = world.Start("b", "actorp2p.admission.max-links = 1");
        var a = world.Start("a", DialB);
        world.Until(() => b.IsLinkedTo(a), 5, "the first link", a, b);
        var c = world.Start("c", DialB);
        world.Until(() => b.Count("link.refused.too-many-links") > 0, 5, "the refusal", b, c);

        Assert.True(b.IsLinkedTo(a));
        Assert.False(b.IsLinkedTo(c));
    }

    [Fact]
    public void Strangers_that_stay_silent_use_up_no_links()
    {
        using var world = new PhysicalWorld(21);
        var b = world.Start("b", "actorp2p.admission.max-links = 1");
        for (var host = 0; host < 5; host++)
        {
            new Stranger(world, "s" + host).Dial("b:7000");
        }

        world.Run(0.5);
        var a = world.Start("a", DialB);
        world.Until(() => b.IsLinkedTo(a), 3, "the link, while the strangers' deadline has not passed", a, b);
        Assert.Equal(0, b.Count("link.refused.too-many-links"));
    }

    [Fact]
    public void A_flood_of_rejections_is_counted_but_not_told_in_full()
    {
        using var world = new PhysicalWorld(20);
        var b = world.Start("b");
        for (var host = 0; host < 40; host++)
        {
            var garbage = Enumerable.Repeat((byte)0xEE, 64).ToArray();
            new Stranger(world, "s" + host).Dial("b:7000", garbage);
        }

        world.Run(0.9);
        Assert.Equal(40, b.Count("link.refused.bad-frame"));
        Assert.InRange(b.Manager.Rejections.Count, 1, 2 * b.Environment.Settings.Events.MaxPerSecond);
        Assert.Equal(40 - b.Manager.Rejections.Count, b.Count("rejection.event-suppressed"));
    }

    [Fact]
    public void A_flood_of_rejections_is_logged_no_more_often_than_it_is_told()
    {
        using var world = new PhysicalWorld(22);
        var b = world.Start("b", "actorp2p.events.max-per-second = 3");
        for (var host = 0; host < 60; host++)
        {
            new Stranger(world, "s" + host).Dial("b:7000", [.. Enumerable.Repeat((byte)0xEE, 64)]);
        }

        world.Run(0.9);
        Assert.Equal(60, b.Count("link.refused.bad-frame"));
        Assert.InRange(b.Manager.Rejections.Count, 1, 6);
        Assert.Equal(b.Manager.Rejections.Count, b.Log.Count(static line => line.Contains("refused", StringComparison.Ordinal)));
    }

    private static void AssertStillServes(PhysicalWorld world, PhysicalNode node)
    {
        var member = world.Start("member", $"""actorp2p.network.peers = ["{node.Host}:7000"]""");
        world.Until(() => node.IsLinkedTo(member) && member.IsLinkedTo(node), 10, "another member is served", node, member);
    }
}
