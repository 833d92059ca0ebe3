using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>How states spread, with and without push, loss, partitions and restarts.</summary>
public sealed class StateSyncFlowTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_seeds_flow_announces_a_seq_is_asked_answers_and_is_applied()
    {
        var kinds = new List<(int From, byte Kind)>();
        var settings = TestSettings.StateSync with { PushOnChange = false };
        var net = new StateNet(2, seed: 1, settings) { Carries = (from, _, bytes) => Note(kinds, from, bytes.Span[0]) };
        net.Link([(0, 1)]);
        net.Time.RunFor(TimeSpan.FromSeconds(3));
        kinds.Clear();
        net.SetHeight(0, "7");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "7", Limit);
        var announced = kinds.FindIndex(static step => step == (0, (byte)StateSyncKind.Announce));
        var asked = kinds.FindIndex(static step => step == (1, (byte)StateSyncKind.Query));
        var answered = kinds.FindIndex(static step => step == (0, (byte)StateSyncKind.Answer));
        Assert.True(announced >= 0 && announced < asked && asked < answered, string.Join(' ', kinds));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void On_a_line_the_far_end_learns_the_state_of_the_near_one(int seed)
    {
        var net = new StateNet(3, seed, TestSettings.StateSync with { PushOnChange = false }).Link(Topologies.Line(3));
        net.SetHeight(0, "1");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "1", Limit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_leaf_of_a_star_asks_its_one_peer_and_does_not_wait_for_that_peers_choice_to_fall_on_it(int seed)
    {
        var settings = TestSettings.StateSync with { PushOnChange = false };
        var net = new StateNet(31, seed, settings).Link(Topologies.Star(31));
        net.Time.RunFor(TimeSpan.FromSeconds(30));
        net.SetHeight(7, "new");
        var time = net.TimeUntil(static node => StateNet.StatusOf(node, 7, "height") == "new", Limit);
        Assert.InRange(time.TotalSeconds, 0, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_push_a_change_is_everywhere_within_three_seconds_at_a_hundred_nodes(int seed)
    {
        var net = Settled(100, 10, seed, TestSettings.StateSync with { PushOnChange = false });
        net.SetHeight(7, "new");
        var time = net.TimeUntil(static node => StateNet.StatusOf(node, 7, "height") == "new", Limit);
        Assert.InRange(time.TotalSeconds, 0, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_push_a_change_is_everywhere_within_half_a_second_at_a_hundred_nodes(int seed)
    {
        var net = Settled(100, 10, seed, TestSettings.StateSync);
        net.SetHeight(7, "new");
        var time = net.TimeUntil(static node => StateNet.StatusOf(node, 7, "height") == "new", Limit);
        Assert.InRange(time.TotalSeconds, 0, 0.5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_a_third_of_all_messages_lost_all_tables_become_equal(int seed)
    {
        var net = new StateNet(20, seed) { Loss = 0.33 }.Link(Topologies.Random(20, 4, seed));
        foreach (var node in net.Nodes)
        {
            net.SetHeight(node.Number, $"{node.Number}");
        }

        net.TimeUntil(node => node.Core.Table.Count == 20 && node.Core.Table.Root == net.Nodes[0].Core.Table.Root, Limit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_a_partition_both_sides_agree_within_five_seconds(int seed)
    {
        var islands = Topologies.TwoIslands(20).ToArray();
        var bridge = islands[^1];
        var net = new StateNet(40, seed).Link(islands);
        net.Cut([bridge]);
        foreach (var node in net.Nodes)
        {
            net.SetHeight(node.Number, "1");
        }

        net.Time.RunFor(TimeSpan.FromSeconds(30));
        Assert.Null(StateNet.StatusOf(net.Nodes[1], 21, "height"));
        net.Link([bridge]);
        var time = net.TimeUntil(node => node.Core.Table.Count == 40 && node.Core.Table.Root == net.Nodes[0].Core.Table.Root, Limit);
        Assert.InRange(time.TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_joining_node_gets_a_large_table_in_several_answers()
    {
        var net = new StateNet(3, seed: 1).Link([(0, 1)]);
        var big = new string('x', 4000);
        for (var owner = 100; owner < 200; owner++)
        {
            net.Receive(0, from: 1, StateNet.Signed(owner, 1, 1, big));
        }

        net.Link([(1, 2)]);
        var time = net.TimeUntil(static node => node.Core.Table.Count >= 100, Limit);
        Assert.InRange(time.TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_restart_with_a_lower_seq_wins_by_its_epoch()
    {
        var net = new StateNet(3, seed: 1).Link(Topologies.Line(3));
        for (var i = 0; i < 20; i++)
        {
            net.SetHeight(0, $"{i}");
            net.Time.RunFor(TimeSpan.FromMilliseconds(200));
        }

        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "19", Limit);
        net.Restart(0, epoch: 2);
        net.SetHeight(0, "fresh");
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "fresh", Limit);
    }

    [Fact]
    public void Changes_within_the_debounce_are_one_seq_and_one_push()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        Assert.Equal(1ul, net.SetOwn(0, StateNet.Status("height", "0")));
        for (var i = 1; i <= 10; i++)
        {
            Assert.Equal(2ul, net.SetOwn(0, StateNet.Status("height", $"{i}")));
        }

        net.Time.RunFor(TimeSpan.FromMilliseconds(150));
        Assert.Equal("10", StateNet.StatusOf(net.Nodes[1], 0, "height"));
        Assert.Equal(2, net.Nodes[1].Effects.OfType<StateSyncEffect.Applied>().Count());
    }

    [Fact]
    public void Each_state_is_signed_again_hourly_and_one_that_is_not_becomes_a_tombstone()
    {
        var net = new StateNet(3, seed: 1).Link(Topologies.Line(3));
        net.SetHeight(0, "a");
        net.SetHeight(1, "b");
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        net.Cut([(0, 1)]);
        net.Time.RunFor(TimeSpan.FromHours(4));
        Assert.Equal("b", StateNet.StatusOf(net.Nodes[2], 1, "height"));
        Assert.Null(StateNet.StatusOf(net.Nodes[2], 0, "height"));
        Assert.Equal(net.Nodes[0].Id, Assert.Single(net.Nodes[2].Effects.OfType<StateSyncEffect.Expired>()).Node);

        net.Receive(2, from: 1, StateNet.Signed(0, epoch: 1, seq: 1, "a"));
        Assert.Null(StateNet.StatusOf(net.Nodes[2], 0, "height"));

        net.Link([(0, 1)]);
        net.TimeUntil(static node => StateNet.StatusOf(node, 0, "height") == "a", Limit);
    }

    [Fact]
    public void Equal_tables_of_many_entries_cost_a_few_bytes_a_second()
    {
        var net = Settled(100, 10, seed: 1, TestSettings.StateSync);
        net.Bytes = 0;
        net.Time.RunFor(TimeSpan.FromSeconds(100));
        Assert.InRange(net.Bytes / 100.0 / 100.0, 1, 100);
    }

    private static StateNet Settled(int nodes, int degree, int seed, StateSyncSettings settings)
    {
        var net = new StateNet(nodes, seed, settings).Link(Topologies.Random(nodes, degree, seed));
        foreach (var node in net.Nodes)
        {
            net.SetHeight(node.Number, "old");
        }

        net.TimeUntil(node => node.Core.Table.Count == nodes && node.Core.Table.Root == net.Nodes[0].Core.Table.Root, Limit);
        return net;
    }

    private static bool Note(List<(int From, byte Kind)> kinds, int from, byte kind)
    {
        kinds.Add((from, kind));
        return true;
    }
}
