using System.Buffers.Binary;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>The simulator's gates once more on real sockets, with four to eight nodes: everything arrives, once, whatever happens.</summary>
public sealed class GateFlows
{
    private const string Chain = "chain";

    // A second copy is asked for when a push is late: on a machine that is, only these gates would say so by failing.
    private const string LateRepair = "dissemination { want-delay = 15s, want-timeout = 15s }";

    [Fact]
    public async Task In_a_mesh_of_eight_what_one_sends_and_what_all_send_arrives_in_one_copy()
    {
        await using var network = await TestNetwork.FullAsync(8, NetworkOptions.OnTcp with { Hocon = LateRepair });
        await network.AllReachAllAsync(Chain);
        await network.TreesAreSettledAsync(Chain);
        var repeats = network.Repeats();
        var modules = await network.RegisterAllAsync(Chain, "tx");
        for (var sent = 1; sent <= 20; sent++)
        {
            // One by one: a receiver that falls behind gets ids in place of payload, and late repair.
            await PublishAsync(network[0], 1, 64 * 1024);
            await EachHasAsync(modules, network.Nodes, [(network[0], sent)]);
        }

        await Task.WhenAll(network.Nodes.Select(static node => PublishAsync(node, 2, 64 * 1024)));
        await EachHasAsync(modules, network.Nodes, [.. network.Nodes.Select((node, index) => (node, index == 0 ? 22 : 2))]);
        Assert.Equal(repeats, network.Repeats());
    }

    [Fact]
    public async Task A_burst_of_one_and_a_burst_of_all_in_a_mesh_of_eight_arrive_whole_and_once()
    {
        const int Burst = 40;
        await using var network = await TestNetwork.FullAsync(8, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        await BurstAsync(network[0], Burst);
        await EachHasAsync(modules, network.Nodes, [(network[0], Burst)]);
        await Task.WhenAll(network.Nodes.Select(static node => BurstAsync(node, Burst / 8)));
        await EachHasAsync(modules, network.Nodes, [.. network.Nodes.Select((node, index) => (node, (index == 0 ? Burst : 0) + (Burst / 8)))]);
    }

    [Fact]
    public async Task Along_a_line_of_six_broadcasts_unicasts_and_requests_reach_the_far_end()
    {
        await using var network = await TestNetwork.LineAsync(6, NetworkOptions.OnTcp);
        await TalkAcrossAsync(network, 0, 5);
    }

    [Fact]
    public async Task Between_two_islands_of_four_joined_by_one_link_everything_crosses()
    {
        await using var network = await TestNetwork.StartAsync(
            8, NetworkOptions.OnTcp, static (dialler, listener) => listener < dialler && (dialler / 4 == listener / 4 || (dialler, listener) == (4, 3)));
        await TalkAcrossAsync(network, 0, 7);
    }

    [Fact]
    public async Task Beyond_the_hop_limit_a_broadcast_arrives_and_a_unicast_is_told_why_not()
    {
        await using var network = await TestNetwork.LineAsync(5, NetworkOptions.OnTcp with { Hocon = "routing.hop-limit = 2" });
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (first, last) = (network[0], network[4]);

        // State travels by neighbours: who has it knows the sender of it, however far he is.
        var set = await last.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "5"u8.ToArray()));
        await Eventually.HoldsAsync(async () => (await first.StatusAsync(Chain, last)).Seq >= set.Seq, network.CountersText);
        await PublishAsync(first, 5, 500);
        await EachHasAsync(modules, network.Nodes, [(first, 5)]);
        await Eventually.HoldsAsync(
            async () => (await first.AskAsync(new NamespaceRouter.Unicast(Chain, last.Id, "tx", Numbered(1, 10), Confirm: true))) is SendFailed { Reason: SendFailure.HopLimit },
            network.CountersText);
        Assert.Equal(SendFailure.HopLimit, Assert.IsType<RequestFailed>(await first.RequestAsync(Chain, last, "tx", Numbered(1, 10))).Reason);
        Assert.IsType<Sent>(await first.AskAsync(new NamespaceRouter.Unicast(Chain, network[3].Id, "tx", Numbered(1, 10), Confirm: true)));
    }

    [Fact]
    public async Task When_a_relay_is_killed_among_the_broadcasts_every_survivor_gets_all_of_the_others()
    {
        // Each has links with the two before and the two behind it.
        await using var network = await TestNetwork.StartAsync(6, NetworkOptions.OnTcp, static (dialler, listener) => dialler - listener is 1 or 2);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (relay, survivors) = (network[2], network.Nodes.Where((_, index) => index != 2).ToList());
        var publishing = survivors.Select(static node => PublishAsync(node, 20, 64 * 1024)).ToArray();
        await modules[5].Log.AtLeastAsync<Delivery>(10);
        await relay.KillAsync();
        await Task.WhenAll(publishing);
        await EachHasAsync([.. modules.Where((_, index) => index != 2)], survivors, [.. survivors.Select(static node => (node, 20))]);
    }

    [Fact]
    public async Task After_a_partition_both_halves_have_what_either_said_and_agree_on_the_state()
    {
        await using var network = await TestNetwork.FullAsync(6, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (left, right) = (network.Nodes.Take(3).ToList(), network.Nodes.Skip(3).ToList());
        foreach (var node in network.Nodes)
        {
            node.Port.Cut([.. (left.Contains(node) ? right : left).Select(static other => other.Address)]);
        }

        foreach (var node in network.Nodes)
        {
            await node.LinkedToAsync(Chain, (left.Contains(node) ? left : right).Where(other => other != node));
        }

        await Task.WhenAll(network.Nodes.Select(static node => PublishAsync(node, 10, 2000)));
        await EachHasAsync([.. modules.Take(3)], left, [.. left.Select(static node => (node, 10))]);
        foreach (var node in network.Nodes)
        {
            await node.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", Numbered(7, 4)));
        }

        var leftIds = left.Select(static node => node.Id).ToHashSet();
        Assert.All(modules.Zip(network.Nodes), pair => Assert.All(
            pair.First.Log.Deliveries, delivery => Assert.Equal(left.Contains(pair.Second), leftIds.Contains(delivery.Origin))));

        foreach (var node in network.Nodes)
        {
            node.Port.Heal();
        }

        await EachHasAsync(modules, network.Nodes, [.. network.Nodes.Select(static node => (node, 10))]);
        await AllSeeAsync(network, "height", Numbered(7, 4));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_of_state_reaches_everybody_with_and_without_push(bool push)
    {
        await using var network = await TestNetwork.LineAsync(5, NetworkOptions.OnTcp with { Hocon = $"state-sync.push-on-change = {(push ? "on" : "off")}" });
        await network.AllReachAllAsync(Chain);
        foreach (var node in network.Nodes)
        {
            await node.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "12"u8.ToArray()));
        }

        await AllSeeAsync(network, "height", "12"u8.ToArray());
    }

    private static async Task TalkAcrossAsync(TestNetwork network, int one, int other)
    {
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        await Task.WhenAll(network.Nodes.Select(static node => PublishAsync(node, 10, 2000)));
        await EachHasAsync(modules, network.Nodes, [.. network.Nodes.Select(static node => (node, 10))]);
        var answering = new List<TestModule>();
        foreach (var node in network.Nodes)
        {
            answering.Add(await node.RegisterAsync(Chain, "ask", static delivery => delivery.Payload));
        }

        foreach (var (from, to) in new[] { (one, other), (other, one) })
        {
            for (var number = 0; number < 20; number++)
            {
                Assert.IsType<Sent>(await network[from].AskAsync(new NamespaceRouter.Unicast(Chain, network[to].Id, "ask", Numbered(number, 100), Confirm: true)));
            }

            // Sent means that it is in the module's mailbox.
            await answering[to].Log.AtLeastAsync<Delivery>(20);
            Assert.Equal(Enumerable.Range(0, 20), answering[to].Log.Deliveries.Select(static delivery => BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span)));
            Assert.All(answering[to].Log.Deliveries, delivery => Assert.Equal(network[from].Id, delivery.Origin));
        }

        var reply = Assert.IsType<Reply>(await network[one].RequestAsync(Chain, network[other], "ask", Numbered(3, 100)));
        Assert.Equal((network[other].Id, 3), (reply.From, BinaryPrimitives.ReadInt32LittleEndian(reply.Payload.Span)));
    }

    private static async Task PublishAsync(TestNode node, int messages, int bytes)
    {
        for (var number = 0; number < messages; number++)
        {
            await node.BroadcastAsync(Chain, "tx", Numbered(number, bytes));
        }
    }

    private static Task BurstAsync(TestNode node, int messages) =>
        Task.WhenAll(Enumerable.Range(0, messages).Select(number => node.BroadcastAsync(Chain, "tx", Numbered(number, 64 * 1024))));

    // Everybody has what is said of each origin, none of it twice, and nothing of its own.
    private static async Task EachHasAsync(IReadOnlyList<TestModule> modules, IReadOnlyList<TestNode> nodes, IReadOnlyList<(TestNode Origin, int Count)> said)
    {
        foreach (var (module, node) in modules.Zip(nodes))
        {
            var others = said.Where(item => item.Origin != node).ToList();
            await module.Log.UntilAsync(messages => others.TrueForAll(item => messages.OfType<Delivery>().Count(delivery => delivery.Origin == item.Origin.Id) >= item.Count));
            var ids = module.Log.Deliveries.Where(static delivery => delivery.MessageId is not null).Select(static delivery => delivery.MessageId!.Value).ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
            Assert.DoesNotContain(node.Id, ids.Select(static id => id.Origin));
            Assert.All(others, item => Assert.Equal(item.Count, ids.Count(id => id.Origin == item.Origin.Id)));
        }
    }

    private static async Task AllSeeAsync(TestNetwork network, string key, byte[] value)
    {
        foreach (var (node, of) in network.Nodes.SelectMany(node => network.Nodes.Where(of => of != node).Select(of => (node, of))))
        {
            await Eventually.HoldsAsync(
                async () => (await node.StatusAsync(Chain, of)).Entries.TryGetValue(key, out var seen) && seen.Span.SequenceEqual(value),
                network.CountersText,
                $"{node.Name} knows the status of {of.Name}");
        }
    }

    private static byte[] Numbered(int number, int bytes)
    {
        var payload = new byte[bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }
}
