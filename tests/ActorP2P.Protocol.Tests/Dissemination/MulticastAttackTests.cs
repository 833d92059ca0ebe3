using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Tests.VirtualNetwork;
using static ActorP2P.Protocol.Tests.Dissemination.ForgedPublications;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>What a valid member that lies, and one that breaks, can and cannot do.</summary>
public sealed class MulticastAttackTests
{
    [Fact]
    public void Every_flipped_byte_of_a_relayed_message_is_dropped_with_a_reason()
    {
        var message = MessageOf(9, seq: 1, payload: new byte[20]);
        for (var i = 0; i < message.Length; i++)
        {
            var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
            var forged = message.ToArray();
            forged[i] ^= 0x40;
            net.Receive(1, from: 0, forged);
            net.Time.RunFor(TimeSpan.FromSeconds(1));
            Assert.Empty(net.Nodes[1].Delivered);
            Assert.Empty(net.Nodes[2].Delivered);
            Assert.Equal(1, net.Nodes[1].Drops.Values.Sum());
        }
    }

    [Fact]
    public void Every_cut_message_is_dropped_as_malformed()
    {
        var message = MessageOf(9, seq: 1, payload: new byte[20]);
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        for (var length = 0; length < message.Length; length++)
        {
            net.Receive(1, from: 0, message[..length]);
        }

        Assert.Equal(message.Length, net.Nodes[1].Count(MulticastDrop.Malformed));
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_deliver()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = (byte)random.Next(0, 5);
            }

            net.Receive(1, from: 0, bytes);
        }

        Assert.Empty(net.Nodes[1].Delivered);
        Assert.InRange(net.Nodes[1].Count(MulticastDrop.Malformed), 1, 20_000);
    }

    [Fact]
    public void A_message_of_another_namespace_or_network_fails_its_signature()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        foreach (var scope in new[] { new PublicationScope("net", "other"), new PublicationScope("other", "ns"), new PublicationScope("netn", "s") })
        {
            net.Receive(1, from: 0, MessageOf(9, seq: 1, new byte[20], scope));
        }

        Assert.Equal(3, net.Nodes[1].Count(MulticastDrop.BadSignature));
    }

    [Fact]
    public void A_spoofed_origin_is_neither_delivered_nor_passed_on_and_the_true_message_still_arrives()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        var spoofed = MessageOf(2, seq: 1, new byte[20]).ToArray();
        spoofed[^1] ^= 1;
        net.Receive(1, from: 0, spoofed);
        net.Broadcast(2, "true");
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(net.Nodes[1].Delivered);
        Assert.Single(net.Nodes[0].Delivered);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BadSignature));
    }

    [Fact]
    public void Messages_of_keys_that_never_get_a_verdict_give_their_room_back()
    {
        var truth = new TestMembership(MembershipVerdict.Unknown);
        var net = new MulticastNet(2, seed: 1) { Membership = truth }.Link([(0, 1)]);
        for (var i = 0; i < 300; i++)
        {
            net.Receive(1, from: 0, MessageOf(1000 + i, seq: 1, new byte[1]));
        }

        Assert.InRange(net.Nodes[1].Count(MulticastDrop.TooManyPending), 1, 299);
        net.Time.RunFor(TimeSpan.FromMinutes(2));
        var before = net.Nodes[1].Count(MulticastDrop.TooManyPending);
        net.Receive(1, from: 0, MessageOf(9, seq: 1, new byte[1]));
        truth.With(SimulatedCurve.IdOf(9), MembershipVerdict.Member);
        net.ShareViews();
        Assert.Equal(before, net.Nodes[1].Count(MulticastDrop.TooManyPending));
        Assert.Single(net.Nodes[1].Delivered);
    }

    [Fact]
    public void A_message_that_its_origin_signed_wrongly_is_judged_once_however_often_it_is_asked_for()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        var wrong = MessageOf(0, seq: 1, new byte[20]).ToArray();
        wrong[^25] ^= 1;
        net.Receive(1, from: 0, wrong);
        Assert.Single(net.Nodes[1].Delivered);
        var range = new OriginRanges(SimulatedCurve.IdOf(0).Reference, 1, [new SeqRange(1, 1)]);
        for (var i = 0; i < 50; i++)
        {
            net.Receive(1, from: 0, MulticastWire.Compose(MulticastKind.Want, IdFlags.None, [range]));
        }

        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BadSignature));
    }

    [Fact]
    public void A_replayed_message_is_a_duplicate_for_ever()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        var message = MessageOf(0, seq: 1, new byte[20]);
        net.Receive(1, from: 0, message);
        net.Receive(1, from: 0, message);
        net.Time.RunFor(TimeSpan.FromMinutes(10));
        net.Receive(1, from: 0, message);
        Assert.Single(net.Nodes[1].Delivered);
        Assert.Equal(2, net.Nodes[1].Count(MulticastDrop.Duplicate));
    }

    [Fact]
    public void A_replay_below_the_floor_or_of_a_closed_epoch_is_refused()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(0, seq: 100, new byte[1], floor: 90));
        net.Receive(1, from: 0, MessageOf(0, seq: 89, new byte[1], floor: 1));
        net.Receive(1, from: 0, MessageOf(0, seq: 1, new byte[1], epoch: 2));
        net.Receive(1, from: 0, MessageOf(0, seq: 101, new byte[1], epoch: 1));
        Assert.Equal(2, net.Nodes[1].Delivered.Count);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BelowFloor));
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.OldEpoch));
    }

    [Fact]
    public void A_seq_too_far_above_its_floor_is_refused()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(0, seq: 65_537, new byte[1], floor: 1));
        net.Receive(1, from: 0, MessageOf(0, seq: 65_536, new byte[1], floor: 1));
        Assert.Single(net.Nodes[1].Delivered);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BeyondWindow));
    }

    [Fact]
    public void A_badly_signed_message_of_the_session_partner_goes_no_further()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        var bad = MessageOf(0, seq: 1, [1]).ToArray();
        bad[^2] ^= 1;
        net.Receive(1, from: 0, bad);
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(net.Nodes[2].Delivered);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BadSignature));
    }

    [Fact]
    public void An_origin_without_a_known_certificate_waits_for_it_and_one_that_is_refused_is_dropped()
    {
        var membership = new TestMembership(MembershipVerdict.Unknown);
        var net = new MulticastNet(2, seed: 1) { Membership = membership }.Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(8, seq: 1, [1]));
        net.Receive(1, from: 0, MessageOf(9, seq: 1, [1]));
        Assert.Empty(net.Nodes[1].Delivered);
        membership.With(SimulatedCurve.IdOf(8), MembershipVerdict.Member).With(SimulatedCurve.IdOf(9), MembershipVerdict.Refused);
        net.ShareViews();
        Assert.Equal(SimulatedCurve.IdOf(8), Assert.Single(net.Nodes[1].Delivered).Origin);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.RefusedOrigin));
    }

    [Fact]
    public void Keys_without_certificates_fill_a_bounded_room_and_no_more()
    {
        var settings = TestSettings.Dissemination with { MaxPendingUnknownOrigin = 10 };
        var net = new MulticastNet(2, seed: 1, settings) { Membership = new TestMembership(MembershipVerdict.Unknown) }.Link([(0, 1)]);
        for (var i = 0; i < 100; i++)
        {
            net.Receive(1, from: 0, MessageOf(1000 + i, seq: 1, [1]));
        }

        Assert.Equal(90, net.Nodes[1].Count(MulticastDrop.TooManyPending));
    }

    [Fact]
    public void A_revoked_origin_is_forgotten_with_all_it_sent()
    {
        var membership = new TestMembership(MembershipVerdict.Member);
        var net = new MulticastNet(2, seed: 1) { Membership = membership }.Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(9, seq: 1, [1]));
        Assert.Equal(1, net.Nodes[1].Core.RetainedMessages);
        membership.With(SimulatedCurve.IdOf(9), MembershipVerdict.Refused);
        net.ShareViews();
        Assert.Equal(0, net.Nodes[1].Core.RetainedMessages);
        Assert.Equal(0, net.Nodes[1].Core.RetainedBytes);
    }

    [Fact]
    public void A_flood_is_held_within_its_origins_retention_alone()
    {
        var settings = TestSettings.Dissemination with { RetentionMessages = 50, RetentionBytes = 10_000 };
        var net = new MulticastNet(3, seed: 1, settings).Link(Topologies.FullMesh(3));
        net.Broadcast(2, "kept");
        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        for (var i = 1u; i <= 5000; i++)
        {
            net.Receive(1, from: 0, MessageOf(0, seq: i, new byte[100]));
        }

        Assert.InRange(net.Nodes[1].Core.RetainedBytes, 1, 11_000);
        Assert.InRange(net.Nodes[1].Core.RetainedMessages, 2, 51);
    }

    [Fact]
    public void All_origins_together_stay_within_the_total_and_the_flood_loses_its_own_messages()
    {
        var settings = TestSettings.Dissemination with { RetentionBytes = 50_000, RetentionTotalBytes = 60_000 };
        var net = new MulticastNet(8, seed: 1, settings).Link(Topologies.FullMesh(8));
        for (var quiet = 2; quiet < 6; quiet++)
        {
            net.Publish(quiet, null, new byte[5_000]);
        }

        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        for (var i = 1u; i <= 100; i++)
        {
            net.Receive(1, from: 0, MessageOf(0, seq: i, new byte[1_000]));
        }

        Assert.InRange(net.Nodes[1].Core.RetainedBytes, 50_000, 60_000);
        Assert.InRange(net.Nodes[1].Count(MulticastDrop.Evicted), 1, 100);
        for (var quiet = 2; quiet < 6; quiet++)
        {
            var copies = net.PayloadCopies;
            net.Receive(1, from: 7, new byte[] { 3, 0, 1, 0 }.Concat(RangeBytes(quiet, 1, 1)).ToArray());
            Assert.Equal(copies + 1, net.PayloadCopies);
        }
    }

    [Fact]
    public void Fake_ids_are_tracked_to_a_limit_and_forgotten_when_nobody_has_them()
    {
        var settings = TestSettings.Dissemination with { MaxAnnouncedIds = 100 };
        var net = new MulticastNet(3, seed: 1, settings) { Carries = static (from, to, _) => to != 0 }.Link(Topologies.FullMesh(3));
        for (var i = 0; i < 10; i++)
        {
            net.Receive(1, from: 0, AnnouncementOf(2, first: 1 + ((ulong)i * 60), count: 60));
        }

        Assert.Equal(100, net.Nodes[1].Core.MissingMessages);
        Assert.InRange(net.Nodes[1].Count(MulticastDrop.TooManyAnnounced), 1, 10);
        net.Time.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(0, net.Nodes[1].Core.MissingMessages);
        Assert.Equal(100, net.Nodes[1].Count(MulticastDrop.WantUnanswered));
    }

    [Fact]
    public void Who_announces_and_stays_silent_delays_a_message_by_one_timeout_only()
    {
        // Node 0 never sends a payload, and node 3 has a second neighbour that does.
        var net = new MulticastNet(4, seed: 1) { Carries = static (from, _, bytes) => from != 0 || bytes.Span[0] != 1 }
            .Link([(0, 1), (1, 2)]);
        net.Broadcast(2, "late");
        net.Time.RunFor(TimeSpan.FromMilliseconds(100));
        net.Link([(0, 3)]);
        net.Time.RunFor(TimeSpan.FromMilliseconds(100));
        net.Link([(1, 3)]);
        net.Time.RunFor(TimeSpan.FromSeconds(4));
        Assert.Single(net.Nodes[3].Delivered);
    }

    [Fact]
    public void Asking_for_history_for_ever_costs_a_bounded_number_of_bytes()
    {
        var settings = TestSettings.Dissemination with { RetentionBytes = 50_000 };
        var net = new MulticastNet(2, seed: 1, settings).Link([(0, 1)]);
        net.Publish(0, null, new byte[9_000]);
        net.Time.RunFor(TimeSpan.FromMilliseconds(50));
        var want = new byte[] { 3, 0, 1, 0 }.Concat(RangeBytes(0, 1, 1)).ToArray();
        for (var i = 0; i < 100; i++)
        {
            net.Receive(0, from: 1, want);
        }

        Assert.InRange(net.Nodes[0].Count(MulticastDrop.WantOverAllowance), 90, 99);
        Assert.InRange(net.PayloadCopies, 2, 11);
    }

    [Fact]
    public void A_stranger_without_a_session_is_not_listened_to()
    {
        var net = new MulticastNet(2, seed: 1);
        net.Receive(1, from: 0, MessageOf(0, seq: 1, [1]));
        Assert.Empty(net.Nodes[1].Delivered);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.NotAPeer));
    }

    [Fact]
    public void The_control_lane_and_unknown_lanes_carry_no_publication()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, MessageOf(0, seq: 1, [1], lane: Lane.Control));
        net.Receive(1, from: 0, MessageOf(0, seq: 1, [1], lane: (Lane)9));
        Assert.Equal(2, net.Nodes[1].Count(MulticastDrop.Malformed));
    }
}
