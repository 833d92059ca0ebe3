using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Tests.VirtualNetwork;
using static ActorP2P.Protocol.Tests.Dissemination.ForgedPublications;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>An origin that says two things under one id: found, proven, and not to be had for nothing.</summary>
public sealed class MulticastEquivocationTests
{
    [Fact]
    public void Two_contents_under_one_id_are_reported_with_both_signed_heads()
    {
        var net = new MulticastNet(4, seed: 1).Link(Topologies.Ring(4));
        net.Receive(1, from: 0, MessageOf(0, seq: 1, [1]));
        net.Receive(3, from: 0, MessageOf(0, seq: 1, [2]));
        net.Receive(1, from: 2, MessageOf(0, seq: 1, [2]));
        var seen = Assert.Single(net.Nodes[1].Equivocations);
        Assert.Equal(net.Nodes[0].Id, seen.Id.Origin);
        Assert.False(seen.Kept.PayloadHash.SequenceEqual(seen.Rejected.PayloadHash));
        Assert.Single(net.Nodes[1].Delivered);
    }

    [Fact]
    public void Two_contents_of_which_everybody_has_one_are_found_by_the_sums_of_announcements()
    {
        var net = new MulticastNet(12, seed: 1).Link(Topologies.FullMesh(12));
        for (var seq = 1u; seq <= 200; seq++)
        {
            for (var node = 1; node < 12; node++)
            {
                byte[] content = seq == 77 && node > 6 ? [2] : [1];
                net.Receive(node, from: 0, MessageOf(0, seq, content));
            }
        }

        net.Time.RunFor(TimeSpan.FromSeconds(40));
        Assert.All(net.Nodes[1..], static node => Assert.Equal(200, node.Delivered.Count));
        var reports = net.Nodes.SelectMany(static node => node.Equivocations).ToArray();
        Assert.NotEmpty(reports);
        Assert.All(reports, report => Assert.Equal(77ul, report.Id.Seq));
        Assert.All(reports, static report => Assert.False(report.Kept.HasSameContent(report.Rejected)));
        Assert.All(net.Nodes, static node => Assert.InRange(node.Equivocations.Count, 0, 1));
    }

    [Fact]
    public void A_false_sum_is_answered_with_a_bounded_number_of_questions()
    {
        var asked = 0;
        var net = new MulticastNet(3, seed: 1) { Carries = (from, to, bytes) => !(from == 1 && bytes.Span[0] == 4) || asked++ < 0 }.Link(Topologies.FullMesh(3));
        net.Receive(1, from: 2, MessageOf(2, seq: 1, [1]));
        for (var i = 0; i < 1000; i++)
        {
            net.Receive(1, from: 0, AnnouncementOf(2, first: 1, count: 1, sum: (ulong)i));
        }

        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.InRange(asked, 1, 40);
        Assert.Empty(net.Nodes[1].Equivocations);
    }

    [Fact]
    public void Comparing_for_ever_is_answered_to_an_allowance()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Broadcast(0);
        for (var i = 0; i < 1000; i++)
        {
            net.Receive(0, from: 1, new byte[] { 4, 0, 1, 0 }.Concat(RangeBytes(0, 1, 1)).ToArray());
        }

        Assert.InRange(net.Nodes[0].Count(MulticastDrop.WantOverAllowance), 960, 999);
    }

    [Fact]
    public void An_announcement_of_more_ids_than_allowed_costs_nothing()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.FullMesh(3));
        net.Receive(1, from: 0, AnnouncementOf(2, first: 1, count: uint.MaxValue));
        Assert.Equal(0, net.Nodes[1].Core.MissingMessages);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.TooManyAnnounced));
    }

    [Fact]
    public void A_forged_second_content_is_no_equivocation()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        net.Receive(1, from: 0, MessageOf(0, seq: 1, [1]));
        var forged = MessageOf(0, seq: 1, [2]).ToArray();
        forged[^2] ^= 1;
        net.Receive(1, from: 2, forged);
        Assert.Empty(net.Nodes[1].Equivocations);
    }

    [Fact]
    public void Two_signatures_over_one_content_are_no_equivocation()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        var message = MessageOf(0, seq: 1, [1]);
        net.Receive(1, from: 0, message);
        net.Receive(1, from: 2, message.ToArray());
        Assert.Empty(net.Nodes[1].Equivocations);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.Duplicate));
    }
}
