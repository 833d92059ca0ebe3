using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>Lying members and broken bytes.</summary>
public sealed class StateSyncAttackTests
{
    [Fact]
    public void Every_flipped_byte_of_a_state_is_dropped_and_changes_nothing()
    {
        var message = StateSyncWire.Answer(AnswerFlags.Push, [StateNet.Signed(9, 1, 1, "x")]);
        for (var i = 1; i < message.Length; i++)
        {
            var net = new StateNet(2, seed: 1).Link([(0, 1)]);
            var forged = message.ToArray();
            forged[i] ^= 0x20;
            net.Receive(1, from: 0, forged);
            var isFlagByte = i == 1;
            Assert.Equal(isFlagByte ? 1 : 0, net.Nodes[1].Core.Table.Count);
            Assert.Equal(isFlagByte ? 0 : 1, net.Nodes[1].Effects.OfType<StateSyncEffect.Dropped>().Count());
        }
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_apply()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 300)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = (byte)random.Next(0, 7);
            }

            net.Receive(1, from: 0, bytes);
        }

        Assert.Equal(0, net.Nodes[1].Core.Table.Count);
    }

    [Fact]
    public void A_state_of_another_namespace_or_of_the_link_state_fails_its_signature()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        var body = StateNet.Status("height", "1").Encode();
        net.Receive(1, from: 0, SignedState.Sign(StateScope.Namespace("net", "other"), SimulatedCurve.Key(0), 1, 1, body));
        net.Receive(1, from: 0, SignedState.Sign(StateScope.LinkState("net"), SimulatedCurve.Key(0), 1, 1, body));
        Assert.Equal(2, net.Nodes[1].Count(StateSyncDrop.BadSignature));
    }

    [Fact]
    public void Older_seqs_and_closed_epochs_are_ignored_and_counted()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, StateNet.Signed(9, 2, 5, "new"), StateNet.Signed(9, 2, 4, "old"), StateNet.Signed(9, 1, 99, "older"), StateNet.Signed(9, 2, 5, "new"));
        Assert.Equal("new", StateNet.StatusOf(net.Nodes[1], 9, "height"));
        Assert.Equal(2, net.Nodes[1].Count(StateSyncDrop.Older));
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.Duplicate));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_two_contents_under_one_seq_the_lower_hash_wins_everywhere_and_both_are_evidence(int seed)
    {
        var one = StateNet.Signed(99, 1, 1, "one");
        var two = StateNet.Signed(99, 1, 1, "two");
        var winner = one.ContentHash.SequenceCompareTo(two.ContentHash) < 0 ? "one" : "two";
        var net = new StateNet(10, seed).Link(Topologies.Ring(10));
        net.Receive(0, from: 1, one);
        net.Receive(5, from: 4, two);
        net.TimeUntil(node => StateNet.StatusOf(node, 99, "height") == winner, TimeSpan.FromSeconds(30));
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(net.Nodes, node => Assert.Equal(winner, StateNet.StatusOf(node, 99, "height")));
        var seen = net.Nodes.SelectMany(static node => node.Effects.OfType<StateSyncEffect.Equivocation>()).ToArray();
        Assert.NotEmpty(seen);
        Assert.All(seen, static evidence => Assert.True(
            evidence.Kept.Verify(SimulatedCurve.Instance) && evidence.Rejected.Verify(SimulatedCurve.Instance)));
    }

    [Fact]
    public void Somebody_who_signs_with_our_key_in_a_higher_epoch_is_reported()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.SetHeight(1, "mine");
        net.Receive(1, from: 0, StateNet.Signed(1, epoch: 7, seq: 1, "theirs"));
        var evidence = Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.EpochExceeded>()).Evidence;
        Assert.True(evidence.Epoch == 7 && evidence.Node == net.Nodes[1].Id && evidence.Verify(SimulatedCurve.Instance));
        Assert.Equal("mine", StateNet.StatusOf(net.Nodes[1], 1, "height"));
    }

    [Fact]
    public void A_state_under_our_key_that_our_key_did_not_sign_is_no_alarm()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        var forged = StateSyncWire.Answer(AnswerFlags.Push, [StateNet.Signed(1, epoch: 7, seq: 1, "theirs")]).ToArray();
        forged[^1] ^= 1;
        net.Receive(1, from: 0, forged);
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.BadSignature));
        Assert.Empty(net.Nodes[1].Effects.OfType<StateSyncEffect.EpochExceeded>());
    }

    [Fact]
    public void A_node_that_lost_its_store_is_shown_its_former_epoch_at_link_up()
    {
        var net = new StateNet(3, seed: 1).Link(Topologies.Line(3));
        net.Restart(0, epoch: 50);
        net.SetHeight(0, "before");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "before", TimeSpan.FromSeconds(10));
        net.Restart(0, epoch: 3);
        net.SetHeight(0, "after");
        net.Time.RunFor(TimeSpan.FromSeconds(2));
        Assert.Contains(net.Nodes[0].Effects, static effect => effect is StateSyncEffect.EpochExceeded { Evidence.Epoch: 50 });
        net.Restart(0, epoch: 51);
        net.SetHeight(0, "after");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "after", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Proof_of_our_higher_epoch_counts_from_a_stranger_and_nothing_else_does()
    {
        var net = new StateNet(3, seed: 1).Link([(0, 1)]);
        net.SetOwn(1, StateNet.Topics("theirs"));
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Null(net.Nodes[0].Core.ProofOfHigherEpoch(net.Nodes[1].Id, epoch: 1));
        Assert.Null(net.Nodes[0].Core.ProofOfHigherEpoch(net.Nodes[2].Id, epoch: 0));
        var proof = net.Nodes[0].Core.ProofOfHigherEpoch(net.Nodes[1].Id, epoch: 0)!.Value;
        var strangers = StateSyncWire.Answer(AnswerFlags.None, [StateNet.Signed(1, 9, 1, StateNet.Topics("mine")), StateNet.Signed(1, 9, 2, "x")]);

        // Its own epoch is 1 as well, so this proof says nothing to it; one of a higher epoch does.
        net.Receive(1, from: 2, proof);
        net.Receive(1, from: 2, strangers);
        net.Receive(2, from: 1, proof);
        Assert.Empty(net.Nodes[1].Effects.OfType<StateSyncEffect.EpochExceeded>());
        Assert.Equal((1, 1), (net.Nodes[1].Count(StateSyncDrop.Own), net.Nodes[1].Count(StateSyncDrop.NotAPeer)));
        Assert.Equal(1, net.Nodes[2].Count(StateSyncDrop.NotAPeer));
        net.Receive(1, from: 2, StateNet.Signed(1, 9, 1, StateNet.Topics("mine")));
        Assert.Equal(9ul, Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.EpochExceeded>()).Evidence.Epoch);
    }

    [Fact]
    public void Somebody_who_signs_with_our_key_in_our_epoch_is_reported_as_duplicate_identity()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.SetHeight(1, "mine");
        net.Receive(1, from: 0, StateNet.Signed(1, epoch: 1, seq: 9, "theirs"));
        Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.DuplicateIdentity>());
    }

    [Fact]
    public void Our_own_old_state_that_comes_back_is_no_alarm()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.SetHeight(1, "a");
        Assert.True(net.Nodes[1].Core.Table.TryGet(net.Nodes[1].Id, StateSection.Status, out var entry));
        var old = entry.Signed!;
        net.Receive(1, from: 0, old);
        net.SetHeight(1, "b");
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        net.Receive(1, from: 0, old);
        Assert.Equal(2, net.Nodes[1].Count(StateSyncDrop.Own));
        Assert.Empty(net.Nodes[1].Effects.OfType<StateSyncEffect.DuplicateIdentity>());
    }

    [Fact]
    public void States_of_keys_without_certificates_wait_in_a_bounded_room_until_they_have_one()
    {
        var settings = TestSettings.StateSync with { MaxOrigins = 10 };
        var net = new StateNet(2, seed: 1, settings).Link([(0, 1)]);
        var membership = new TestMembership(MembershipVerdict.Unknown);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects));
        for (var owner = 100; owner < 130; owner++)
        {
            net.Receive(1, from: 0, StateNet.Signed(owner, 1, 1, "x"));
        }

        Assert.Equal(0, net.Nodes[1].Core.Table.Count);
        Assert.Equal(20, net.Nodes[1].Count(StateSyncDrop.TooManyHeld));
        Assert.Equal(10, net.Nodes[1].Effects.OfType<StateSyncEffect.MembershipNeeded>().Count());
        membership.With(SimulatedCurve.IdOf(100), MembershipVerdict.Member).With(SimulatedCurve.IdOf(101), MembershipVerdict.Refused);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects));
        Assert.Equal(1, net.Nodes[1].Core.Table.Count);
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.RefusedMember));
    }

    [Fact]
    public void A_full_table_takes_no_new_owner_and_still_updates_the_old_ones()
    {
        var settings = TestSettings.StateSync with { MaxOrigins = 5 };
        var net = new StateNet(2, seed: 1, settings).Link([(0, 1)]);
        for (var owner = 100; owner < 110; owner++)
        {
            net.Receive(1, from: 0, StateNet.Signed(owner, 1, 1, "x"));
        }

        net.Receive(1, from: 0, StateNet.Signed(100, 1, 2, "y"));
        Assert.Equal(5, net.Nodes[1].Core.Table.Count);
        Assert.Equal(5, net.Nodes[1].Count(StateSyncDrop.TooManyOrigins));
        Assert.Equal("y", StateNet.StatusOf(net.Nodes[1], 100, "height"));
    }

    [Fact]
    public void A_refused_owners_state_is_purged()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 1, "x"));
        var membership = new TestMembership(MembershipVerdict.Member).With(SimulatedCurve.IdOf(9), MembershipVerdict.Refused);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects));
        Assert.Equal(SimulatedCurve.IdOf(9), Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.Expired>()).Node);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 2, "x"));
        Assert.Equal(0, net.Nodes[1].Core.Table.Count);
    }

    [Fact]
    public void A_churning_owner_is_slowed_and_its_last_word_still_arrives()
    {
        var net = new StateNet(3, seed: 1).Link(Topologies.Line(3));
        for (var seq = 1u; seq <= 200; seq++)
        {
            net.Receive(1, from: 0, StateNet.Signed(9, 1, seq, $"{seq}"));
        }

        Assert.InRange(net.Nodes[1].Count(StateSyncDrop.TooFrequent), 180, 195);
        net.Receive(0, from: 1, StateNet.Signed(9, 1, 200, "200"));
        net.TimeUntil(static node => StateNet.StatusOf(node, 9, "height") == "200", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Asking_for_ever_gets_a_bounded_number_of_answers()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.SetHeight(1, "x");
        var query = StateSyncWire.Query([new StateVersion(StateSection.Status, net.Nodes[1].Id.Reference, 0, 0, 0)]);
        var sent = net.Nodes[1].SentBytes;
        for (var i = 0; i < 20_000; i++)
        {
            net.Receive(1, from: 0, query);
        }

        Assert.InRange(net.Nodes[1].SentBytes - sent, 1, TestSettings.StateSync.ReplyBurstBytes);
        Assert.InRange(net.Nodes[1].Count(StateSyncDrop.QueryOverAllowance), 10_000, 19_999);
    }

    [Fact]
    public void Who_announces_a_newer_state_and_never_answers_does_not_keep_it_from_coming()
    {
        var net = new StateNet(4, seed: 1, TestSettings.StateSync with { PushOnChange = false })
        {
            Carries = static (from, _, bytes) => from != 1 || bytes.Span[0] != (byte)StateSyncKind.Answer,
        };
        net.Link([(0, 1), (0, 2), (1, 3), (2, 3)]);
        net.SetHeight(0, "x");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "x", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_stranger_is_not_listened_to()
    {
        var net = new StateNet(2, seed: 1);
        net.Receive(1, from: 0, StateNet.Signed(0, 1, 1, "x"));
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.NotAPeer));
        Assert.Equal(0, net.Nodes[1].Core.Table.Count);
    }
}
