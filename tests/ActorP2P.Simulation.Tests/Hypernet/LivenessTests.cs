using ActorP2P.Protocol.Frames;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Losses are noticed, and links come back.</summary>
public sealed class LivenessTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";
    private const string DialA = """actorp2p.network.peers = ["a:7000"]""";

    [Fact]
    public void A_silent_peer_is_noticed_within_six_seconds_and_linked_again_when_it_speaks()
    {
        using var world = new PhysicalWorld(30);
        var (a, b) = Linked(world);
        world.Run(60);
        world.Network.Partition("a", "b");
        world.Until(() => !a.IsLinkedTo(b) && !b.IsLinkedTo(a), 6, "the silence", a, b);
        Assert.Equal(1, a.Count("link.ended.silent"));
        Assert.Equal("silent", Assert.Single(a.Manager.Downs).Reason);

        world.Network.Heal("a", "b");
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 12, "the link again", a, b);
        Assert.Equal(2, a.Manager.Ups.Select(up => up.Tag).Distinct().Count());
    }

    [Fact]
    public void An_idle_link_stays_up_for_an_hour()
    {
        using var world = new PhysicalWorld(31);
        var (a, b) = Linked(world);
        world.Run(3600);
        Assert.Empty(a.Manager.Downs);
        Assert.Empty(b.Manager.Downs);
        Assert.Equal(0, a.CountOf("link.dropped."));
    }

    [Fact]
    public void A_killed_node_that_returns_with_a_newer_epoch_is_linked_again_with_back_off_between()
    {
        using var world = new PhysicalWorld(32);
        var certificates = world.Issue("b");
        var a = world.Start("a", DialB);
        var b = world.Start("b", "", certificates);
        world.Until(() => a.IsLinkedTo(b), 10, "the link", a, b);
        var epoch = a.Manager.Sessions[b.Id].Epoch;
        b.Kill();
        world.Until(() => !a.IsLinkedTo(b), 6, "the loss", a);
        var dialsBefore = a.Count("dial.started");
        world.Run(30);
        Assert.InRange(a.Count("dial.started") - dialsBefore, 5, 60);

        var returned = world.Start("b", "", certificates);
        world.Until(() => a.IsLinkedTo(returned) && returned.IsLinkedTo(a), 10, "the link again", a, returned);
        Assert.True(a.Manager.Sessions[returned.Id].Epoch > epoch);
    }

    [Fact]
    public void A_node_that_restarts_before_anybody_noticed_replaces_its_old_link_at_once()
    {
        using var world = new PhysicalWorld(33);
        var certificates = world.Issue("b");
        var a = world.Start("a");
        var b = world.Start("b", DialA, certificates);
        world.Until(() => a.IsLinkedTo(b), 10, "the link", a, b);
        world.Network.Kill("b", silent: true);
        world.Run(0.2);
        var returned = world.Start("b", DialA, certificates);
        world.Until(() => returned.IsLinkedTo(a) && a.IsLinkedTo(returned), 3, "the new link", a, returned);
        world.Until(() => a.Manager.Downs.Count == 1, 5, "the old session's end", a, returned);
        world.Run(20);

        Assert.Equal(2, a.Count("link.up"));
        Assert.True(a.IsLinkedTo(returned));
        Assert.Equal(2, a.Manager.Ups.Count);
    }

    [Fact]
    public void A_node_that_finds_itself_behind_a_configured_address_stops_dialling_it()
    {
        using var world = new PhysicalWorld(34);
        var a = world.Start("a", """actorp2p.network.peers = ["a:7000", "b:7000"]""");
        var b = world.Start("b");
        world.Until(() => a.IsLinkedTo(b), 10, "the link", a, b);
        var dials = a.Count("dial.started");
        world.Run(300);
        Assert.Equal(dials, a.Count("dial.started"));
        Assert.Equal(1, a.Count("link.refused.self-connection"));
        Assert.Empty(a.Manager.Rejections);
    }

    [Fact]
    public void Two_addresses_of_one_node_make_one_link_and_no_more_dials()
    {
        using var world = new PhysicalWorld(35);
        var a = world.Start("a", """actorp2p.network.peers = ["b:7000", "b:7001"]""");
        var b = world.Start("b", """actorp2p.network.listen = ["0.0.0.0:7000", "0.0.0.0:7001"]""");
        world.Until(() => a.IsLinkedTo(b), 10, "the link", a, b);
        world.Run(30);
        var dials = a.Count("dial.started");
        world.Run(300);
        Assert.Equal(dials, a.Count("dial.started"));
        Assert.Equal(1, a.Count("link.up"));
        Assert.Empty(a.Manager.Downs);
    }

    [Theory]
    [InlineData("flip", "record-tampered")]
    [InlineData("drop", "record-counter-gap")]
    [InlineData("repeat", "record-counter-repeated")]
    public void A_record_changed_on_the_way_ends_the_link_with_its_reason_and_the_link_comes_back(string attack, string reason)
    {
        using var world = new PhysicalWorld(36);
        var (a, b) = Linked(world);
        world.Run(5);
        var isArmed = true;
        world.Network.Tamper = frame =>
        {
            var header = FrameHeader.Read(frame.Bytes.Span);
            if (!isArmed || frame.From != "a" || header.Session != 0 || header.Lane != Lane.Control || header.Counter < 3)
            {
                return [frame.Bytes];
            }

            isArmed = false;
            var flipped = frame.Bytes.ToArray();
            flipped[^1] ^= 1;
            return attack switch { "flip" => [flipped], "drop" => [], _ => [frame.Bytes, frame.Bytes] };
        };
        world.Until(() => b.Count("link.ended." + reason) == 1, 10, "the reason", a, b);
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "the link again", a, b);
        Assert.Equal(reason, b.Manager.Downs[0].Reason);
    }

    private static (PhysicalNode A, PhysicalNode B) Linked(PhysicalWorld world)
    {
        var a = world.Start("a", DialB);
        var b = world.Start("b");
        world.Until(() => a.IsLinkedTo(b) && b.IsLinkedTo(a), 10, "the link", a, b);
        return (a, b);
    }
}
