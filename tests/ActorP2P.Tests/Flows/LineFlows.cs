using System.Security.Cryptography;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>A line A-B-C: what A says reaches C by way of B, and C knows that A said it.</summary>
public sealed class LineFlows
{
    private const string Chain = "chain";

    [Fact]
    public async Task A_broadcast_reaches_a_node_without_a_link_to_its_origin_exactly_once_with_the_origin_proven()
    {
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnMemory);
        var (a, c) = (network[0], network[2]);
        await network.AllReachAllAsync(Chain);
        var far = (await c.PeersAsync(Chain)).Peers.Single(peer => peer.Node == a.Id);
        Assert.Equal((2, false), (far.Hops, far.Linked));
        var modules = await network.RegisterAllAsync(Chain, "news");
        const int Messages = 50;
        var ids = new List<Protocol.Dissemination.MessageId>();
        for (byte number = 0; number < Messages; number++)
        {
            ids.Add((await a.BroadcastAsync(Chain, "news", new[] { number })).MessageId);
        }

        await modules[2].Log.AtLeastAsync<Delivery>(Messages);
        var last = await a.BroadcastAsync(Chain, "news", "end"u8.ToArray());
        await modules[2].Log.FirstAsync<Delivery>(delivery => delivery.MessageId == last.MessageId);
        var deliveries = modules[2].Log.Deliveries;
        Assert.Equal(Messages + 1, deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Equal(a.Id, delivery.Origin));
        Assert.Equal([.. ids, last.MessageId], deliveries.Select(static delivery => delivery.MessageId!.Value).OrderBy(static id => id.Seq));
    }

    [Fact]
    public async Task A_unicast_reaches_a_node_without_a_link_and_gives_it_none()
    {
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnMemory);
        var (a, c) = (network[0], network[2]);
        await network.AllReachAllAsync(Chain);
        var module = await c.RegisterAsync(Chain, "vote");
        await a.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, c.Id, "vote", "yes"u8.ToArray(), Confirm: true));
        Assert.Equal(a.Id, (await module.Log.FirstAsync<Delivery>()).Origin);
        Assert.False((await a.PeersAsync(Chain)).Peers.Single(peer => peer.Node == c.Id).Linked);
    }

    [Fact]
    public async Task A_multicast_reaches_a_subscriber_through_a_node_that_does_not_follow_the_topic()
    {
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnMemory);
        var (a, c) = (network[0], network[2]);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "news");
        await c.SubscribeAsync(Chain, "blocks");
        await a.SeesSubscribersAsync(Chain, "blocks", c);
        var published = await a.MulticastAsync(Chain, "blocks", "news", "block 1"u8.ToArray());
        var delivery = await modules[2].Log.FirstAsync<Delivery>();
        Assert.Equal((a.Id, "blocks", published.MessageId), (delivery.Origin, delivery.Topic, delivery.MessageId!.Value));
        Assert.Equal("block 1"u8.ToArray(), delivery.Payload.ToArray());
        Assert.Equal(0, modules[1].Log.Count);
    }

    [Fact]
    public async Task State_reaches_a_node_without_a_link_to_its_owner()
    {
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnMemory);
        var (a, c) = (network[0], network[2]);
        var set = await a.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "12"u8.ToArray()));
        await Eventually.HoldsAsync(async () => (await c.StatusAsync(Chain, a)).Seq >= set.Seq, c.CountersText);
        var status = await c.StatusAsync(Chain, a);
        Assert.Equal(a.Epoch, status.Epoch);
        Assert.Equal("12"u8.ToArray(), status.Entries["height"].ToArray());
    }

    [Fact]
    public async Task A_large_broadcast_arrives_whole_behind_each_of_three_relays()
    {
        await using var network = await TestNetwork.LineAsync(5, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "file");
        var file = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);
        await network[0].BroadcastAsync(Chain, "file", file);
        foreach (var module in modules.Skip(1))
        {
            var delivery = await module.Log.FirstAsync<Delivery>();
            Assert.Equal(SHA256.HashData(file), SHA256.HashData(delivery.Payload.Span));
            Assert.Equal(network[0].Id, delivery.Origin);
        }
    }

    [Fact]
    public async Task What_was_said_while_the_relay_was_down_reaches_the_far_end_when_it_is_back()
    {
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnMemory);
        var (a, b, c) = (network[0], network[1], network[2]);
        await network.AllReachAllAsync(Chain);
        var atC = await c.RegisterAsync(Chain, "news");
        await b.KillAsync();
        await c.ReachesAsync(Chain);
        var published = await a.BroadcastAsync(Chain, "news", "while B was away"u8.ToArray());
        var set = await a.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "5"u8.ToArray()));
        await b.StartAsync();
        Assert.Equal(published.MessageId, (await atC.Log.FirstAsync<Delivery>()).MessageId);
        await Eventually.HoldsAsync(async () => (await c.StatusAsync(Chain, a)).Seq >= set.Seq, network.CountersText);
        await network.AllReachAllAsync(Chain);
    }
}
