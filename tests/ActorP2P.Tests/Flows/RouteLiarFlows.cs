using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Members with genuine certificates that claim links they have not, or swallow what they should relay, on real sockets.</summary>
public sealed class RouteLiarFlows
{
    private const string Chain = "chain";
    private const int Messages = 20;

    [Fact]
    public async Task A_relay_that_claims_a_link_it_has_not_is_sent_nothing_for_it()
    {
        // The true way from a to d is by c and x. b signs that it is linked to d, which d does not; z is linked to b alone.
        await using var network = await TestNetwork.StartAsync(6, NetworkOptions.OnTcp, Links((1, 0), (2, 0), (3, 2), (4, 3), (5, 1)));
        await network.AllReachAllAsync(Chain);
        var (a, b, c, d, z) = (network[0], network[1], network[2], network[4], network[5]);
        var module = await d.RegisterAsync(Chain, "tx");
        Interposed.ClaimLink(b, d);

        // Each of its states names all of its links: who has heard that this one is gone has heard the lie.
        b.TellInside("hypernet/topology", new Topology.LinkDown(z.Id));
        await Eventually.HoldsAsync(async () => (await RoutesAsync(a))[z.Id].Hops == 0, network.CountersText);
        var before = b.Counters.Value("tunnel.relayed");
        await AllAreSentAsync(a, d, module, "tx");
        var route = (await RoutesAsync(a))[d.Id];
        Assert.Equal((3, c.Id), (route.Hops, route.NextHop));
        Assert.Equal(before, b.Counters.Value("tunnel.relayed"));
    }

    [Fact]
    public async Task Two_colluders_forge_a_link_among_themselves_only_and_what_they_swallow_goes_another_way()
    {
        // b and e claim a link that is none, so a to d seems to be three links by them; truly it is four by c, x and y.
        await using var network = await TestNetwork.StartAsync(7, NetworkOptions.OnTcp, Links((1, 0), (2, 0), (3, 2), (4, 3), (5, 4), (6, 5)));
        await network.AllReachAllAsync(Chain);
        var (a, b, d, e) = (network[0], network[1], network[5], network[6]);
        var module = await d.RegisterAsync(Chain, "tx");
        Interposed.ClaimLink(b, d);
        Interposed.ClaimLink(b, e);
        Interposed.ClaimLink(e, b);
        var swallowed = Interposed.SwallowingPackets(b, e.Id);
        await Eventually.HoldsAsync(
            async () => (await RoutesAsync(a))[d.Id].NextHop == b.Id && (await RoutesAsync(b))[d.Id].NextHop == e.Id, network.CountersText);

        // By the link that only one of them signed, d would be two hops away.
        Assert.Equal(3, (await RoutesAsync(a))[d.Id].Hops);
        await AllAreSentAsync(a, d, module, "tx");
        Assert.True(swallowed.Kept > 0);
        Assert.True(a.Counters.Value("tunnel.rerouted") > 0, a.CountersText());
        Assert.Equal([2, 1, 2, 2, 2, 2, 1], network.Nodes.Select(static node => node.Port.OpenConnections));
    }

    [Fact]
    public async Task A_relay_that_swallows_what_it_should_relay_is_noticed_and_everything_goes_another_way()
    {
        // a and d have no link; b, c and x are linked to both.
        await using var network = await TestNetwork.StartAsync(5, NetworkOptions.OnTcp, Links((1, 0), (2, 0), (3, 0), (4, 1), (4, 2), (4, 3)));
        await network.AllReachAllAsync(Chain);
        var (a, d) = (network[0], network[4]);
        await network.KnowsLinksOfAsync(a, network[1], network[2], network[3], d);
        var module = await d.RegisterAsync(Chain, "tx", static delivery => delivery.Type == "ask" ? delivery.Payload : null);
        await d.RegisterAsync(Chain, "ask", module);
        await AllAreSentAsync(a, d, module, "tx");
        var swallowed = new List<Interposed>();

        // On a slow machine the way may have changed since it was asked for; one relay of the three stays honest.
        for (var sent = Messages; swallowed.Sum(static relay => relay.Kept) == 0 && swallowed.Count < 2; sent += Messages)
        {
            var inUse = (await RoutesAsync(a))[d.Id].Tunnel.Single();
            swallowed.Add(Interposed.SwallowingPackets(network.Nodes.Single(node => node.Id == inUse), d.Id));
            await AllAreSentAsync(a, d, module, "tx", first: sent);
        }

        Assert.IsType<Reply>(await a.RequestAsync(Chain, d, "ask", new byte[1]));
        Assert.True(swallowed.Sum(static relay => relay.Kept) > 0);
        Assert.True(a.Counters.Value("tunnel.rerouted") > 0, a.CountersText());
        Assert.Equal([3, 3, 3, 3, 4], network.Nodes.Take(5).Select(static node => node.Port.OpenConnections));
    }

    private static Func<int, int, bool> Links(params (int Dialler, int Listener)[] links) => (dialler, listener) => links.Contains((dialler, listener));

    private static async Task<IReadOnlyDictionary<NodeId, Route>> RoutesAsync(TestNode node) =>
        (await node.AskAsync<RoutesSnapshot>(new NamespaceRouter.GetRoutes())).Routes;

    private static async Task AllAreSentAsync(TestNode from, TestNode to, TestModule module, string type, int first = 0)
    {
        var outcomes = Enumerable.Range(first, Messages)
            .Select(number => from.AskAsync(new NamespaceRouter.Unicast(Chain, to.Id, type, new[] { (byte)number }, Confirm: true)));
        Assert.All(await Task.WhenAll(outcomes), outcome => Assert.True(outcome is Sent, $"{outcome}. {from.CountersText()} {to.CountersText()}"));

        // Sent means that it is in the module's mailbox.
        await module.Log.AtLeastAsync<Delivery>(first + Messages);
        Assert.Equal(Enumerable.Range(0, first + Messages), module.Log.Deliveries.Select(static delivery => (int)delivery.Payload.Span[0]));
        Assert.All(module.Log.Deliveries, delivery => Assert.Equal(from.Id, delivery.Origin));
    }
}
