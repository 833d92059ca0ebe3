using System.Buffers.Binary;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Multicast and broadcast of four to eight whole nodes on real sockets: everything once, whoever is linked to whom.</summary>
public sealed class DisseminationFlows
{
    private const string Chain = "chain";

    [Fact]
    public async Task In_a_mesh_of_four_every_broadcast_of_every_node_arrives_once_and_in_one_copy()
    {
        const int Messages = 100;

        // Who is told of a message before it comes waits for it, on a slow machine for longer than the flows' settings say.
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp with { Hocon = "dissemination { want-delay = 15s, want-timeout = 15s }" });
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        await network.TreesAreSettledAsync(Chain);
        var repeats = network.Repeats();
        await Task.WhenAll(network.Nodes.Select(node => PublishAsync(node, Messages, 1024)));
        await EverybodyHasAsync(network, modules, 3 * Messages);
        Assert.Equal(repeats, network.Repeats());
    }

    [Fact]
    public async Task Around_a_ring_of_eight_every_message_reaches_those_without_a_link_to_its_origin()
    {
        const int Messages = 10;
        await using var network = await TestNetwork.StartAsync(8, NetworkOptions.OnTcp, static (dialler, listener) => listener == dialler - 1 || (dialler == 7 && listener == 0));
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        await Task.WhenAll(network.Nodes.Select(node => PublishAsync(node, Messages, 2048)));
        await EverybodyHasAsync(network, modules, 7 * Messages);
        foreach (var (module, node) in modules.Zip(network.Nodes))
        {
            Assert.All(
                module.Log.Deliveries.Where(static delivery => delivery.Payload.Length > 4).GroupBy(static delivery => delivery.Origin),
                origin => Assert.Equal(Messages, origin.Count()));
            Assert.DoesNotContain(node.Id, module.Log.Deliveries.Select(static delivery => delivery.Origin));
        }
    }

    [Fact]
    public async Task A_burst_over_a_relay_costs_it_far_fewer_signature_checks_than_messages()
    {
        const int Messages = 2000;
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        for (var number = 0; number < Messages; number++)
        {
            network[0].Router.Tell(new NamespaceRouter.Broadcast(Chain, "tx", Numbered(number, 100)));
        }

        await modules[2].Log.AtLeastAsync<Delivery>(Messages);
        Assert.Equal(Messages, modules[2].Log.Deliveries.Select(static delivery => delivery.MessageId).Distinct().Count());
        Assert.Equal(Messages, modules[2].Log.Deliveries.Count);
        Assert.InRange(network[2].Counters.Value("multicast.signatures-checked"), 1, Messages / 2);
    }

    [Fact]
    public async Task A_namespace_without_origin_signatures_passes_messages_on_and_checks_none()
    {
        await using var network = await TestNetwork.LineAsync(4, NetworkOptions.OnTcp with { Hocon = "dissemination.unsigned-namespaces = [chain]" });
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        await PublishAsync(network[0], 20, 100);
        await modules[3].Log.AtLeastAsync<Delivery>(20);
        Assert.All(network.Nodes, static node => Assert.Equal(0, node.Counters.Value("multicast.signatures-checked")));
    }

    [Fact]
    public async Task A_node_that_joins_late_gets_what_is_retained_once_and_what_comes_after()
    {
        var options = NetworkOptions.OnTcp;
        await using var network = await TestNetwork.FullAsync(4, options);
        await network.AllReachAllAsync(Chain);
        await network.RegisterAllAsync(Chain, "tx");
        await PublishAsync(network[0], 20, 4096);
        await network[1].BroadcastAsync(Chain, "tx", Numbered(99, 300 * 1024));
        var joiner = await network.AddAsync(options.NodeOptions("late") with { Namespaces = [], Peers = [network[2].Address] });
        await joiner.AskAsync<Opened>(new NamespaceRouter.Open(Chain));
        var atJoiner = await joiner.RegisterAsync(Chain, "tx");
        await atJoiner.Log.AtLeastAsync<Delivery>(21);
        await joiner.ReachesAsync(Chain, network.Nodes.Where(node => node != joiner));
        var after = await network[3].BroadcastAsync(Chain, "tx", Numbered(100, 100));
        await atJoiner.Log.FirstAsync<Delivery>(delivery => delivery.MessageId == after.MessageId);
        Assert.Equal(22, atJoiner.Log.Deliveries.Count);
        Assert.Equal(22, atJoiner.Log.Deliveries.Select(static delivery => delivery.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task Following_and_leaving_a_topic_under_traffic_gives_each_message_of_the_time_between_once()
    {
        await using var network = await TestNetwork.StartAsync(6, NetworkOptions.OnTcp, static (dialler, listener) => listener == dialler - 1);
        await network.AllReachAllAsync(Chain);
        var (publisher, steady, changing) = (network[0], network[3], network[5]);
        var atSteady = await steady.RegisterAsync(Chain, "block");
        var atChanging = await changing.RegisterAsync(Chain, "block");
        await steady.SubscribeAsync(Chain, "blocks");
        await publisher.SeesSubscribersAsync(Chain, "blocks", steady);
        var sent = await MulticastAsync(publisher, 0, 30);
        await changing.SubscribeAsync(Chain, "blocks");
        await publisher.SeesSubscribersAsync(Chain, "blocks", steady, changing);
        var between = await MulticastAsync(publisher, 30, 30);
        await atChanging.Log.UntilAsync(messages => between.IsSubsetOf(messages.OfType<Delivery>().Select(static delivery => delivery.MessageId!.Value)));
        await changing.AskAsync(new NamespaceRouter.Unsubscribe(Chain, "blocks"));
        await publisher.SeesSubscribersAsync(Chain, "blocks", steady);
        var after = await MulticastAsync(publisher, 60, 30);
        await atSteady.Log.AtLeastAsync<Delivery>(90);
        Assert.Equal(90, atSteady.Log.Deliveries.Select(static delivery => delivery.MessageId).Distinct().Count());
        Assert.Equal(90, atSteady.Log.Deliveries.Count);
        var seen = atChanging.Log.Deliveries.Select(static delivery => delivery.MessageId!.Value).ToList();
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(after.Intersect(seen));
        Assert.All(seen, id => Assert.True(between.Contains(id) || sent.Contains(id)));
    }

    private static async Task PublishAsync(TestNode node, int messages, int bytes)
    {
        for (var number = 0; number < messages; number++)
        {
            await node.BroadcastAsync(Chain, "tx", Numbered(number, bytes));
        }
    }

    private static async Task<HashSet<Protocol.Dissemination.MessageId>> MulticastAsync(TestNode node, int first, int messages)
    {
        var ids = new HashSet<Protocol.Dissemination.MessageId>();
        for (var number = first; number < first + messages; number++)
        {
            ids.Add((await node.MulticastAsync(Chain, "blocks", "block", Numbered(number, 500))).MessageId);
        }

        return ids;
    }

    private static async Task EverybodyHasAsync(TestNetwork network, IReadOnlyList<TestModule> modules, int messages)
    {
        foreach (var module in modules)
        {
            await module.Log.UntilAsync(log => log.OfType<Delivery>().Count(static delivery => delivery.Payload.Length > 4) >= messages);
        }

        // One more of each origin comes behind all repeats that there might be.
        await OneOfEachAsync(network, modules);
        foreach (var module in modules)
        {
            Assert.Equal(messages, module.Log.Deliveries.Count(static delivery => delivery.Payload.Length > 4));
            Assert.Equal(module.Log.Deliveries.Count, module.Log.Deliveries.Select(static delivery => delivery.MessageId).Distinct().Count());
        }
    }

    private static async Task OneOfEachAsync(TestNetwork network, IReadOnlyList<TestModule> modules)
    {
        foreach (var node in network.Nodes)
        {
            var last = await node.BroadcastAsync(Chain, "tx", Numbered(int.MaxValue, 4));
            foreach (var (module, _) in modules.Zip(network.Nodes).Where(pair => pair.Second != node))
            {
                await module.Log.FirstAsync<Delivery>(delivery => delivery.MessageId == last.MessageId);
            }
        }
    }

    private static byte[] Numbered(int number, int bytes)
    {
        var payload = new byte[bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }
}
