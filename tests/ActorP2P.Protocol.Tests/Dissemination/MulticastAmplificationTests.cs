using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Tests.VirtualNetwork;
using static ActorP2P.Protocol.Tests.Dissemination.ForgedPublications;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>A valid member makes others pay more than it pays itself: in memory, signature checks, look-ups and trees.</summary>
public sealed class MulticastAmplificationTests
{
    private const byte History = 1;

    [Fact]
    public void Repeating_an_announcement_of_ids_that_nobody_has_grows_no_queue()
    {
        var settings = TestSettings.Dissemination with { MaxAnnouncedIds = 200 };
        var net = new MulticastNet(3, seed: 1, settings) { Carries = static (from, to, _) => to != 0 }.Link(Topologies.FullMesh(3));
        var announcement = AnnouncementOf(2, first: 1, count: 200);
        announcement[1] = History;
        for (var i = 0; i < 500; i++)
        {
            net.Receive(1, from: 0, announcement);
        }

        Assert.Equal(200, net.Nodes[1].Core.MissingMessages);
        Assert.InRange(net.Nodes[1].Core.QueuedEntries, 200, 2000);
    }

    [Fact]
    public void Who_announces_the_same_missing_ids_without_end_is_soon_not_heard_any_more()
    {
        var settings = TestSettings.Dissemination with { MaxAnnouncedIds = 100 };
        var net = new MulticastNet(3, seed: 1, settings) { Carries = static (from, to, _) => to != 0 }.Link(Topologies.FullMesh(3));
        for (var i = 0; i < 100; i++)
        {
            net.Receive(1, from: 0, AnnouncementOf(2, first: 1, count: 100));
        }

        Assert.InRange(net.Nodes[1].Count(MulticastDrop.TooManyAnnounced), 80, 90);
        net.Receive(1, from: 2, AnnouncementOf(2, first: 1, count: 100));
        Assert.InRange(net.Nodes[1].Count(MulticastDrop.TooManyAnnounced), 80, 90);
    }

    [Fact]
    public void Announcers_that_come_and_go_leave_no_ids_behind_that_nobody_pays_for()
    {
        var settings = TestSettings.Dissemination with { MaxAnnouncedIds = 50 };
        var net = new MulticastNet(4, seed: 1, settings) { Carries = static (_, to, _) => to == 1 }.Link([(0, 1), (1, 2), (1, 3)]);
        for (var i = 0u; i < 10; i++)
        {
            net.Receive(1, from: 0, AnnouncementOf(3, first: 1 + (i * 50), count: 50));
            net.Receive(1, from: 2, AnnouncementOf(3, first: 1 + (i * 50), count: 50));
            net.Cut([(0, 1)]);
            net.Link([(0, 1)]);
        }

        Assert.InRange(net.Nodes[1].Core.MissingMessages, 1, 100);
    }

    [Fact]
    public void Many_that_announce_beforehand_and_stay_silent_do_not_shut_out_the_one_who_has_the_message()
    {
        const int Victim = 1;
        const int Holder = 2;
        var lost = 0;
        var net = new MulticastNet(14, seed: 1)
        {
            // The push is lost, and none of the liars has anything.
            Carries = (from, to, bytes) => (to is 0 or Victim or Holder) && (from is 0 or Victim or Holder)
                && !(to == Victim && bytes.Span[0] == 1 && lost++ == 0),
        };
        net.Link([(0, Holder), (Victim, Holder), .. Enumerable.Range(3, 11).Select(static liar => (Victim, liar))]);
        for (var liar = 3; liar < 14; liar++)
        {
            net.Receive(Victim, liar, AnnouncementOf(0, first: 1, count: 1));
        }

        net.Broadcast(0);
        net.Time.RunFor(TimeSpan.FromSeconds(25));
        Assert.Equal(1, lost - net.Nodes[Victim].Delivered.Count);
        Assert.Single(net.Nodes[Victim].Delivered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Other_contents_under_a_held_id_are_checked_a_limited_number_of_times(bool asHeads)
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(9, seq: 1, [1]));
        var other = MessageOf(9, seq: 1, [2]).ToArray();
        other[^2] ^= 1;
        var bytes = asHeads ? (byte[])[(byte)MulticastKind.Head, .. other[..^1]] : other;
        for (var i = 0; i < 500; i++)
        {
            net.Receive(1, from: 0, bytes);
        }

        Assert.InRange(net.Nodes[1].Core.SignaturesChecked, 2, 40);
        Assert.InRange(net.Nodes[1].Count(MulticastDrop.TooManyBadSignatures), 460, 500);
        Assert.Empty(net.Nodes[1].Equivocations);
    }

    [Fact]
    public void Questions_about_runs_cost_an_allowance_before_anything_is_looked_up()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        for (var i = 0; i < 40; i++)
        {
            net.PublishTogether(0, 64);
        }

        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        var run = new OriginRanges(SimulatedCurve.IdOf(0).Reference, 1, [new SeqRange(1, 2560)]);
        var before = net.Nodes[0].Core.IdsSummed;
        for (var i = 0; i < 1000; i++)
        {
            net.Receive(0, from: 1, MulticastWire.Compose(MulticastKind.Compare, IdFlags.None, [run]));
        }

        Assert.InRange(net.Nodes[0].Core.IdsSummed - before, 1, 40 * 2 * 2560);
        Assert.InRange(net.Nodes[0].Count(MulticastDrop.WantOverAllowance), 900, 1000);
    }

    [Fact]
    public void Announcing_for_ever_what_is_held_costs_a_bounded_number_of_look_ups()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        for (var i = 0; i < 40; i++)
        {
            net.PublishTogether(0, 64);
        }

        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        var before = net.Nodes[1].Core.IdsSummed;
        for (var i = 0; i < 2000; i++)
        {
            net.Receive(1, from: 0, AnnouncementOf(0, first: 1, count: 2560));
        }

        Assert.InRange(net.Nodes[1].Core.IdsSummed - before, 2560, 300_000);
    }

    [Fact]
    public void A_peer_that_fills_the_room_for_unknown_origins_makes_way_for_another_peers_message()
    {
        var settings = TestSettings.Dissemination with { MaxPendingUnknownOrigin = 10 };
        var membership = new TestMembership(MembershipVerdict.Unknown);
        var net = new MulticastNet(3, seed: 1, settings) { Membership = membership }.Link(Topologies.FullMesh(3));
        for (var i = 0; i < 50; i++)
        {
            net.Receive(1, from: 0, MessageOf(1000 + i, seq: 1, [1]));
        }

        net.Receive(1, from: 2, MessageOf(9, seq: 1, [1]));
        Assert.Equal(41, net.Nodes[1].Count(MulticastDrop.TooManyPending));
        membership.With(SimulatedCurve.IdOf(9), MembershipVerdict.Member);
        net.ShareViews();
        Assert.Equal(SimulatedCurve.IdOf(9), Assert.Single(net.Nodes[1].Delivered).Origin);
    }

    [Fact]
    public void A_message_of_an_unknown_origin_that_is_larger_than_the_whole_room_is_dropped()
    {
        var settings = TestSettings.Dissemination with { MaxPendingUnknownOriginBytes = 100 };
        var net = new MulticastNet(2, seed: 1, settings) { Membership = new TestMembership(MembershipVerdict.Unknown) }.Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(9, seq: 1, new byte[1000]));
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.TooManyPending));
    }

    [Fact]
    public void What_waited_in_vain_for_its_origins_certificate_and_what_came_twice_is_counted()
    {
        var net = new MulticastNet(2, seed: 1) { Membership = new TestMembership(MembershipVerdict.Unknown) }.Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(8, seq: 1, [1]));
        net.Receive(1, from: 0, MessageOf(8, seq: 1, [1]));
        net.Time.RunFor(TimeSpan.FromMinutes(2));
        net.Receive(1, from: 0, MessageOf(9, seq: 1, [1]));
        Assert.Equal((1, 1), (net.Nodes[1].Count(MulticastDrop.Duplicate), net.Nodes[1].Count(MulticastDrop.OriginNeverKnown)));
    }

    [Fact]
    public void A_forged_message_of_a_relay_costs_no_tree()
    {
        var net = new MulticastNet(20, seed: 1).Link(Topologies.FullMesh(20));
        var before = net.Nodes[1].Core.TreesComputed;
        for (var origin = 2; origin < 20; origin++)
        {
            var forged = MessageOf(origin, seq: 1, [1]).ToArray();
            forged[^2] ^= 1;
            net.Receive(1, from: 0, forged);
        }

        Assert.Equal(18, net.Nodes[1].Count(MulticastDrop.BadSignature));
        Assert.Equal(before, net.Nodes[1].Core.TreesComputed);
    }

    [Fact]
    public void Topics_that_nobody_follows_share_one_place_in_the_tree()
    {
        var net = new MulticastNet(4, seed: 1).Link(Topologies.FullMesh(4));
        net.Subscribe(2, "followed");
        var before = net.Nodes[0].Core.PlacesComputed;
        for (var i = 0; i < 200; i++)
        {
            net.Publish(0, "topic-" + i, new byte[1]);
        }

        net.Publish(0, "followed", new byte[1]);
        net.Time.RunFor(TimeSpan.FromSeconds(40));
        Assert.InRange(net.Nodes[0].Core.PlacesComputed - before, 1, 20);
        Assert.Single(net.Nodes[2].Delivered);
    }
}
