using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>One test for each flow that the FISCO BCOS network design draws, with its nodes A, B, C and D on sockets and TLS.</summary>
public sealed class FiscoBcosFlows
{
    private const string Chain = "chain";

    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public async Task Connection_establishment_authenticates_both_sides_by_the_CA_and_takes_the_node_ID_from_the_certificate()
    {
        var filesOfA = TestConsortium.Ours.Issue("a");
        var filesOfB = TestConsortium.Ours.Issue("b");
        await using var b = new TestNode(NetworkOptions.OnTcp.NodeOptions("b") with { Files = filesOfB });
        await b.StartAsync();
        await using var a = new TestNode(NetworkOptions.OnTcp.NodeOptions("a") with { Files = filesOfA, Peers = [b.Address] });
        await a.StartAsync();
        var peersOfA = a.Observe(Chain);
        var peersOfB = b.Observe(Chain);
        await a.LinkedToAsync(Chain, b);
        await b.LinkedToAsync(Chain, a);
        Assert.Equal(PublicPointOf(filesOfB.ChainPem), Assert.Single((await a.PeersAsync(Chain)).Peers).Node.ToString());
        Assert.Equal(PublicPointOf(filesOfA.ChainPem), Assert.Single((await b.PeersAsync(Chain)).Peers).Node.ToString());
        Assert.Empty(peersOfA.Log.Of<PeerRejected>().Concat(peersOfB.Log.Of<PeerRejected>()));
    }

    [Fact]
    public async Task Connection_establishment_with_a_certificate_of_another_CA_is_refused_and_the_others_stay_connected()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var (a, b) = (network[0], network[1]);
        var observer = a.Observe(Chain, typeof(PeerDown));
        var stranger = await network.AddAsync(NetworkOptions.OnTcp.NodeOptions("stranger", TestConsortium.Foreign) with { Peers = [a.Address] });
        await Eventually.HoldsAsync(() => RefusalsOf(a) > 0, a.CountersText);
        await Eventually.HoldsAsync(() => stranger.Port.OpenConnections == 0);
        Assert.Empty((await stranger.PeersAsync(Chain)).Peers);
        await a.LinkedToAsync(Chain, b);
        Assert.Empty(observer.Log.Of<PeerDown>());
    }

    [Fact]
    public async Task A_connection_is_a_long_one_and_is_dialled_again_by_itself_when_it_breaks()
    {
        // Beats every 50 ms: the connection is idle for many of them and must stay the same one.
        var options = NetworkOptions.OnMemory with { Hocon = "liveness.beat-interval = 50ms" };
        await using var network = await TestNetwork.FullAsync(2, options);
        var (a, b) = (network[0], network[1]);
        var observer = b.Observe(Chain, typeof(PeerUp), typeof(PeerDown));
        var framesBefore = options.Memory!.TrafficFrom("a", "b").Frames;
        await Eventually.HoldsAsync(() => options.Memory.TrafficFrom("a", "b").Frames >= framesBefore + 20);
        Assert.Equal((1, 1), (a.Port.ConnectionsMade, b.Port.ConnectionsMade));
        Assert.Empty(observer.Log.Of<PeerDown>());

        for (var round = 1; round <= 3; round++)
        {
            options.Memory.Reset("a", "b");
            await observer.Log.AtLeastAsync<PeerUp>(round);
            await a.LinkedToAsync(Chain, b);
            Assert.Equal(round, observer.Log.Of<PeerDown>().Count);
        }

        await Eventually.HoldsAsync(() => a.Port.OpenConnections == 1 && b.Port.OpenConnections == 1);
    }

    [Fact]
    public async Task Unicast_chooses_an_online_node_by_its_ID_which_answers_and_no_other_node_sees_it()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnTcp);
        var (a, b, c) = (network[0], network[1], network[2]);
        var atB = await b.RegisterAsync(Chain, "ask", static delivery => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(delivery.Payload.Span) + " back"));
        var atC = await c.RegisterAsync(Chain, "ask");

        var online = (await a.PeersAsync(Chain)).Peers.Where(static peer => peer.Linked).Select(static peer => peer.Node);
        var chosen = Assert.Single(online, id => id == b.Id);
        var reply = await a.AskAsync<Reply>(new NamespaceRouter.Request(Chain, chosen, "ask", Hello, Eventually.Limit));

        Assert.Equal("hello back"u8.ToArray(), reply.Payload.ToArray());
        Assert.Equal(b.Id, reply.From);
        var delivery = Assert.Single(atB.Log.Deliveries);
        Assert.Equal((a.Id, "ask", null), (delivery.Origin, delivery.Type, delivery.Topic));
        Assert.Equal(0, atC.Log.Count);
    }

    [Fact]
    public async Task Multicast_by_topic_1_reaches_B_and_C_by_topic_2_from_B_reaches_C_and_D_and_by_topic_3_from_C_reaches_D()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        var (a, b, c, d) = (network[0], network[1], network[2], network[3]);
        var modules = await network.RegisterAllAsync(Chain, "news");
        await b.SubscribeAsync(Chain, "topic 1");
        await c.SubscribeAsync(Chain, "topic 1");
        await c.SubscribeAsync(Chain, "topic 2");
        await d.SubscribeAsync(Chain, "topic 2");
        await d.SubscribeAsync(Chain, "topic 3");
        await a.SeesSubscribersAsync(Chain, "topic 1", b, c);
        await b.SeesSubscribersAsync(Chain, "topic 2", c, d);
        await c.SeesSubscribersAsync(Chain, "topic 3", d);

        await a.MulticastAsync(Chain, "topic 1", "news", "1"u8.ToArray());
        await modules[1].Log.AtLeastAsync<Delivery>(1);
        await b.MulticastAsync(Chain, "topic 2", "news", "2"u8.ToArray());
        await modules[2].Log.AtLeastAsync<Delivery>(2);
        await c.MulticastAsync(Chain, "topic 3", "news", "3"u8.ToArray());
        await modules[3].Log.AtLeastAsync<Delivery>(2);

        // A last broadcast from each node follows on the same paths: what else was coming is there before it ends.
        await BroadcastFromAllAsync(network, modules);
        Assert.Empty(Topics(modules[0]));
        Assert.Equal([("topic 1", a.Id)], Topics(modules[1]));
        Assert.Equal([("topic 1", a.Id), ("topic 2", b.Id)], Topics(modules[2]));
        Assert.Equal([("topic 2", b.Id), ("topic 3", c.Id)], Topics(modules[3]));
    }

    [Fact]
    public async Task Broadcast_from_A_reaches_B_C_and_D_exactly_once_though_B_and_C_pass_it_on()
    {
        // A has no link with D, and both B and C have one: D gets it from one of them, whoever tells it of it.
        await using var network = await TestNetwork.StartAsync(
            4, NetworkOptions.OnTcp, static (dialler, listener) => listener < dialler && (dialler, listener) != (3, 0));
        var a = network[0];
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "news");
        const int Messages = 20;
        for (byte number = 0; number < Messages; number++)
        {
            await a.BroadcastAsync(Chain, "news", new[] { number });
        }

        foreach (var module in modules.Skip(1))
        {
            await module.Log.AtLeastAsync<Delivery>(Messages);
        }

        await BroadcastFromAllAsync(network, modules);
        Assert.DoesNotContain(modules[0].Log.Deliveries, delivery => delivery.Origin == a.Id);
        foreach (var module in modules.Skip(1))
        {
            var fromA = module.Log.Deliveries.Where(delivery => delivery.Origin == a.Id && delivery.Payload.Length == 1).ToList();
            Assert.Equal(Enumerable.Range(0, Messages), fromA.Select(static delivery => (int)delivery.Payload.Span[0]).Order());
            Assert.All(fromA, delivery => Assert.Equal(a.Id, delivery.MessageId!.Value.Origin));
        }
    }

    [Fact]
    public async Task State_sync_announces_the_seq_asks_for_a_higher_one_and_applies_the_answer()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var (a, b) = (network[0], network[1]);
        var observer = a.Observe(Chain, typeof(StatusChanged));

        var first = await b.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "7"u8.ToArray()));
        await observer.Log.FirstAsync<StatusChanged>(changed => changed.Key == "height" && changed.Value.Span.SequenceEqual("7"u8));
        var seen = await a.StatusAsync(Chain, b);
        Assert.Equal((first.Seq, b.Epoch), (seen.Seq, seen.Epoch));

        var second = await b.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "8"u8.ToArray()));
        Assert.True(second.Seq > first.Seq, $"{second.Seq} after {first.Seq}");
        await observer.Log.FirstAsync<StatusChanged>(changed => changed.Key == "height" && changed.Value.Span.SequenceEqual("8"u8));
        seen = await a.StatusAsync(Chain, b);
        Assert.Equal(second.Seq, seen.Seq);
        Assert.Equal("8"u8.ToArray(), seen.Entries["height"].ToArray());

        await b.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", ReadOnlyMemory<byte>.Empty));
        await observer.Log.FirstAsync<StatusChanged>(changed => changed.Key == "height" && changed.Value.IsEmpty);
        Assert.Empty((await a.StatusAsync(Chain, b)).Entries);
    }

    private static long RefusalsOf(TestNode node) => node.Counters.Snapshot().Values
        .Where(static pair => pair.Key.StartsWith("accept.failed.", StringComparison.Ordinal) || pair.Key.StartsWith("link.refused.", StringComparison.Ordinal))
        .Sum(static pair => pair.Value);

    private static async Task BroadcastFromAllAsync(TestNetwork network, IReadOnlyList<TestModule> modules)
    {
        foreach (var node in network.Nodes)
        {
            await node.BroadcastAsync(Chain, "news", "the end"u8.ToArray());
        }

        foreach (var module in modules)
        {
            await module.Log.UntilAsync(messages =>
                messages.OfType<Delivery>().Count(static delivery => delivery.Topic is null && delivery.Payload.Length > 1) == network.Nodes.Count - 1);
        }
    }

    private static IEnumerable<(string, Protocol.Identity.NodeId)> Topics(TestModule module) => module.Log.Deliveries
        .Where(static delivery => delivery.Topic is not null)
        .Select(static delivery => (delivery.Topic!, delivery.Origin))
        .Order(Comparer<(string Topic, Protocol.Identity.NodeId)>.Create(static (x, y) => string.CompareOrdinal(x.Topic, y.Topic)));

    // By .NET's own reading of the certificate, not by ours.
    private static string PublicPointOf(string chainPem)
    {
        using var certificate = X509Certificate2.CreateFromPem(chainPem);
        using var key = certificate.GetECDsaPublicKey()!;
        var point = key.ExportParameters(false).Q;
        return Convert.ToHexStringLower([.. point.X!, .. point.Y!]);
    }
}
