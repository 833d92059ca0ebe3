using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>
/// A member with a genuine certificate that keeps to itself what it should pass on, on real sockets: the others get it from each
/// other.
/// </summary>
public sealed class SilentLiarFlows
{
    private const string Chain = "chain";
    private const int Nodes = 6;
    private const int Silent = 3;
    private const int Messages = 5;
    private const int LargeBytes = 400 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_silent_member_of_a_ring_does_not_pass_on_comes_round_the_other_way(bool announces)
    {
        await using var network = await RingAsync();
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var liar = network[Silent];
        var kept = NeighboursOf(network)
            .Select(neighbour => Interposed.OnMulticast(liar, neighbour, Chain, send => IsOwnOrAsks(liar, send) || (announces && KindOf(send) == MulticastKind.Announce)))
            .ToList();

        await Task.WhenAll(network.Nodes.Select(PublishAsync));
        await network[0].BroadcastAsync(Chain, "tx", new byte[LargeBytes]);
        foreach (var (module, node) in modules.Zip(network.Nodes))
        {
            var expected = ((Nodes - 1) * Messages) + (node == network[0] ? 0 : 1);
            await module.Log.AtLeastAsync<Delivery>(expected);
            Assert.Equal(expected, module.Log.Deliveries.Select(static delivery => delivery.MessageId).Distinct().Count());
            Assert.Equal(expected, module.Log.Deliveries.Count);
        }

        Assert.True(kept.Sum(static between => between.Kept) > 0);
        Assert.All(network.Nodes, static node => Assert.Equal(2, node.Port.OpenConnections));
    }

    [Fact]
    public async Task States_that_a_silent_member_of_a_ring_does_not_pass_on_come_round_the_other_way()
    {
        await using var network = await RingAsync();
        var kept = NeighboursOf(network).Select(neighbour => Interposed.OnStateSync(network[Silent], neighbour, Chain, static _ => false)).ToList();
        var honest = network.Nodes.Where((_, index) => index != Silent).ToList();
        foreach (var node in honest)
        {
            await node.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "12"u8.ToArray()));
        }

        foreach (var (node, of) in network.Nodes.SelectMany(node => honest.Where(of => of != node).Select(of => (node, of))))
        {
            await Eventually.HoldsAsync(
                async () => (await node.StatusAsync(Chain, of)).Entries.TryGetValue("height", out var seen) && seen.Span.SequenceEqual("12"u8),
                network.CountersText,
                $"{node.Name} knows the status of {of.Name}");
        }

        Assert.True(kept.Sum(static between => between.Kept) > 0);
    }

    private static async Task<TestNetwork> RingAsync()
    {
        var network = await TestNetwork.StartAsync(Nodes, NetworkOptions.OnTcp, static (dialler, listener) => dialler - listener is 1 or Nodes - 1);
        await network.AllReachAllAsync(Chain);
        return network;
    }

    private static TestNode[] NeighboursOf(TestNetwork network) => [network[Silent - 1], network[Silent + 1]];

    private static async Task PublishAsync(TestNode node)
    {
        for (var number = 0; number < Messages; number++)
        {
            await node.BroadcastAsync(Chain, "tx", new byte[2000]);
        }
    }

    private static MulticastKind KindOf(Peer.SendDissemination send) => (MulticastKind)send.Head.Span[0];

    // It publishes, asks for what it lacks, and compares: so it has everything, and nobody could tell by that.
    private static bool IsOwnOrAsks(TestNode liar, Peer.SendDissemination send) => KindOf(send) switch
    {
        MulticastKind.Want or MulticastKind.WantChunks or MulticastKind.Compare => true,
        MulticastKind.Publication => send.Head.Span.Slice(8, NodeId.LengthBytes).SequenceEqual(liar.Id.Point),
        _ => false,
    };
}
