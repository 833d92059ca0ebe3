using ActorP2P.Protocol.Succession;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Nodes whose key changes while they run.</summary>
public sealed class KeyRotationFlows
{
    private const string Chain = "chain";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_rotates_under_traffic_in_all_directions_and_every_message_arrives_once_and_in_order(bool onTcp)
    {
        await using var network = await TestNetwork.FullAsync(3, onTcp ? NetworkOptions.OnTcp : NetworkOptions.OnMemory);
        var traffic = await ConfirmedTraffic.StartAsync(network, Chain);
        await traffic.EachSendsAsync(3);
        var former = network[1].Id;
        await network[1].RotateKeyAsync();
        Assert.NotEqual(former, network[1].Id);
        await traffic.EachSendsAsync(3);
        await traffic.StopAsync();
        await traffic.AllArrivedAsync();
        await network[0].LinkedToAsync(Chain, network[1], network[2]);
        await network[2].LinkedToAsync(Chain, network[0], network[1]);
        Assert.All(network.Nodes, static node => Assert.Equal(0, node.Counters.Value("channel.failed.delivery-unknown")));
    }

    [Fact]
    public async Task All_nodes_rotate_their_keys_at_once_and_nothing_is_lost()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory);
        var traffic = await ConfirmedTraffic.StartAsync(network, Chain);
        await traffic.EachSendsAsync(3);
        await Task.WhenAll(network.Nodes.Select(static node => node.RotateKeyAsync()));
        await traffic.EachSendsAsync(3);
        await traffic.StopAsync();
        await traffic.AllArrivedAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_key_rotates_where_nodes_have_no_link_and_nothing_is_lost(int rotating)
    {
        await using var network = await TestNetwork.LineAsync(3, NetworkOptions.OnMemory);
        await network.AllReachAllAsync(Chain);
        var traffic = await ConfirmedTraffic.StartAsync(network, Chain);
        await traffic.EachSendsAsync(2);
        await network[rotating].RotateKeyAsync();
        await traffic.EachSendsAsync(2);
        await traffic.StopAsync();
        await traffic.AllArrivedAsync();
    }

    [Fact]
    public async Task A_key_rotates_again_and_again_and_the_first_ID_still_reaches_the_node()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var module = await b.RegisterAsync(Chain, "news");
        var first = b.Id;
        for (var change = 1; change <= SuccessionTable.MaxChain; change++)
        {
            await b.RotateKeyAsync();
            await a.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, first, "news", "?"u8.ToArray(), Confirm: true));
            Assert.Equal(change, (await module.Log.AtLeastAsync<Delivery>(change)).Count);
        }

        // Who joins now is told by the node itself.
        var late = await network.AddAsync(network.Options.NodeOptions("late") with { Peers = [b.Address] });
        await late.LinkedToAsync(Chain, b);
        await late.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, first, "news", "!"u8.ToArray(), Confirm: true));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_everybody_has_restarted_a_node_is_still_reached_under_the_ID_of_its_former_key(int nodes)
    {
        // With three the first has no link to the last: it hears of the former key from the one between.
        await using var network = await TestNetwork.LineAsync(nodes, NetworkOptions.OnMemory);
        await network.AllReachAllAsync(Chain);
        var (first, rotated) = (network[0], network[nodes - 1]);
        var former = rotated.Id;
        await rotated.RotateKeyAsync();
        await rotated.LinkedToAsync(Chain, network[nodes - 2]);
        await Task.WhenAll(network.Nodes.Select(static node => node.KillAsync()));
        foreach (var node in network.Nodes)
        {
            await node.StartAsync();
        }

        await network.AllReachAllAsync(Chain);
        var module = await rotated.RegisterAsync(Chain, "news");
        await Eventually.HoldsAsync(() => first.Environment.Successions.InForce(DateTimeOffset.UtcNow).Count == 1, network.CountersText);
        await first.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, former, "news", "?"u8.ToArray(), Confirm: true));
        Assert.Equal(first.Id, (await module.Log.FirstAsync<Delivery>()).Origin);
    }

    [Fact]
    public async Task An_ID_that_is_expected_at_an_address_follows_the_node()
    {
        var memory = NetworkOptions.OnMemory;
        await using var network = await TestNetwork.FullAsync(1, memory);
        var a = network[0];
        var b = await network.AddAsync(memory.NodeOptions("pinning") with { Hocon = $"network.peers = [{{ address = \"{a.Address}\", node-id = \"{a.Id}\" }}]" });
        await b.LinkedToAsync(Chain, a);
        await a.RotateKeyAsync();
        await b.LinkedToAsync(Chain, a);
        Assert.Equal(0, b.Counters.Value("link.refused.unexpected-identity"));
    }

    [Fact]
    public async Task Registrations_topics_status_and_observers_go_on_under_the_new_ID_and_the_former_one_is_gone_everywhere()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var atB = await b.RegisterAsync(Chain, "news");
        await b.SubscribeAsync(Chain, "topic");
        await b.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "7"u8.ToArray()));
        await a.SeesSubscribersAsync(Chain, "topic", b);
        var (eventsAtA, eventsAtB) = (a.Observe(Chain), b.Observe(Chain));
        await eventsAtA.Log.FirstAsync<ObserveSnapshot>();
        await eventsAtB.Log.FirstAsync<ObserveSnapshot>();

        var former = b.Id;
        await b.RotateKeyAsync();
        var changed = await eventsAtB.Log.FirstAsync<IdentityChanged>();
        Assert.Equal((former, b.Id), (changed.Former, changed.Present));
        var succeeded = await eventsAtA.Log.FirstAsync<PeerSucceeded>();
        Assert.Equal((former, b.Id), (succeeded.Former, succeeded.Present));
        await eventsAtA.Log.FirstAsync<PeerUp>(up => up.Node == b.Id);
        foreach (var node in network.Nodes)
        {
            await node.SeesSubscribersAsync(Chain, "topic", b);
            await Eventually.HoldsAsync(async () => (await node.StatusAsync(Chain, b)).Entries.ContainsKey("height"), node.CountersText);
            Assert.Empty((await node.AskAsync<StatusSnapshot>(new NamespaceRouter.GetStatus(Chain, former))).Entries);
            Assert.DoesNotContain((await node.PeersAsync(Chain)).Peers, peer => peer.Node == former);
        }

        await network[2].MulticastAsync(Chain, "topic", "news", "to B"u8.ToArray());
        await a.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, former, "news", "to the former ID"u8.ToArray(), Confirm: true));
        Assert.Equal(2, (await atB.Log.AtLeastAsync<Delivery>(2)).Count);
        await b.BroadcastAsync(Chain, "news", "from B"u8.ToArray());
    }

    [Fact]
    public async Task A_message_that_waits_for_the_former_ID_goes_to_the_new_one_and_a_request_that_is_under_way_is_answered()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var former = b.Id;
        var answer = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        var module = b.System.ActorOf(Props.Create(() => new HeldAnswer(answer)));
        Assert.IsType<Registered>(await b.AskAsync(new NamespaceRouter.Register(Chain, "ask", module)));
        var request = a.AskAsync(new NamespaceRouter.Request(Chain, former, "ask", "?"u8.ToArray(), Eventually.Limit));
        var asker = await answer.Task.WaitAsync(Eventually.Limit);
        await b.RotateKeyAsync();
        asker.Tell("!"u8.ToArray());
        Assert.Equal(b.Id, Assert.IsType<Reply>(await request.WaitAsync(Eventually.Limit)).From);
    }

    [Fact]
    public async Task A_failure_in_the_middle_of_a_change_of_key_completes_it()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        await b.RegisterAsync(Chain, "news");
        var former = b.Trust.Identity;
        var next = b.StateWith(TestConsortium.Ours.Issue(b.Name));
        var now = DateTimeOffset.UtcNow;
        b.Trust.Begin(new PendingSuccession(next, SuccessionStatement.Sign(
            "test-network", former.Key, next.Identity.Key, next.Identity.Chain.Hash, b.Epoch, now, now.AddHours(1))));
        b.System.ActorSelection("/user/p2p/hypernet").Tell(new Hypernet.ConnectionReady(null!, true, "", null));
        await Eventually.HoldsAsync(() => b.Id == next.Identity.Id, b.CountersText);
        await a.LinkedToAsync(Chain, b);
        await a.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, former.Id, "news", "?"u8.ToArray(), Confirm: true));
    }

    [Fact]
    public async Task A_key_that_this_process_gave_up_is_not_taken_back()
    {
        await using var network = await TestNetwork.FullAsync(1, NetworkOptions.OnMemory);
        var before = network[0].Files;
        await network[0].RotateKeyAsync();
        network[0].Files = before;
        var refused = Assert.IsType<P2PNode.ReloadRefused>(await network[0].ReloadAsync());
        Assert.Equal("actorp2p.identity.key-file", Assert.Single(refused.Errors).Path);
    }

    private sealed class HeldAnswer : ReceiveActor
    {
        public HeldAnswer(TaskCompletionSource<IActorRef> asker) => Receive<Delivery>(_ => asker.TrySetResult(Sender));
    }
}
