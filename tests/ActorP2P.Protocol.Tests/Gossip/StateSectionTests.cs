using System.Buffers.Binary;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>Interests and status of a node: two sections, each with a seq, a signature and a limit of its own.</summary>
public sealed class StateSectionTests
{
    private const int ManyTopics = 500;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly StateLimits Wide = TestSettings.Limits with { MaxTopics = ManyTopics };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_change_of_one_status_entry_beside_many_topics_sends_the_status_alone(bool push)
    {
        var net = new StateNet(4, seed: 1, TestSettings.StateSync with { PushOnChange = push }, Wide).Link(Topologies.FullMesh(4));
        Assert.True(InterestsBody.TryCreate(Enumerable.Range(0, ManyTopics).Select(static i => $"{i:D120}"), [], Wide, out var topics, out var reason), reason);
        Assert.InRange(topics.Encode().Length, 60_000, 64 * 1024);
        net.SetOwn(0, topics);
        net.SetHeight(0, "1");
        net.TimeUntil(static node => StateNet.TopicsOf(node, 0)?.Count == ManyTopics && StateNet.StatusOf(node, 0, "height") == "1", Limit);
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        var seq = SeqOf(net, 0, StateSection.Interests);
        net.Bytes = 0;
        for (var height = 2; height <= 11; height++)
        {
            net.SetHeight(0, $"{height}");
            net.TimeUntil(node => StateNet.StatusOf(node, 0, "height") == $"{height}", Limit);
        }

        Assert.InRange(net.Bytes, 1, 32 * 1024);
        Assert.Equal(seq, SeqOf(net, 0, StateSection.Interests));
        Assert.Equal(11ul, SeqOf(net, 0, StateSection.Status));
    }

    [Fact]
    public void A_section_that_was_never_set_is_neither_sent_nor_announced()
    {
        var sections = new HashSet<byte>();
        var net = new StateNet(3, seed: 1)
        {
            Carries = (_, _, bytes) =>
            {
                // Announcements name a section behind their flags and mask, answers carry it where a body begins.
                if (bytes.Span[0] == (byte)StateSyncKind.Announce && bytes.Length > 10)
                {
                    sections.Add(bytes.Span[10]);
                }
                else if (bytes.Span[0] == (byte)StateSyncKind.Answer)
                {
                    sections.Add(bytes.Span[4 + 84]);
                }

                return true;
            },
        };
        net.Link(Topologies.FullMesh(3));
        net.SetOwn(0, StateNet.Topics("a"));
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal([(byte)StateSection.Interests], sections);
        Assert.All(net.Nodes, static node => Assert.Equal(1, node.Core.Table.Count));
        net.SetOwn(0, StatusBody.Empty);
        net.TimeUntil(static node => node.Core.Table.Count == 2, Limit);
        Assert.Contains((byte)StateSection.Status, sections);
    }

    [Fact]
    public void Versions_of_two_sections_travel_as_two_lists_and_any_other_form_is_refused()
    {
        StateVersion[] versions = [new(StateSection.Status, 1, 2, 3, 4), new(StateSection.Interests, 5, 6, 7, 8), new(StateSection.Status, 9, 10, 11, 12)];
        var message = StateSyncWire.Query(versions).ToArray();
        Assert.Equal(
            "02" + "020100" + Numbers(5, 6, 7, 8) + "030200" + Numbers(1, 2, 3, 4) + Numbers(9, 10, 11, 12),
            Convert.ToHexStringLower(message));
        Assert.Equal("01" + "01" + "ffffffffffffffff", Convert.ToHexStringLower(StateSyncWire.Announce(AnnounceFlags.Exchange, StateSyncWire.AllBuckets, []).Span));
        var first = message[1..36];
        var second = message[36..];
        Assert.Equal(0, Malformed([2, .. first, .. second]));
        Assert.Equal(1, Malformed([2, .. second, .. first]));
        Assert.Equal(1, Malformed([2, .. first, .. first]));
        Assert.Equal(1, Malformed([2, .. first[..^1]]));
        Assert.Equal(1, Malformed([2, .. first, 0]));
        Assert.Equal(1, Malformed([2, 3, 0, 0]));
        Assert.Equal(1, Malformed([2, 1, .. first[1..]]));
        Assert.Equal(1, Malformed([2, 4, .. first[1..]]));
    }

    [Fact]
    public void A_state_over_its_sections_limit_is_dropped_alone_and_what_came_with_it_is_used()
    {
        var limits = TestSettings.Limits with { MaxInterestsBytes = 2048, MaxStatusBytes = 1024 };
        var net = new StateNet(2, seed: 1, limits: limits).Link([(0, 1)]);
        var topics = StateNet.Topics([.. Enumerable.Range(0, 30).Select(static i => $"{i:D60}")]);
        Assert.InRange(topics.Encode().Length, limits.MaxStatusBytes + 1, limits.MaxInterestsBytes);
        net.Receive(
            1,
            from: 0,
            StateNet.Signed(9, 1, 1, new string('x', 1024)),
            StateNet.Signed(9, 1, 1, topics),
            StateNet.Signed(8, 1, 1, StateNet.Topics([.. Enumerable.Range(0, 40).Select(static i => $"{i:D60}")])),
            StateNet.Signed(8, 1, 1, "small"));
        Assert.Equal(2, net.Nodes[1].Count(StateSyncDrop.TooLong));
        Assert.Equal(30, StateNet.TopicsOf(net.Nodes[1], 9)!.Count);
        Assert.Null(StateNet.StatusOf(net.Nodes[1], 9, "height"));
        Assert.Null(StateNet.TopicsOf(net.Nodes[1], 8));
        Assert.Equal("small", StateNet.StatusOf(net.Nodes[1], 8, "height"));
    }

    [Fact]
    public void Each_section_has_room_for_as_many_owners_as_are_allowed()
    {
        var net = new StateNet(2, seed: 1, TestSettings.StateSync with { MaxOrigins = 3 }).Link([(0, 1)]);
        for (var owner = 100; owner < 105; owner++)
        {
            net.Receive(1, from: 0, StateNet.Signed(owner, 1, 1, "x"), StateNet.Signed(owner, 1, 1, StateNet.Topics("t")));
        }

        Assert.Equal(4, net.Nodes[1].Count(StateSyncDrop.TooManyOrigins));
        Assert.Equal(3, net.Nodes[1].Core.Table.CountOf(StateSection.Interests));
        Assert.Equal(3, net.Nodes[1].Core.Table.CountOf(StateSection.Status));
    }

    [Fact]
    public void A_lie_in_one_section_does_not_touch_the_other()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 1, StateNet.Topics("a")), StateNet.Signed(9, 1, 1, "1"));
        var forged = StateSyncWire.Answer(AnswerFlags.Push, [StateNet.Signed(9, 1, 2, "2")]).ToArray();
        forged[^1] ^= 1;
        net.Receive(1, from: 0, forged);
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.BadSignature));
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 2, StateNet.Topics("b")));
        Assert.Equal(["b"], StateNet.TopicsOf(net.Nodes[1], 9));
        Assert.Equal("1", StateNet.StatusOf(net.Nodes[1], 9, "height"));

        // Who makes a status of signed interests, or the other way round, has the signature of neither.
        var changed = StateSyncWire.Answer(AnswerFlags.Push, [StateNet.Signed(9, 1, 3, InterestsBody.Empty)]).ToArray();
        changed[4 + 84] = (byte)StateSection.Status;
        net.Receive(1, from: 0, changed);
        Assert.Equal(2, net.Nodes[1].Count(StateSyncDrop.BadSignature));
    }

    [Fact]
    public void A_churning_status_does_not_use_up_the_changes_of_the_interests()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 1, StateNet.Topics("a")));
        for (var seq = 1u; seq <= 100; seq++)
        {
            net.Receive(1, from: 0, StateNet.Signed(9, 1, seq, $"{seq}"));
        }

        Assert.InRange(net.Nodes[1].Count(StateSyncDrop.TooFrequent), 80, 95);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 2, StateNet.Topics("b")));
        Assert.Equal(["b"], StateNet.TopicsOf(net.Nodes[1], 9));
    }

    [Fact]
    public void One_section_that_is_lost_again_and_again_does_not_keep_the_other_from_coming()
    {
        var isWhole = false;
        var net = new StateNet(3, seed: 1)
        {
            Carries = (_, _, bytes) => isWhole || bytes.Span[0] != (byte)StateSyncKind.Answer || bytes.Span[4 + 84] != (byte)StateSection.Interests,
        };
        net.Link(Topologies.Line(3));
        net.SetHeight(0, "1");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "1", Limit);
        net.SetOwn(0, StateNet.Topics("a"));
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        net.SetHeight(0, "2");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "2", Limit);
        Assert.Null(StateNet.TopicsOf(net.Nodes[2], 0));
        isWhole = true;
        net.TimeUntil(static node => StateNet.TopicsOf(node, 0) is ["a"], Limit);
    }

    [Fact]
    public void The_same_seq_in_two_sections_is_no_equivocation_and_two_contents_of_one_are()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 1, StateNet.Topics("a")), StateNet.Signed(9, 1, 1, "1"));
        Assert.Empty(net.Nodes[1].Effects.OfType<StateSyncEffect.Equivocation>());
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 1, "2"));
        var seen = Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.Equivocation>());
        Assert.Equal((StateSection.Status, StateSection.Status), (seen.Kept.Section, seen.Rejected.Section));
        Assert.Equal(["a"], StateNet.TopicsOf(net.Nodes[1], 9));
    }

    [Fact]
    public void A_run_that_sets_no_status_ends_that_of_the_run_before_everywhere()
    {
        var net = new StateNet(4, seed: 1).Link(Topologies.Line(4));
        net.SetOwn(0, StateNet.Topics("a"));
        net.SetHeight(0, "of the first run");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") is not null && StateNet.TopicsOf(node, 0) is not null, Limit);
        net.Restart(0, epoch: 2);
        net.SetOwn(0, StateNet.Topics("b"));
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") is null && StateNet.TopicsOf(node, 0) is ["b"], Limit);
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(net.Nodes, node => Assert.Null(StateNet.StatusOf(node, 0, "height")));
        Assert.All(net.Nodes, node => Assert.Equal(net.Nodes[0].Core.Table.Root, node.Core.Table.Root));
        net.Receive(3, from: 2, StateNet.Signed(0, 1, 99, "late"));
        Assert.Equal(1, net.Nodes[3].Count(StateSyncDrop.Older));
        Assert.Single(net.Nodes[3].Effects.OfType<StateSyncEffect.Expired>());
    }

    [Fact]
    public void A_status_of_a_new_run_that_comes_first_leaves_the_interests_of_the_old_one_until_theirs_come()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 5, StateNet.Topics("a")));
        net.Receive(1, from: 0, StateNet.Signed(9, 2, 1, "new"));
        Assert.Equal(["a"], StateNet.TopicsOf(net.Nodes[1], 9));
        net.Receive(1, from: 0, StateNet.Signed(9, 2, 1, StateNet.Topics("b")));
        Assert.Equal(["b"], StateNet.TopicsOf(net.Nodes[1], 9));
        Assert.Equal("new", StateNet.StatusOf(net.Nodes[1], 9, "height"));
        Assert.Empty(net.Nodes[1].Effects.OfType<StateSyncEffect.Expired>());
    }

    [Fact]
    public void Both_sections_go_on_under_another_key_from_the_first_seq()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.SetOwn(0, StateNet.Topics("a"));
        net.SetHeight(0, "1");
        net.Run(net.Nodes[0], static (core, now, effects) => core.Succeed(SimulatedCurve.Key(7), now + TimeSpan.FromMinutes(1), now, effects));
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        foreach (var section in new[] { StateSection.Interests, StateSection.Status })
        {
            Assert.True(net.Nodes[1].Core.Table.TryGet(SimulatedCurve.IdOf(7), section, out var entry));
            Assert.Equal((1ul, 1ul), (entry.Epoch, entry.Seq));
        }

        net.Run(net.Nodes[1], (core, now, effects) => core.Retire(net.Nodes[0].Id, now + TimeSpan.FromMinutes(1), now, effects));
        Assert.Equal(2, net.Nodes[1].Effects.OfType<StateSyncEffect.Expired>().Count());
        net.Receive(1, from: 0, StateNet.Signed(0, 9, 9, "late"), StateNet.Signed(0, 9, 9, StateNet.Topics("late")));
        Assert.Equal(2, net.Nodes[1].Count(StateSyncDrop.Older));
    }

    [Fact]
    public void Both_sections_of_a_refused_owner_go_and_both_of_one_that_waited_come()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        var membership = new TestMembership(MembershipVerdict.Unknown);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects));
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 1, StateNet.Topics("a")), StateNet.Signed(9, 1, 1, "1"));
        Assert.Equal(0, net.Nodes[1].Core.Table.Count);
        var node = SimulatedCurve.IdOf(9);
        membership.With(node, MembershipVerdict.Member);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects, node));
        Assert.Equal(2, net.Nodes[1].Core.Table.Count);
        membership.With(node, MembershipVerdict.Refused);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects, node));
        Assert.Equal(0, net.Nodes[1].Core.Table.Count);
        Assert.Equal(2, net.Nodes[1].Effects.OfType<StateSyncEffect.Expired>().Count());
    }

    [Fact]
    public void A_section_of_another_scope_cannot_be_set() =>
        Assert.Throws<ArgumentException>(() => new StateNet(1, seed: 1).SetOwn(0, LinkStateBody.Create([], new byte[32], [], TestSettings.Limits)));

    private static ulong SeqOf(StateNet net, int node, StateSection section) =>
        net.Nodes[node].Core.Table.TryGet(net.Nodes[node].Id, section, out var entry) ? entry.Seq : 0;

    private static int Malformed(byte[] message)
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, message);
        return net.Nodes[1].Count(StateSyncDrop.Malformed);
    }

    private static string Numbers(params ulong[] numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(ulong)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), numbers[i]);
        }

        return Convert.ToHexStringLower(bytes);
    }
}
