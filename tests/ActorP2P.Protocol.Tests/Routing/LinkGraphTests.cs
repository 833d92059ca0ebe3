using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P.Protocol.Tests.Routing;

/// <summary>Which claims make an edge.</summary>
public sealed class LinkGraphTests
{
    private static readonly NodeId A = SimulatedCurve.IdOf(1);
    private static readonly NodeId B = SimulatedCurve.IdOf(2);
    private static readonly NodeId C = SimulatedCurve.IdOf(3);

    [Fact]
    public void An_edge_counts_once_both_ends_claim_it()
    {
        var oneSided = LinkGraph.FromClaims([new(A, [B.Reference]), new(B, [])]);
        Assert.False(oneSided.IsLinked(A, B));
        var twoSided = LinkGraph.FromClaims([new(A, [B.Reference]), new(B, [A.Reference])]);
        Assert.True(twoSided.IsLinked(A, B));
        Assert.True(twoSided.IsLinked(B, A));
        Assert.Equal(1, twoSided.EdgeCount);
        Assert.Equal([B], twoSided.Neighbours(A));
    }

    [Fact]
    public void A_liar_cannot_draw_an_edge_to_a_node_that_does_not_agree()
    {
        var graph = LinkGraph.FromClaims([new(A, [B.Reference, C.Reference]), new(B, [A.Reference, C.Reference]), new(C, [B.Reference])]);
        Assert.False(graph.IsLinked(A, C));
        Assert.Equal([B], graph.Neighbours(C));
    }

    [Fact]
    public void Claims_to_oneself_twice_or_to_unknown_nodes_are_ignored()
    {
        var graph = LinkGraph.FromClaims([new(A, [A.Reference, B.Reference, B.Reference, C.Reference]), new(B, [A.Reference])]);
        Assert.Equal([B], graph.Neighbours(A));
        Assert.False(graph.IsLinked(A, A));
        Assert.False(graph.Contains(C));
        Assert.Empty(graph.Neighbours(C));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_graph_of_random_claims_has_the_edges_that_pairs_agree_on(int seed)
    {
        var random = new Random(seed);
        NodeId[] nodes = [.. Enumerable.Range(1, 40).Select(SimulatedCurve.IdOf)];
        var claims = Array.ConvertAll(nodes, node => new LinkClaim(node, [.. nodes.Where(_ => random.Next(3) > 0).Select(other => other.Reference)]));
        random.Shuffle(claims);
        var graph = LinkGraph.FromClaims(claims);
        foreach (var a in claims)
        {
            var agreed = claims.Where(b => b.Node != a.Node && a.NeighbourReferences.Contains(b.Node.Reference) && b.NeighbourReferences.Contains(a.Node.Reference));
            Assert.Equal(agreed.Select(b => b.Node).Order(), graph.Neighbours(a.Node));
        }
    }

    [Fact]
    public void Two_keys_with_one_reference_are_told_apart_by_their_own_claims()
    {
        var bytes = B.Point.ToArray();
        bytes[63] ^= 1;
        var twin = NodeId.FromPoint(bytes);
        var graph = LinkGraph.FromClaims([new(A, [B.Reference]), new(B, [A.Reference]), new(twin, [])]);
        Assert.True(graph.IsLinked(A, B));
        Assert.False(graph.IsLinked(A, twin));
    }
}
