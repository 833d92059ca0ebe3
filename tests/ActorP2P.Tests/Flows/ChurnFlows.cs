using ActorP2P.Protocol.Dissemination;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Messages get lost and nodes come and go while everybody talks, on real sockets: who stays has everything, once.</summary>
public sealed class ChurnFlows
{
    private const string Chain = "chain";

    [Fact]
    public async Task With_one_message_in_twenty_lost_and_two_of_eight_killed_the_survivors_have_all_that_they_said()
    {
        const int Messages = 20;

        // Around a ring, each linked with the two before and the two behind it; three of eight away leave no neighbours without a link.
        await using var network = await TestNetwork.StartAsync(8, NetworkOptions.OnTcp, static (dialler, listener) => dialler - listener is 1 or 2 or 6 or 7);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var lossy = LoseSome(network);
        int[] killed = [2, 5];
        var survivors = Enumerable.Range(0, 8).Except(killed).ToList();
        var publishing = survivors.Select(index => PublishAsync(network[index], Messages)).ToList();
        await modules[0].Log.AtLeastAsync<Delivery>(10);
        await Task.WhenAll(killed.Select(index => network[index].KillAsync()));
        await Task.WhenAll(publishing);
        foreach (var index in survivors)
        {
            foreach (var origin in survivors.Where(origin => origin != index).Select(origin => network[origin].Id))
            {
                await modules[index].Log.UntilAsync(messages => messages.OfType<Delivery>().Count(delivery => delivery.Origin == origin) >= Messages);
            }

            var ids = Ids(modules[index]);
            Assert.Equal(ids.Count, ids.Distinct().Count());
            Assert.DoesNotContain(network[index].Id, ids.Select(static id => id.Origin));
        }

        Assert.True(lossy.Sum(static between => between.Kept) > 0);
    }

    [Fact]
    public async Task Nodes_that_are_killed_leave_return_and_join_under_traffic_cost_those_that_stay_no_message()
    {
        const int Steady = 4;
        var options = NetworkOptions.OnTcp;
        await using var network = await TestNetwork.StartAsync(6, options, static (dialler, listener) => dialler < Steady || (listener < Steady && (dialler + listener) % 2 == 0));
        await network.AllReachAllAsync(Chain);
        var (crashing, leaving) = (network[4], network[5]);
        var modules = (await network.RegisterAllAsync(Chain, "tx")).Take(Steady).ToList();
        using var stop = new CancellationTokenSource();
        var publishing = network.Nodes.Take(Steady).Select(node => PublishUntilAsync(node, stop.Token)).ToList();

        await modules[0].Log.AtLeastAsync<Delivery>(10);
        await crashing.KillAsync();
        await crashing.StartAsync();
        var atCrashed = await crashing.RegisterAsync(Chain, "tx");
        await atCrashed.Log.AtLeastAsync<Delivery>(10);
        await leaving.StopAsync();
        var joiner = await network.AddAsync(options.NodeOptions("joiner") with { Peers = [network[0].Address, network[3].Address] });
        var atJoiner = await joiner.RegisterAsync(Chain, "tx");
        await atJoiner.Log.AtLeastAsync<Delivery>(10);
        await crashing.KillAsync();
        await leaving.StartAsync();
        var atReturned = await leaving.RegisterAsync(Chain, "tx");
        await atReturned.Log.AtLeastAsync<Delivery>(10);
        await stop.CancelAsync();
        var said = (await Task.WhenAll(publishing)).SelectMany(static ids => ids).ToHashSet();
        foreach (var (module, node) in modules.Zip(network.Nodes))
        {
            var others = said.Where(id => id.Origin != node.Id).ToHashSet();
            await module.Log.AtLeastAsync<Delivery>(others.Count);
            Assert.Equal(others.Count, module.Log.Deliveries.Count);
            Assert.True(others.SetEquals(Ids(module)));
        }

        // Who was away has no claim to everything, and gets nothing twice.
        var last = await network[1].BroadcastAsync(Chain, "tx", new byte[100]);
        foreach (var module in new[] { atJoiner, atReturned })
        {
            await module.Log.FirstAsync<Delivery>(delivery => delivery.MessageId == last.MessageId);
            Assert.Equal(module.Log.Deliveries.Count, Ids(module).Distinct().Count());
        }
    }

    // TCP loses nothing by itself: one in twenty of what multicast and state sync hand to their peers goes no further.
    private static List<Interposed> LoseSome(TestNetwork network)
    {
        const int OneIn = 20;
        var between = new List<Interposed>();
        foreach (var (node, to) in network.Nodes.SelectMany((node, from) => network.Nodes
            .Where((_, other) => Math.Abs(from - other) is 1 or 2 or 6 or 7).Select(to => (node, to))))
        {
            var (multicast, state) = (new Random(between.Count), new Random(between.Count + 1));
            between.Add(Interposed.OnMulticast(node, to, Chain, _ => multicast.Next(OneIn) != 0));
            between.Add(Interposed.OnStateSync(node, to, Chain, _ => state.Next(OneIn) != 0));
        }

        return between;
    }

    private static List<MessageId> Ids(TestModule module) => [.. module.Log.Deliveries.Select(static delivery => delivery.MessageId!.Value)];

    private static async Task PublishAsync(TestNode node, int messages)
    {
        for (var number = 0; number < messages; number++)
        {
            await node.BroadcastAsync(Chain, "tx", new byte[16 * 1024]);
        }
    }

    private static async Task<List<MessageId>> PublishUntilAsync(TestNode node, CancellationToken stop)
    {
        var ids = new List<MessageId>();
        while (!stop.IsCancellationRequested)
        {
            ids.Add((await node.BroadcastAsync(Chain, "tx", new byte[1000])).MessageId);

            // As many as a slow machine can carry, and no more.
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }

        return ids;
    }
}
