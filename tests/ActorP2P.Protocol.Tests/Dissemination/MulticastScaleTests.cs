using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>What dissemination costs and how far it reaches at 100 and 1,000 nodes: the figures that the design promises.</summary>
public sealed class MulticastScaleTests
{
    private const int LargeBytes = 64 * 1024;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void A_small_full_mesh_costs_one_copy_each_at_depth_one(int nodes)
    {
        var net = new MulticastNet(nodes, seed: 1).Link(Topologies.FullMesh(nodes));
        var sent = Publish(net, [0, 1, 2], rounds: 5, bytes: 1024, gap: TimeSpan.FromMilliseconds(100));
        net.Time.RunFor(Settle);
        AssertEverybodyHasAll(net, sent);
        Assert.Equal(sent * (nodes - 1), net.PayloadCopies);
        Assert.Equal(MulticastNet.Latency, DepthOf(net, 0, 1024));
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1, 20, 200)]
    [InlineData(10, 5, 500)]
    [InlineData(1, 20, 0)]
    [InlineData(100, 1, 20)]
    public void A_hundred_nodes_in_full_mesh_stay_within_five_per_cent(int senders, int rounds, int gapMs)
    {
        var net = new MulticastNet(100, seed: 1).Link(Topologies.FullMesh(100));
        var sent = Publish(net, Enumerable.Range(0, senders), rounds, LargeBytes, TimeSpan.FromMilliseconds(gapMs));
        net.Time.RunFor(Settle);
        AssertEverybodyHasAll(net, sent);
        AssertNoDuplicates(net);
        Assert.InRange(Redundancy(net, sent), 1.0, 1.05);
        Assert.InRange((double)net.OtherBytes / net.PayloadBytes, 0, 0.05);
        Assert.InRange(DepthOf(net, 50, LargeBytes) / MulticastNet.Latency, 2, 5);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(20)]
    public void An_island_whose_one_push_over_the_bridge_was_lost_gets_the_message_all_the_same(int each)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var pushed = new HashSet<string>();
            var net = new MulticastNet(2 * each, seed)
            {
                // Each publication crosses the bridge in vain the first time.
                Carries = (from, to, bytes) => from / each == to / each || bytes.Span[0] != 1 || !pushed.Add(Convert.ToHexString(bytes.Span)),
            };
            net.Link(Topologies.TwoIslands(each));
            for (var node = 0; node < 2 * each; node++)
            {
                net.Broadcast(node);
            }

            net.Time.RunFor(Settle);
            Assert.All(net.Nodes, node => Assert.Equal((2 * each) - 1, node.Delivered.Count));
            AssertNoDuplicates(net);
        }
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(LargeBytes)]
    public void A_thousand_nodes_of_degree_fifty_are_reached_within_six_hops_and_ten_per_cent(int bytes)
    {
        var net = new MulticastNet(1000, seed: 1).Link(Topologies.Random(1000, 50, seed: 1));
        var at = net.Time.Now;
        var sent = Publish(net, [3, 500], rounds: 1, bytes, gap: TimeSpan.FromMilliseconds(100));
        var depth = (net.Nodes.Max(static node => node.LastDeliveryAt) - at) / MulticastNet.Latency;
        net.Time.RunFor(Settle);
        AssertEverybodyHasAll(net, sent);
        AssertNoDuplicates(net);
        Assert.InRange(Redundancy(net, sent), 1.0, 1.10);
        Assert.InRange(depth, 2, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void With_one_message_in_twenty_lost_and_a_fifth_of_the_nodes_killed_the_living_have_everything(int seed)
    {
        var net = new MulticastNet(100, seed) { Loss = 0.05 }.Link(Topologies.FullMesh(100));
        var random = new Random(seed);
        var sent = 0;
        for (var round = 0; round < 40; round++)
        {
            if (round % 2 == 0)
            {
                // Noticed by its neighbours after six seconds, the longest that detection takes.
                var victim = random.Next(10, 100);
                net.Kill(victim);
                net.Time.After(TimeSpan.FromSeconds(6), () => net.Cut(net.LinksOf(victim)));
            }

            net.Publish(round % 10, null, new byte[LargeBytes]);
            sent++;
            net.Time.RunFor(TimeSpan.FromMilliseconds(250));
        }

        net.Time.RunFor(TimeSpan.FromSeconds(45));
        AssertNoDuplicates(net);
        Assert.All(net.Alive, node => Assert.Equal(node.Number < 10 ? sent - (sent / 10) : sent, node.Delivered.Count));
        Assert.InRange(net.Alive.Count(), 80, 84);
        Assert.InRange((double)net.PayloadCopiesReceived / net.Nodes.Sum(static node => node.Delivered.Count), 1.0, 1.2);
    }

    [Fact]
    public void A_partition_of_thirty_seconds_leaves_nothing_behind_when_it_heals()
    {
        const int Half = 15;
        var links = Topologies.FullMesh(2 * Half).ToArray();
        var bridges = links.Where(static link => link.A < Half && link.B >= Half).ToArray();
        var net = new MulticastNet(2 * Half, seed: 3).Link(links);
        net.Cut(bridges);
        for (var second = 0; second < 30; second++)
        {
            Publish(net, [1, Half + 1], rounds: 1, bytes: 100, gap: TimeSpan.FromSeconds(1));
        }

        Assert.All(net.Nodes, static node => Assert.Equal(30, node.Delivered.Count + node.Published));
        net.Link(bridges);
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        AssertEverybodyHasAll(net, 60);
        AssertNoDuplicates(net);
    }

    private static int Publish(MulticastNet net, IEnumerable<int> senders, int rounds, int bytes, TimeSpan gap)
    {
        var sent = 0;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var sender in senders)
            {
                net.Publish(sender, null, new byte[bytes]);
                net.Nodes[sender].Published++;
                sent++;
            }

            net.Time.RunFor(gap);
        }

        return sent;
    }

    private static TimeSpan DepthOf(MulticastNet net, int origin, int bytes)
    {
        net.Time.RunFor(Settle);
        var at = net.Time.Now;
        net.Publish(origin, null, new byte[bytes]);
        net.Time.RunFor(Settle);
        return net.Nodes.Max(static node => node.LastDeliveryAt) - at;
    }

    private static double Redundancy(MulticastNet net, int sent) => (double)net.PayloadCopies / (sent * (net.Nodes.Length - 1));

    private static void AssertEverybodyHasAll(MulticastNet net, int sent)
    {
        Assert.All(net.Nodes, node => Assert.Equal(sent, node.Delivered.Count + node.Published));
    }

    private static void AssertNoDuplicates(MulticastNet net) =>
        Assert.All(net.Nodes, static node => Assert.Equal(node.Delivered.Count, node.Delivered.Select(static delivery => delivery.Id).Distinct().Count()));
}
