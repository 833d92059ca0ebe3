using System.Buffers.Binary;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Certificates, roots and lists that change while nodes run.</summary>
public sealed class RotationFlows
{
    private const string Chain = "chain";

    [Fact]
    public async Task A_peer_that_is_denied_is_cut_and_forgotten_with_all_it_said()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnTcp);
        var (a, b, c) = (network[0], network[1], network[2]);
        var atA = await a.RegisterAsync(Chain, "news");
        var atB = await b.RegisterAsync(Chain, "news");
        await c.SubscribeAsync(Chain, "topic");
        await c.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "7"u8.ToArray()));
        await a.SeesSubscribersAsync(Chain, "topic", c);
        await c.BroadcastAsync(Chain, "news", "before"u8.ToArray());
        await atA.Log.AtLeastAsync<Delivery>(1);
        var events = a.Observe(Chain, typeof(PeerDown));

        a.ReloadHocon = $"identity.deny-node-ids = [\"{c.Id}\"]";
        Assert.Equal(["deny-list"], Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync()).Parts);
        var down = await events.Log.FirstAsync<PeerDown>(down => down.Node == c.Id);
        Assert.Equal("certificate-denied", down.Reason);
        await a.SeesSubscribersAsync(Chain, "topic");
        Assert.Empty((await a.StatusAsync(Chain, c)).Entries);
        Assert.DoesNotContain((await a.PeersAsync(Chain)).Peers, peer => peer.Node == c.Id);

        // B still takes it; what it passes on of C is nothing to A.
        await c.BroadcastAsync(Chain, "news", "after"u8.ToArray());
        await atB.Log.AtLeastAsync<Delivery>(2);
        await RefusesAnOriginAsync(a);
        Assert.Single(atA.Log.Deliveries);
        await a.LinkedToAsync(Chain, b);

        a.ReloadHocon = "";
        await a.ReloadAsync();
        await a.LinkedToAsync(Chain, b, c);
        await a.SeesSubscribersAsync(Chain, "topic", c);
    }

    [Fact]
    public async Task A_revoked_peer_is_cut_and_a_rolled_back_list_does_not_bring_it_back()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var (a, b) = (network[0], network[1]);
        var events = a.Observe(Chain, typeof(PeerDown));
        a.ReloadHocon = "crl.files = [\"agency.crl\"]";
        a.RevocationLists = [TestConsortium.Ours.RevocationList(5, b.Files)];
        Assert.Equal(["revocation-lists"], Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync()).Parts);
        Assert.Equal("certificate-revoked", (await events.Log.FirstAsync<PeerDown>()).Reason);

        a.RevocationLists = [TestConsortium.Ours.RevocationList(4)];
        Assert.IsType<P2PNode.ReloadRefused>(await a.ReloadAsync());
        await a.CountsAsync("link.refused.certificate-revoked");
        Assert.DoesNotContain((await a.PeersAsync(Chain)).Peers, static peer => peer.Linked);

        // The same key under a certificate that is not revoked.
        b.Files = TestConsortium.Ours.Renew(b.Files, Validity.FromNow(DateTimeOffset.UtcNow, 60));
        Assert.IsType<P2PNode.Reloaded>(await b.ReloadAsync());
        await a.LinkedToAsync(Chain, b);
    }

    [Fact]
    public async Task Certificates_and_roots_of_all_nodes_rotate_under_traffic_and_no_message_is_lost_and_no_link_ends()
    {
        var next = new TestConsortium("next");
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnTcp);
        var modules = await network.RegisterAllAsync(Chain, "count");
        var downs = network.Nodes.Select(static node => node.Observe(Chain, typeof(PeerDown))).ToList();
        using var stop = new CancellationTokenSource();
        var sent = new int[network.Nodes.Count];
        var traffic = network.Nodes.Select((node, i) => SendAsync(node, i, network, sent, stop.Token)).ToList();

        // As an operator does: the new root everywhere, certificates under it, the old root out.
        foreach (var node in network.Nodes)
        {
            await ReloadAsync(node, node.Files with { CaPem = node.Files.CaPem + next.RootPem });
        }

        foreach (var node in network.Nodes)
        {
            await ReloadAsync(node, next.Renew(node.Files, Validity.FromNow(DateTimeOffset.UtcNow, 90)));
        }

        foreach (var node in network.Nodes)
        {
            await ReloadAsync(node, node.Files with { CaPem = next.RootPem });
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic);
        for (var i = 0; i < modules.Count; i++)
        {
            var expected = network.Nodes.Select((node, origin) => (node.Id, Count: sent[origin])).Where(pair => pair.Id != network[i].Id).ToList();
            await modules[i].Log.UntilAsync(messages => messages.OfType<Delivery>().Count() == expected.Sum(static pair => pair.Count), $"all of {string.Join(", ", sent)}");
            foreach (var (id, count) in expected)
            {
                var numbers = modules[i].Log.Deliveries.Where(delivery => delivery.Origin == id).Select(static delivery => BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span));
                Assert.Equal(Enumerable.Range(0, count), numbers);
            }
        }

        Assert.All(downs, static observer => Assert.Empty(observer.Log.Of<PeerDown>()));

        // Who joins now knows the new root alone, and is linked with all of them.
        var late = await network.AddAsync(NetworkOptions.OnTcp.NodeOptions("late", next) with { Peers = [.. network.Nodes.Select(static node => node.Address)] });
        await late.LinkedToAsync(Chain, network.Nodes.Where(node => node != late));
    }

    [Fact]
    public async Task Half_written_files_change_nothing_and_the_whole_ones_come_into_force()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var renewed = TestConsortium.Ours.Renew(a.Files, Validity.FromNow(DateTimeOffset.UtcNow, 60));
        a.Files = renewed with { ChainPem = renewed.ChainPem[..200] };
        var refused = Assert.IsType<P2PNode.ReloadRefused>(await a.ReloadAsync());
        Assert.All(refused.Errors, static e => Assert.Equal("actorp2p.identity.certificate-file", e.Path));
        await a.CountsAsync("trust.refused");
        a.Files = renewed;
        Assert.Equal(["certificate"], Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync()).Parts);
        await a.LinkedToAsync(Chain, b);
    }

    [Fact]
    public async Task Who_is_no_member_of_a_namespace_has_no_session_in_it_and_its_messages_count_nowhere_though_others_pass_them_on()
    {
        var options = NetworkOptions.OnMemory with { Namespaces = [Chain, "open"] };
        await using var network = await TestNetwork.FullAsync(3, options);
        var (a, b, c) = (network[0], network[1], network[2]);
        var atA = await a.RegisterAsync(Chain, "news");
        var atB = await b.RegisterAsync(Chain, "news");
        await c.SubscribeAsync(Chain, "topic");
        await a.SeesSubscribersAsync(Chain, "topic", c);

        a.ReloadHocon = $"namespaces.{Chain}.members = [\"{b.Id}\"]";
        Assert.Equal(["members"], Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync()).Parts);
        await a.LinkedToAsync(Chain, b);
        await a.LinkedToAsync("open", b, c);
        await a.SeesSubscribersAsync(Chain, "topic");
        await c.BroadcastAsync(Chain, "news", "to nobody at A"u8.ToArray());
        await atB.Log.AtLeastAsync<Delivery>(1);
        await RefusesAnOriginAsync(a);
        await b.BroadcastAsync(Chain, "news", "to A"u8.ToArray());
        Assert.Equal(b.Id, (await atA.Log.AtLeastAsync<Delivery>(1))[0].Origin);
        Assert.Single(atA.Log.Deliveries);

        a.ReloadHocon = "";
        await a.ReloadAsync();
        await a.LinkedToAsync(Chain, b, c);
        await a.SeesSubscribersAsync(Chain, "topic", c);
    }

    [Fact]
    public async Task A_reload_of_unchanged_files_says_that_nothing_is_new()
    {
        await using var network = await TestNetwork.FullAsync(1, NetworkOptions.OnMemory);
        Assert.Empty(Assert.IsType<P2PNode.Reloaded>(await network[0].ReloadAsync()).Parts);
        await network[0].CountsAsync("trust.unchanged");
    }

    // By push or by announcement, as the trees are at that moment: neither is taken.
    private static Task RefusesAnOriginAsync(TestNode node) => Eventually.HoldsAsync(
        () => node.Counters.Value("multicast.dropped.refused-origin") + node.Counters.Value("multicast.dropped.unknown-origin") > 0,
        node.CountersText);

    private static async Task ReloadAsync(TestNode node, IssuedNode files)
    {
        node.Files = files;
        Assert.IsType<P2PNode.Reloaded>(await node.ReloadAsync());
    }

    private static async Task SendAsync(TestNode from, int index, TestNetwork network, int[] sent, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var payload = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(payload, sent[index]);
            foreach (var to in network.Nodes.Where(to => to != from))
            {
                await from.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, to.Id, "count", payload, Confirm: true));
            }

            sent[index]++;
        }
    }
}
