using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Routing;

/// <summary>Shape, agreement and pruning of trees.</summary>
public sealed class DisseminationTreeTests
{
    private static readonly Func<NodeId, bool> Everybody = static _ => true;

    [Fact]
    public void In_a_full_mesh_everybody_is_a_child_of_the_origin()
    {
        var tree = Build(GraphOf(10, Topologies.FullMesh(10)), 4);
        Assert.Equal(1, tree.Depth);
        Assert.Equal(10, tree.Count);
        Assert.Equal(9, tree.ChildrenOf(Id(4)).Count);
        Assert.Empty(tree.ChildrenOf(Id(5)));
    }

    [Theory]
    [InlineData(100, 4, 5)]
    [InlineData(300, 4, 6)]
    public void A_limit_on_children_is_kept_in_a_mesh_and_the_tree_stays_shallow(int nodes, int maxChildren, int maxDepth)
    {
        var tree = Build(GraphOf(nodes, Topologies.FullMesh(nodes)), 0, maxChildren);
        Assert.Equal(nodes, tree.Count);
        Assert.InRange(tree.Depth, 2, maxDepth);
        Assert.All(Enumerable.Range(0, nodes), node => Assert.InRange(tree.ChildrenOf(Id(node)).Count, 0, maxChildren));
    }

    [Fact]
    public void A_thousand_nodes_of_degree_fifty_are_reached_within_six_levels()
    {
        var tree = Build(GraphOf(1000, Topologies.Random(1000, 50, seed: 1)), 17, maxChildren: 8);
        Assert.Equal(1000, tree.Count);
        Assert.InRange(tree.Depth, 3, 6);
    }

    [Fact]
    public void A_hub_exceeds_the_limit_rather_than_leave_somebody_out()
    {
        var tree = Build(GraphOf(20, Topologies.Star(20)), 0, maxChildren: 4);
        Assert.Equal(20, tree.Count);
        Assert.Equal(19, tree.ChildrenOf(Id(0)).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_connected_node_is_reached_once_from_its_parent(int seed)
    {
        var graph = GraphOf(60, Topologies.Random(60, 4, seed));
        var tree = Build(graph, seed, maxChildren: 3);
        Assert.Equal(60, tree.Count);
        for (var node = 0; node < 60; node++)
        {
            var parent = tree.ParentOf(Id(node));
            Assert.Equal(node == seed, parent is null);
            if (parent is not null)
            {
                Assert.True(graph.IsLinked(parent, Id(node)));
                Assert.Contains(Id(node), tree.ChildrenOf(parent));
            }
        }
    }

    [Fact]
    public void The_order_in_which_claims_came_makes_no_difference()
    {
        var claims = ClaimsOf(40, Topologies.Random(40, 6, seed: 3));
        var one = Build(LinkGraph.FromClaims(claims), 5, maxChildren: 3);
        var other = Build(LinkGraph.FromClaims(claims.Reverse()), 5, maxChildren: 3);
        Assert.All(Enumerable.Range(0, 40), node => Assert.Equal(one.ParentOf(Id(node)), other.ParentOf(Id(node))));
    }

    [Fact]
    public void Different_origins_spread_the_load_over_different_inner_nodes()
    {
        var graph = GraphOf(60, Topologies.FullMesh(60));
        var inner = Enumerable.Range(0, 60).SelectMany(origin => Build(graph, origin, maxChildren: 4).ChildrenOf(Id(origin))).Distinct();
        Assert.InRange(inner.Count(), 50, 60);
    }

    [Fact]
    public void Who_is_not_allowed_carries_nothing()
    {
        var tree = DisseminationTree.Build(GraphOf(3, Topologies.Line(3)), Id(0), static node => node != Id(1), int.MaxValue);
        Assert.False(tree.Contains(Id(1)));
        Assert.False(tree.Contains(Id(2)));
        Assert.Equal(1, tree.Count);
    }

    [Fact]
    public void An_origin_outside_the_graph_is_alone_in_its_tree()
    {
        var tree = DisseminationTree.Build(LinkGraph.Empty, Id(0), Everybody, int.MaxValue);
        Assert.True(tree.Contains(Id(0)));
        Assert.Empty(tree.ChildrenOf(Id(0)));
        Assert.Equal(1, tree.Count);
        Assert.Equal(0, tree.Depth);
    }

    [Fact]
    public void Pruning_keeps_a_relay_above_a_wanted_node_and_nothing_else()
    {
        var tree = Build(GraphOf(5, [(0, 1), (1, 2), (0, 3), (3, 4)]), 0);
        var pruned = tree.PrunedTo(static node => node == Id(2));
        Assert.Equal([Id(1)], pruned.ChildrenOf(Id(0)));
        Assert.Equal([Id(2)], pruned.ChildrenOf(Id(1)));
        Assert.Empty(pruned.ChildrenOf(Id(3)));
        Assert.False(pruned.Contains(Id(4)));
        Assert.Equal(1, tree.CountWhere(static node => node == Id(2)));
    }

    private static NodeId Id(int number) => SimulatedCurve.IdOf(number);

    private static DisseminationTree Build(LinkGraph graph, int origin, int maxChildren = int.MaxValue) =>
        DisseminationTree.Build(graph, Id(origin), Everybody, maxChildren);

    private static LinkGraph GraphOf(int nodes, IEnumerable<(int A, int B)> links) => LinkGraph.FromClaims(ClaimsOf(nodes, links));

    private static LinkClaim[] ClaimsOf(int nodes, IEnumerable<(int A, int B)> links)
    {
        var ids = Enumerable.Range(0, nodes).Select(Id).ToArray();
        var neighbours = ids.Select(static _ => new List<ulong>()).ToArray();
        foreach (var (a, b) in links)
        {
            neighbours[a].Add(ids[b].Reference);
            neighbours[b].Add(ids[a].Reference);
        }

        return ids.Select((id, i) => new LinkClaim(id, neighbours[i])).ToArray();
    }
}
