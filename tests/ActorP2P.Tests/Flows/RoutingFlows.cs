using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Unicast and request between nodes without a link, through relays, on real sockets with both layers of protection.</summary>
public sealed class RoutingFlows
{
    private const string Chain = "chain";

    [Fact]
    public async Task The_ends_of_a_line_of_four_talk_through_the_two_in_between_and_see_their_way()
    {
        await using var network = await TestNetwork.LineAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx", static delivery => delivery.Payload);
        var (a, b, c, d) = (network[0], network[1], network[2], network[3]);
        for (byte number = 0; number < 20; number++)
        {
            await SentAsync(a, d, [number]);
            await SentAsync(d, a, [number]);
        }

        var reply = Assert.IsType<Reply>(await a.RequestAsync(Chain, d, "tx", "height?"u8.ToArray()));
        Assert.Equal((d.Id, "height?"), (reply.From, System.Text.Encoding.UTF8.GetString(reply.Payload.Span)));
        Assert.Equal(Enumerable.Range(0, 20), modules[0].Log.Deliveries.Where(delivery => delivery.Origin == d.Id).Select(static delivery => (int)delivery.Payload.Span[0]));
        Assert.Equal(Enumerable.Range(0, 20), modules[3].Log.Deliveries.Where(delivery => delivery.Origin == a.Id).Take(20).Select(static delivery => (int)delivery.Payload.Span[0]));
        Assert.Equal(0, modules[1].Log.Count + modules[2].Log.Count);
        Assert.True(b.Counters.Value("tunnel.relayed") > 0 && c.Counters.Value("tunnel.relayed") > 0);
        var routes = (await a.AskAsync<RoutesSnapshot>(new NamespaceRouter.GetRoutes())).Routes;
        Assert.Equal((1, b.Id), (routes[b.Id].Hops, routes[b.Id].NextHop));
        Assert.Equal((2, b.Id), (routes[c.Id].Hops, routes[c.Id].NextHop));
        Assert.Equal((3, b.Id), (routes[d.Id].Hops, routes[d.Id].NextHop));
        Assert.Empty(routes[c.Id].Tunnel);
        Assert.Equal([b.Id, c.Id], routes[d.Id].Tunnel);
        var links = await a.AskAsync<LinksSnapshot>(new NamespaceRouter.GetLinks());
        var link = Assert.Single(links.Links);
        Assert.Equal(b.Id, link.Node);
        Assert.True(link is { SentBytes: > 0, ReceivedBytes: > 0 });
        var traffic = await a.AskAsync<TrafficSnapshot>(new NamespaceRouter.GetTraffic(Chain));
        Assert.True(traffic.Peers.Single(peer => peer.Node == d.Id) is { SentMessages: >= 21, ReceivedMessages: >= 21 });
    }

    [Fact]
    public async Task When_the_relay_in_use_is_killed_the_other_one_carries_on_and_nothing_is_lost_or_doubled()
    {
        // a and d have no link, b and c are linked to both.
        await using var network = await TestNetwork.StartAsync(
            4, NetworkOptions.OnTcp, static (dialler, listener) => (dialler, listener) is (1, 0) or (2, 0) or (3, 1) or (3, 2));
        await network.AllReachAllAsync(Chain);
        var (a, b, c, d) = (network[0], network[1], network[2], network[3]);
        await network.KnowsLinksOfAsync(a, b, c, d);
        var module = await d.RegisterAsync(Chain, "tx", static delivery => delivery.Payload);
        await SentAsync(a, d, [0]);
        var relay = b.Counters.Value("tunnel.relayed") > 0 ? b : c;
        var waiting = new List<Task>();
        for (byte number = 1; number <= 50; number++)
        {
            waiting.Add(SentAsync(a, d, [number]));
            if (number == 25)
            {
                await relay.KillAsync();
            }
        }

        await Task.WhenAll(waiting);
        Assert.IsType<Reply>(await a.RequestAsync(Chain, d, "tx", new byte[] { 99 }));
        Assert.Equal([.. Enumerable.Range(0, 51), 99], module.Log.Deliveries.Select(static delivery => (int)delivery.Payload.Span[0]));
        var routes = (await a.AskAsync<RoutesSnapshot>(new NamespaceRouter.GetRoutes())).Routes;
        Assert.Equal([relay == b ? c.Id : b.Id], routes[d.Id].Tunnel);
    }

    private static async Task SentAsync(TestNode from, TestNode to, byte[] payload)
    {
        var outcome = await from.AskAsync(new NamespaceRouter.Unicast(Chain, to.Id, "tx", payload, Confirm: true));
        Assert.True(outcome is Sent, $"{payload[0]}: {outcome}. {from.CountersText()}");
    }
}
