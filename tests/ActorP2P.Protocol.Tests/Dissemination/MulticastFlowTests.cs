using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>Who gets what, over every form of network, with loss, partitions and restarts.</summary>
public sealed class MulticastFlowTests
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    [Fact]
    public void In_a_full_mesh_every_member_gets_one_copy_straight_from_the_origin()
    {
        var net = new MulticastNet(16, seed: 1).Link(Topologies.FullMesh(16));
        net.Broadcast(3);
        net.Time.RunFor(TimeSpan.FromMilliseconds(3));
        AssertDelivered(net, origin: 3, messages: 1);
        net.Time.RunFor(Settle);
        Assert.Equal(15, net.PayloadCopies);
        Assert.All(net.Nodes, static node => Assert.Equal(0, node.Count(MulticastDrop.Duplicate)));
    }

    [Fact]
    public void On_a_line_the_far_end_gets_what_it_has_no_link_for()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        net.Broadcast(0);
        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        AssertDelivered(net, origin: 0, messages: 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void On_a_ring_every_message_of_every_member_arrives_once(int seed)
    {
        var net = new MulticastNet(9, seed).Link(Topologies.Ring(9));
        for (var round = 0; round < 5; round++)
        {
            foreach (var node in net.Nodes)
            {
                net.Broadcast(node.Number, $"{node.Number} {round}");
            }
        }

        net.Time.RunFor(Settle);
        Assert.All(net.Nodes, static node => Assert.Equal(8 * 5, node.Delivered.Count));
        AssertNoMessageTwice(net);
        Assert.Equal(9 * 5 * 8, net.PayloadCopies);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void With_a_fifth_of_all_messages_lost_everything_still_arrives_once(int seed)
    {
        var net = new MulticastNet(20, seed) { Loss = 0.2 }.Link(Topologies.Random(20, 4, seed));
        for (var i = 0; i < 10; i++)
        {
            net.Broadcast(i % 3, $"message {i}");
            net.Time.RunFor(TimeSpan.FromMilliseconds(100));
        }

        net.Time.RunFor(TimeSpan.FromSeconds(50));
        foreach (var node in net.Nodes)
        {
            var own = node.Number < 3 ? (node.Number == 0 ? 4 : 3) : 0;
            Assert.Equal(10 - own, node.Delivered.Count);
        }

        AssertNoMessageTwice(net);
    }

    [Fact]
    public void A_member_behind_a_partition_gets_what_is_retained_when_it_heals()
    {
        var islands = Topologies.TwoIslands(4).ToArray();
        var bridge = islands[^1];
        var net = new MulticastNet(8, seed: 5).Link(islands);
        net.Cut([bridge]);
        for (var i = 0; i < 20; i++)
        {
            net.Broadcast(1, $"message {i}");
            net.Time.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.All(net.Nodes[4..], static node => Assert.Empty(node.Delivered));
        net.Link([bridge]);
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        AssertDelivered(net, origin: 1, messages: 20);
        AssertNoMessageTwice(net);
    }

    [Fact]
    public void What_is_older_than_the_retention_is_not_brought_to_a_late_joiner()
    {
        var net = new MulticastNet(3, seed: 5).Link([(0, 1)]);
        net.Broadcast(0, "old");
        net.Time.RunFor(TimeSpan.FromSeconds(70));
        net.Broadcast(0, "young");
        net.Link([(1, 2)]);
        net.Time.RunFor(Settle);
        Assert.Equal("young", Text(Assert.Single(net.Nodes[2].Delivered)));
    }

    [Fact]
    public void A_peer_that_the_link_state_does_not_show_yet_is_pushed_to_by_the_origin()
    {
        var net = new MulticastNet(2, seed: 1);
        net.Run(net.Nodes[0], (core, now, effects) => core.HandlePeerUp(net.Nodes[1].Id, now, effects));
        net.Run(net.Nodes[1], (core, now, effects) => core.HandlePeerUp(net.Nodes[0].Id, now, effects));
        var effects = net.Run(net.Nodes[0], static (core, now, effects) =>
        {
            core.Publish(null, "type", new byte[10], Lane.Gossip, now, effects);
            core.Flush(now, effects);
        });
        Assert.Equal(net.Nodes[1].Id, Assert.Single(effects.OfType<MulticastEffect.Send>()).To);
        Assert.Equal(1, Assert.Single(effects.OfType<MulticastEffect.Published>()).Reached);
    }

    [Fact]
    public void A_topic_reaches_its_subscribers_over_a_relay_that_does_not_follow_it()
    {
        var net = new MulticastNet(4, seed: 1).Link([(0, 1), (1, 2), (1, 3)]);
        net.Subscribe(2, "blocks");
        net.Publish(0, "blocks", new byte[100]);
        net.Time.RunFor(Settle);
        Assert.Single(net.Nodes[2].Delivered);
        Assert.Empty(net.Nodes[1].Delivered);
        Assert.Empty(net.Nodes[3].Delivered);
        Assert.Equal(2, net.PayloadCopies);
    }

    [Fact]
    public void A_member_whose_subtree_has_no_subscriber_gets_no_payload()
    {
        var net = new MulticastNet(5, seed: 1).Link(Topologies.FullMesh(5));
        net.Subscribe(4, "blocks");
        net.Publish(0, "blocks", new byte[100]);
        net.Time.RunFor(Settle);
        Assert.Single(net.Nodes[4].Delivered);
        Assert.Equal(1, net.PayloadCopies);
    }

    [Fact]
    public void After_unsubscribing_nothing_of_the_topic_is_delivered()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Subscribe(1, "blocks");
        net.Nodes[1].Core.Unsubscribe("blocks");
        net.Publish(0, "blocks", new byte[100]);
        net.Time.RunFor(Settle);
        Assert.Empty(net.Nodes[1].Delivered);
    }

    [Fact]
    public void A_restarted_origin_with_a_higher_epoch_and_lower_seqs_is_heard()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        for (var i = 0; i < 10; i++)
        {
            net.Broadcast(0, $"before {i}");
        }

        net.Time.RunFor(TimeSpan.FromSeconds(1));
        net.Restart(0, epoch: 2);
        net.Broadcast(0, "after");
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(11, net.Nodes[2].Delivered.Count);
        Assert.Equal("after", Text(net.Nodes[2].Delivered[^1]));
    }

    [Fact]
    public void A_member_that_restarts_gets_the_retained_messages_again_and_never_its_own()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.FullMesh(3));
        net.Broadcast(0, "one");
        net.Broadcast(1, "two");
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        net.Nodes[1].Delivered.Clear();
        net.Restart(1, epoch: 2);
        net.Time.RunFor(Settle);
        Assert.Equal("one", Text(Assert.Single(net.Nodes[1].Delivered)));
    }

    [Fact]
    public void A_namespace_that_restarts_in_its_process_delivers_nothing_twice_and_still_gets_what_it_missed()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
        net.Broadcast(0, "one");
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        net.RestartNamespace(2, seqBase: 1ul << 40);
        net.Broadcast(0, "two");
        net.Broadcast(2, "mine");
        net.Time.RunFor(Settle);
        Assert.Equal(["one", "two"], net.Nodes[2].Delivered.Select(Text));
        Assert.Equal("mine", Text(Assert.Single(net.Nodes[0].Delivered)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Links_that_come_and_go_under_traffic_cost_no_message_and_repeat_none(int seed)
    {
        var all = Topologies.Random(30, 8, seed).ToArray();
        var stable = Topologies.Line(30).ToHashSet();
        var changing = all.Where(link => !stable.Contains(link)).ToArray();
        var net = new MulticastNet(30, seed).Link(all);
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var link = changing[random.Next(changing.Length)];
            if (random.Next(2) == 0)
            {
                net.Cut([link]);
            }
            else
            {
                net.Link([link]);
            }

            net.Publish(round % 30, null, new byte[20_000]);
            net.Time.RunFor(TimeSpan.FromMilliseconds(random.Next(5, 400)));
        }

        net.Time.RunFor(Settle);
        Assert.All(net.Nodes, static node => Assert.Equal(58, node.Delivered.Count));
        AssertNoMessageTwice(net);
    }

    [Fact]
    public void Nodes_that_follow_and_leave_a_topic_under_traffic_get_all_of_the_time_between_and_nothing_twice()
    {
        var net = new MulticastNet(12, seed: 1).Link(Topologies.Random(12, 4, seed: 1));
        net.Subscribe(3, "blocks");
        var between = new List<MessageId>();
        for (var round = 0; round < 30; round++)
        {
            if (round == 10)
            {
                net.Subscribe(9, "blocks");
            }

            if (round == 20)
            {
                net.Unsubscribe(9, "blocks");
            }

            var id = net.Publish(0, "blocks", new byte[100]);
            if (round is >= 10 and < 20)
            {
                between.Add(id);
            }

            net.Time.RunFor(TimeSpan.FromMilliseconds(50));
        }

        net.Time.RunFor(Settle);
        Assert.Equal(30, net.Nodes[3].Delivered.Count);
        var seen = net.Nodes[9].Delivered.Select(static delivery => delivery.Id).ToArray();
        Assert.Empty(between.Except(seen));
        Assert.All(seen, id => Assert.InRange(id.Seq, 1ul, 20ul));
        AssertNoMessageTwice(net);
        Assert.All(net.Nodes.Where(static node => node.Number is not (3 or 9)), static node => Assert.Empty(node.Delivered));
    }

    [Fact]
    public void A_relay_that_follows_no_topic_is_repaired_for_those_behind_it()
    {
        var lose = true;
        var net = new MulticastNet(3, seed: 1) { Carries = (from, _, bytes) => !(lose && from == 0 && bytes.Span[0] == 1) }.Link(Topologies.Line(3));
        net.Subscribe(2, "blocks");
        net.Publish(0, "blocks", new byte[100]);
        net.Time.RunFor(TimeSpan.FromMilliseconds(10));
        lose = false;
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        Assert.Single(net.Nodes[2].Delivered);
        Assert.Empty(net.Nodes[1].Delivered);
    }

    [Fact]
    public void Killed_relays_cost_no_message_while_the_rest_is_connected()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var net = new MulticastNet(30, seed).Link(Topologies.Random(30, 8, seed));
            var random = new Random(seed);
            var dead = new HashSet<int>();
            for (var i = 0; i < 20; i++)
            {
                net.Broadcast(0, $"message {i}");
                net.Time.RunFor(TimeSpan.FromMilliseconds(3));
                if (i % 4 == 3)
                {
                    var victim = random.Next(1, 30);
                    dead.Add(victim);
                    net.Cut(net.LinksOf(victim));
                }
            }

            net.Time.RunFor(TimeSpan.FromSeconds(40));
            var tree = DisseminationTree.Build(net.Graph(), net.Nodes[0].Id, static _ => true, int.MaxValue);
            Assert.All(
                net.Nodes.Where(node => node.Number != 0 && tree.Contains(node.Id)),
                static node => Assert.Equal(20, node.Delivered.Count));
            AssertNoMessageTwice(net);
        }
    }

    [Fact]
    public void A_large_payload_in_a_large_mesh_goes_down_a_narrow_tree_without_spare_copies()
    {
        var net = new MulticastNet(100, seed: 1).Link(Topologies.FullMesh(100));
        net.Publish(7, null, new byte[64 * 1024]);
        net.Time.RunFor(TimeSpan.FromSeconds(30));
        AssertDelivered(net, origin: 7, messages: 1);
        Assert.Equal(99, net.PayloadCopies);
        Assert.InRange(net.OtherBytes / (99.0 * 64 * 1024), 0, 0.05);
    }

    [Fact]
    public void After_the_last_message_the_network_falls_silent()
    {
        var net = new MulticastNet(10, seed: 1).Link(Topologies.FullMesh(10));
        net.Broadcast(0);
        net.Time.RunFor(TimeSpan.FromMinutes(3));
        var steps = net.Time.Steps;
        net.Time.RunFor(TimeSpan.FromHours(1));
        Assert.Equal(steps, net.Time.Steps);
        Assert.All(net.Nodes, static node => Assert.Equal(0, node.Core.RetainedMessages));
    }

    private static string Text(MulticastEffect.Deliver delivery) => System.Text.Encoding.UTF8.GetString(delivery.Payload.Span);

    private static void AssertDelivered(MulticastNet net, int origin, int messages)
    {
        foreach (var node in net.Nodes)
        {
            Assert.Equal(node.Number == origin ? 0 : messages, node.Delivered.Count);
        }
    }

    private static void AssertNoMessageTwice(MulticastNet net) =>
        Assert.All(net.Nodes, static node => Assert.Equal(node.Delivered.Count, node.Delivered.Select(static delivery => delivery.Id).Distinct().Count()));
}
