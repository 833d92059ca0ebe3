using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Routing;

/// <summary>What is told of the routes is what packets do.</summary>
public sealed class FirstHopsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_first_hop_is_the_one_that_the_route_table_takes(int seed)
    {
        const int Nodes = 80;
        var graph = Graph(Nodes, Topologies.Random(Nodes, 6, seed));
        for (var self = 0; self < Nodes; self += 7)
        {
            var linked = graph.Neighbours(Id(self)).ToHashSet();
            var table = new RouteTable(Id(self), linked.Contains);
            table.Use(graph);
            var hops = FirstHops.From(graph, Id(self), linked);
            Assert.Equal(Nodes - 1, hops.Count);
            foreach (var (destination, first) in hops)
            {
                Assert.Equal(table.Distance(destination, AvoidedNodes.None), first.Hops);
                Assert.Equal(table.NextHop(Id(self), destination, AvoidedNodes.None), first.Node);
            }
        }
    }

    [Fact]
    public void A_node_with_more_than_64_links_chooses_among_all_of_them()
    {
        // 0 is linked to 1..100, and each of these to 101.
        var edges = Enumerable.Range(1, 100).SelectMany(static relay => new[] { (0, relay), (relay, 101) });
        var graph = Graph(102, edges);
        var linked = graph.Neighbours(Id(0)).ToHashSet();
        var table = new RouteTable(Id(0), linked.Contains);
        table.Use(graph);
        var last = FirstHops.From(graph, Id(0), linked)[Id(101)];
        Assert.Equal((2, table.NextHop(Id(0), Id(101), AvoidedNodes.None)), (last.Hops, last.Node));
    }

    [Fact]
    public void A_lost_link_is_no_way_although_the_graph_still_has_it_and_a_new_one_is_though_it_has_not()
    {
        var graph = Graph(4, [(0, 1), (1, 2)]);
        var hops = FirstHops.From(graph, Id(0), [Id(3)]);
        Assert.Equal(new FirstHop(0, null), hops[Id(1)]);
        Assert.Equal(new FirstHop(0, null), hops[Id(2)]);
        Assert.Equal(new FirstHop(1, Id(3)), hops[Id(3)]);
    }

    [Fact]
    public void A_node_that_no_graph_holds_yet_knows_its_links_alone()
    {
        var hops = FirstHops.From(LinkGraph.Empty, Id(0), [Id(1)]);
        Assert.Equal(new FirstHop(1, Id(1)), Assert.Single(hops).Value);
    }

    private static NodeId Id(int number) => SimulatedCurve.IdOf(number);

    private static LinkGraph Graph(int nodes, IEnumerable<(int A, int B)> links)
    {
        var all = links.ToArray();
        return LinkGraph.FromClaims(Enumerable.Range(0, nodes).Select(node => new LinkClaim(
            Id(node),
            [.. all.Where(link => link.A == node || link.B == node).Select(link => Id(link.A == node ? link.B : link.A).Reference)])));
    }
}
