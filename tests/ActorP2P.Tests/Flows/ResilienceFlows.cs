using ActorP2P.Tests.Network;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Flows;

/// <summary>What a failure costs: never more than what failed.</summary>
public sealed class ResilienceFlows
{
    private const string Chain = "chain";

    private static readonly byte[] Payload = "payload"u8.ToArray();

    [Fact]
    public async Task A_module_that_throws_costs_no_link_and_no_later_message()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var observer = a.Observe(Chain, typeof(PeerDown));
        var module = await b.RegisterAsync(Chain, "tx", static _ => throw new InvalidOperationException("a module's own mistake"));
        for (var number = 0; number < 10; number++)
        {
            Assert.IsType<Sent>(await a.AskAsync(new NamespaceRouter.Unicast(Chain, b.Id, "tx", Payload, Confirm: true)));
        }

        await module.Log.AtLeastAsync<Delivery>(10);
        var healthy = await b.RegisterAsync(Chain, "other", static delivery => delivery.Payload);
        Assert.IsType<Reply>(await a.RequestAsync(Chain, b, "other", Payload));
        Assert.Single(healthy.Log.Deliveries);
        Assert.Empty(observer.Log.Of<PeerDown>());
        Assert.Equal(1, a.Port.ConnectionsMade);
    }

    [Fact]
    public async Task A_namespace_that_fails_restarts_alone_while_the_other_one_and_the_link_go_on()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Namespaces = ["failing", "healthy"] });
        var (a, b) = (network[0], network[1]);
        var inFailing = await b.RegisterAsync("failing", "tx", static delivery => delivery.Payload);
        var inHealthy = await b.RegisterAsync("healthy", "tx", static delivery => delivery.Payload);
        await b.SubscribeAsync("failing", "blocks");
        var failingOfA = a.Observe("failing", typeof(PeerUp), typeof(PeerDown));
        var healthyOfA = a.Observe("healthy", typeof(PeerUp), typeof(PeerDown));
        await failingOfA.Log.FirstAsync<ObserveSnapshot>();
        var opened = await b.AskAsync<Opened>(new NamespaceRouter.Open("failing"));

        opened.PeerManager.Tell(Kill.Instance);
        await failingOfA.Log.FirstAsync<PeerDown>();
        await failingOfA.Log.FirstAsync<PeerUp>();
        await b.LinkedToAsync("failing", a);

        // Its modules and topics are still there, though none of them did anything.
        Assert.IsType<Reply>(await a.RequestAsync("failing", b, "tx", Payload));
        Assert.Single(inFailing.Log.Deliveries);
        await a.SeesSubscribersAsync("failing", "blocks", b);
        Assert.IsType<Reply>(await a.RequestAsync("healthy", b, "tx", Payload));
        Assert.Single(inHealthy.Log.Deliveries);
        Assert.Empty(healthyOfA.Log.Of<PeerDown>());
        Assert.Equal((1, 1), (a.Port.ConnectionsMade, b.Port.ConnectionsMade));
        Assert.Equal(1, b.Counters.Value("namespace.restarted"));
    }

    [Fact]
    public async Task After_its_restart_a_namespace_publishes_under_ids_that_were_never_used()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var module = await b.RegisterAsync(Chain, "tx");
        var before = await a.BroadcastAsync(Chain, "tx", "before"u8.ToArray());
        await module.Log.AtLeastAsync<Delivery>(1);
        var observer = b.Observe(Chain, typeof(PeerUp), typeof(PeerDown));
        await observer.Log.FirstAsync<ObserveSnapshot>();
        (await a.AskAsync<Opened>(new NamespaceRouter.Open(Chain))).PeerManager.Tell(Kill.Instance);
        await observer.Log.FirstAsync<PeerUp>();
        await a.LinkedToAsync(Chain, b);
        var after = await a.BroadcastAsync(Chain, "tx", "after"u8.ToArray());
        await module.Log.AtLeastAsync<Delivery>(2);
        Assert.Equal(before.MessageId.Epoch, after.MessageId.Epoch);
        Assert.True(after.MessageId.Seq > before.MessageId.Seq);
        Assert.Equal([before.MessageId, after.MessageId], module.Log.Deliveries.Select(static delivery => delivery.MessageId!.Value));
    }

    [Fact]
    public async Task Many_namespaces_share_one_link()
    {
        string[] names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory with { Namespaces = names });
        foreach (var name in names)
        {
            var modules = await network.RegisterAllAsync(name, "tx");
            await network[0].BroadcastAsync(name, "tx", Payload);
            foreach (var module in modules.Skip(1))
            {
                Assert.Equal(name, (await module.Log.FirstAsync<Delivery>()).Namespace);
            }
        }

        Assert.All(network.Nodes, static node => Assert.Equal((2, 2), (node.Port.ConnectionsMade, node.Port.OpenConnections)));
    }

    [Fact]
    public async Task A_namespace_that_only_one_side_has_opened_gets_no_session_until_the_other_opens_it()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        await a.AskAsync<Opened>(new NamespaceRouter.Open("late"));
        Assert.IsType<Reply>(await EchoAsync(a, b, Chain));
        Assert.DoesNotContain((await a.PeersAsync("late")).Peers, static peer => peer.Linked);
        await b.AskAsync<Opened>(new NamespaceRouter.Open("late"));
        await a.LinkedToAsync("late", b);
        Assert.IsType<Reply>(await EchoAsync(a, b, "late"));
        Assert.IsType<Closed>(await b.AskAsync(new NamespaceRouter.Close("late")));
        await a.LinkedToAsync("late");
        await a.LinkedToAsync(Chain, b);
    }

    [Fact]
    public async Task Requests_pending_on_a_lost_peer_fail_at_once_with_PeerDown_and_not_at_their_timeout()
    {
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Memory = memory });
        var (a, b) = (network[0], network[1]);
        var silent = await b.RegisterAsync(Chain, "never answers");
        var pending = Enumerable.Range(0, 20)
            .Select(_ => a.Router.Ask<object>(new NamespaceRouter.Request(Chain, b.Id, "never answers", Payload, TimeSpan.FromMinutes(5)), TimeSpan.FromMinutes(6)))
            .ToList();
        await silent.Log.AtLeastAsync<Delivery>(20);
        await b.KillAsync();
        foreach (var outcome in await Task.WhenAll(pending).WaitAsync(Eventually.Limit))
        {
            Assert.Equal(SendFailure.PeerDown, Assert.IsType<RequestFailed>(outcome).Reason);
        }
    }

    [Fact]
    public async Task A_node_that_is_killed_and_returns_has_a_new_epoch_and_gets_links_state_and_messages_again()
    {
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory with { Memory = memory });
        var (a, b, c) = (network[0], network[1], network[2]);
        var atA = await a.RegisterAsync(Chain, "tx");
        await a.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "1"u8.ToArray()));
        await c.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "99"u8.ToArray()));
        await Eventually.HoldsAsync(async () => (await a.StatusAsync(Chain, c)).Entries.Count == 1, a.CountersText);
        await c.BroadcastAsync(Chain, "tx", "first life"u8.ToArray());
        await atA.Log.AtLeastAsync<Delivery>(1);
        var observer = a.Observe(Chain, typeof(PeerUp), typeof(PeerDown));
        await observer.Log.FirstAsync<ObserveSnapshot>();
        var firstEpoch = c.Epoch;

        await c.KillAsync();
        await observer.Log.FirstAsync<PeerDown>(down => down.Node == c.Id);
        await a.LinkedToAsync(Chain, b);
        await c.StartAsync();
        var atC = await c.RegisterAsync(Chain, "tx");
        var up = await observer.Log.FirstAsync<PeerUp>(up => up.Node == c.Id);
        Assert.True(up.Epoch > firstEpoch);
        await c.LinkedToAsync(Chain, a, b);

        // Its new life begins its seqs anew, and still wins over its old one.
        await c.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "2"u8.ToArray()));
        await Eventually.HoldsAsync(
            async () => (await a.StatusAsync(Chain, c)).Entries.TryGetValue("height", out var height) && height.Span.SequenceEqual("2"u8), a.CountersText);
        await Eventually.HoldsAsync(async () => (await c.StatusAsync(Chain, a)).Entries.Count == 1, c.CountersText);
        await c.BroadcastAsync(Chain, "tx", "second life"u8.ToArray());
        await atA.Log.FirstAsync<Delivery>(delivery => delivery.Payload.Span.SequenceEqual("second life"u8));
        await a.BroadcastAsync(Chain, "tx", "welcome"u8.ToArray());
        await atC.Log.FirstAsync<Delivery>(delivery => delivery.Payload.Span.SequenceEqual("welcome"u8));
        Assert.IsType<Sent>(await b.AskAsync(new NamespaceRouter.Unicast(Chain, c.Id, "tx", Payload, Confirm: true)));
        Assert.Equal(2, atA.Log.Deliveries.Count);
    }

    [Fact]
    public async Task A_peer_that_loses_power_is_noticed_by_its_silence_and_comes_back()
    {
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with
        {
            Memory = memory,
            Hocon = "liveness { beat-interval = 50ms, acceptable-pause = 1s, min-std-deviation = 50ms }",
        });
        var (a, b) = (network[0], network[1]);
        var observer = a.Observe(Chain, typeof(PeerUp), typeof(PeerDown));
        await b.KillAsync(silent: true);
        Assert.Contains("silent", (await observer.Log.FirstAsync<PeerDown>()).Reason, StringComparison.Ordinal);
        await b.StartAsync();
        await observer.Log.FirstAsync<PeerUp>(up => up.Epoch == b.Epoch);

        // A machine that stands still for that long cuts the link once more, so one answer of several is enough.
        await Eventually.HoldsAsync(async () => await EchoAsync(a, b, Chain) is Reply, a.CountersText);
    }

    [Fact]
    public async Task What_was_broadcast_during_a_partition_arrives_after_it()
    {
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory with { Memory = memory });
        var (a, b, c) = (network[0], network[1], network[2]);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        memory.Partition("a", "c");
        memory.Partition("b", "c");
        memory.Reset("a", "c");
        memory.Reset("b", "c");
        await a.LinkedToAsync(Chain, b);
        var published = await a.BroadcastAsync(Chain, "tx", Payload);
        await modules[1].Log.AtLeastAsync<Delivery>(1);
        memory.HealAll();
        await c.LinkedToAsync(Chain, a, b);
        Assert.Equal(published.MessageId, (await modules[2].Log.FirstAsync<Delivery>()).MessageId);
    }

    [Fact]
    public async Task Every_message_sent_while_its_receiver_leaves_has_an_outcome()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        await b.RegisterAsync(Chain, "tx");
        var outcomes = new List<Task<object>>();
        var leaving = Task.CompletedTask;
        for (var number = 0; number < 600; number++)
        {
            outcomes.Add(a.AskAsync(new NamespaceRouter.Unicast(Chain, b.Id, "tx", Payload, Confirm: true)));
            if (number == 200)
            {
                Assert.IsType<Sent>(await outcomes[0]);
                leaving = b.StopAsync();
            }
        }

        await leaving;
        var reasons = (await Task.WhenAll(outcomes)).Where(static outcome => outcome is not Sent)
            .Select(static outcome => Assert.IsType<SendFailed>(outcome).Reason);
        Assert.All(reasons, static reason => Assert.Contains(reason, new[] { SendFailure.PeerDown, SendFailure.UnknownNode, SendFailure.DeliveryUnknown, SendFailure.ModuleDead }));
    }

    private static async Task<object> EchoAsync(TestNode from, TestNode to, string @namespace)
    {
        await to.RegisterAsync(@namespace, "echo", static delivery => delivery.Payload);
        await from.LinkedToAsync(@namespace, to);
        return await from.RequestAsync(@namespace, to, "echo", Payload);
    }
}
