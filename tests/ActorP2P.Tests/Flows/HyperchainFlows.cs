using System.Collections.Concurrent;
using System.Text;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Frames;
using ActorP2P.Tests.Network;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Flows;

/// <summary>One test for each part and path of Hyperchain's network module.</summary>
public sealed class HyperchainFlows
{
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a transaction to keep secret ", 4)));

    [Fact]
    public async Task Slots_of_different_namespaces_process_messages_of_the_same_type_apart()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Namespaces = ["global", "private"] });
        var (a, b) = (network[0], network[1]);
        var inGlobal = await b.RegisterAsync("global", "tx", static _ => "global"u8.ToArray());
        var inPrivate = await b.RegisterAsync("private", "tx", static _ => "private"u8.ToArray());
        Assert.Equal("private"u8.ToArray(), Assert.IsType<Reply>(await a.RequestAsync("private", b, "tx", Payload)).Payload.ToArray());
        Assert.Equal("global"u8.ToArray(), Assert.IsType<Reply>(await a.RequestAsync("global", b, "tx", Payload)).Payload.ToArray());
        Assert.Equal("global", Assert.Single(inGlobal.Log.Deliveries).Namespace);
        Assert.Equal("private", Assert.Single(inPrivate.Log.Deliveries).Namespace);
    }

    [Fact]
    public async Task A_message_type_without_a_module_in_the_slot_fails_at_its_sender()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var failed = Assert.IsType<RequestFailed>(await a.RequestAsync("chain", b, "nobody's", Payload));
        Assert.Equal(SendFailure.UnknownType, failed.Reason);
        var unsent = await a.AskAsync<SendFailed>(new NamespaceRouter.Unicast("chain", b.Id, "nobody's", Payload, Confirm: true));
        Assert.Equal(SendFailure.UnknownType, unsent.Reason);
        Assert.Equal(2, b.Counters.Value("slot.refused.unknown-type"));
    }

    [Fact]
    public async Task P2PManager_allocates_one_PeerManager_for_each_namespace()
    {
        await using var network = await TestNetwork.FullAsync(1, NetworkOptions.OnMemory with { Namespaces = ["global"] });
        var node = network[0];
        var global = await node.AskAsync<Opened>(new NamespaceRouter.Open("global"));
        var opened = await node.AskAsync<Opened>(new NamespaceRouter.Open("private"));
        var again = await node.AskAsync<Opened>(new NamespaceRouter.Open("private"));
        Assert.Equal(opened.PeerManager, again.PeerManager);
        Assert.NotEqual(global.PeerManager, opened.PeerManager);
        Assert.Equal(["manager", "manager"], new[] { global, opened }.Select(static answer => answer.PeerManager.Path.Parent.Name));

        // It is the namespace's sending service: it takes the same messages as the router.
        var peers = await opened.PeerManager.Ask<PeersSnapshot>(new NamespaceRouter.GetPeers("private"), Eventually.Limit);
        Assert.Empty(peers.Peers);
        Assert.IsType<Closed>(await node.AskAsync(new NamespaceRouter.Close("private")));
        var refused = await node.AskAsync<SendFailed>(new NamespaceRouter.Broadcast("private", "tx", Payload));
        Assert.Equal(SendFailure.UnknownNamespace, refused.Reason);
    }

    [Fact]
    public async Task Peer_encrypts_and_the_far_Node_decrypts_and_posts_to_the_module_of_the_message_type()
    {
        var frames = new ConcurrentQueue<byte[]>();
        var memory = new MemoryNetwork { Tamper = frame => Record(frames, frame) };
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Memory = memory });
        var (a, b) = (network[0], network[1]);
        var consensus = await b.RegisterAsync("chain", "consensus");
        var executor = await b.RegisterAsync("chain", "executor");
        Assert.IsType<Sent>(await a.AskAsync(new NamespaceRouter.Unicast("chain", b.Id, "executor", Payload, Confirm: true)));
        var delivery = await executor.Log.FirstAsync<Delivery>();
        Assert.Equal(Payload, delivery.Payload.ToArray());
        Assert.Equal(a.Id, delivery.Origin);
        Assert.Equal(0, consensus.Log.Count);
        Assert.NotEmpty(frames);
        Assert.DoesNotContain(frames, frame => frame.AsSpan().IndexOf(Payload) >= 0);
    }

    [Fact]
    public async Task PeerManagerEventHub_turns_control_messages_into_ordered_events_of_the_logical_network()
    {
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Memory = memory });
        var (a, b) = (network[0], network[1]);
        var observer = a.Observe("chain");
        var snapshot = await observer.Log.FirstAsync<ObserveSnapshot>();
        Assert.Equal(b.Id, Assert.Single(snapshot.Peers.Peers).Node);

        await b.SubscribeAsync("chain", "blocks");
        await observer.Log.FirstAsync<TopicsChanged>(changed => changed.Node == b.Id && changed.Topics.SequenceEqual(new[] { "blocks" }));
        await b.AskAsync<StatusSet>(new NamespaceRouter.SetStatus("chain", "height", "1"u8.ToArray()));
        await observer.Log.FirstAsync<StatusChanged>(changed => changed.Node == b.Id && changed.Key == "height");
        memory.Reset("a", "b");
        await observer.Log.FirstAsync<PeerDown>(down => down.Node == b.Id && down.Reason.Length > 0);
        await observer.Log.FirstAsync<PeerUp>(up => up.Node == b.Id && up.Epoch == b.Epoch);

        // A late observer begins with the state that the early one has put together from events.
        var late = a.Observe("chain");
        var lateSnapshot = await late.Log.FirstAsync<ObserveSnapshot>();
        Assert.Contains("blocks", lateSnapshot.Topics.Subscribers.Keys);
        var numbers = observer.Log.Of<ControlEvent>().Select(static e => e.Number).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(index => snapshot.AsOf + 1 + index), numbers);
        Assert.True(lateSnapshot.AsOf >= observer.Log.Of<PeerUp>()[0].Number);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Messages_flow_whether_TLS_and_data_encryption_are_on_or_off(bool tls, bool encryption)
    {
        var options = new NetworkOptions { Memory = null, Tls = tls, Encryption = encryption };
        await using var network = await TestNetwork.FullAsync(2, options);
        var (a, b) = (network[0], network[1]);
        var module = await b.RegisterAsync("chain", "echo", static delivery => delivery.Payload);
        Assert.Equal(Payload, Assert.IsType<Reply>(await a.RequestAsync("chain", b, "echo", Payload)).Payload.ToArray());
        await a.BroadcastAsync("chain", "echo", Payload);
        await module.Log.FirstAsync<Delivery>(delivery => delivery.MessageId is not null && delivery.Payload.Span.SequenceEqual(Payload));
    }

    [Fact]
    public void TLS_and_data_encryption_both_off_must_be_asked_for_by_name()
    {
        const string BothOff = "actorp2p { network.id = net, tls.enabled = off, encryption.enabled = off, network.insecure = ";
        var refused = SettingsReader.Read(ConfigurationFactory.ParseString(BothOff + "off }"));
        Assert.Contains(refused.Errors, static error => error.Path.Contains("insecure", StringComparison.Ordinal) || error.Message.Contains("insecure", StringComparison.Ordinal));
        Assert.True(SettingsReader.Read(ConfigurationFactory.ParseString(BothOff + "on }")).IsValid);
    }

    [Fact]
    public async Task Two_nodes_of_which_only_one_encrypts_get_no_link_and_say_why()
    {
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(1, NetworkOptions.OnMemory with { Memory = memory });
        var clear = await network.AddAsync((NetworkOptions.OnMemory with { Memory = memory, Encryption = false }).NodeOptions("clear") with { Peers = [network[0].Address] });
        await Eventually.HoldsAsync(
            () => network.Nodes.Any(static node => node.Counters.Value("link.refused.encryption-mismatch") > 0),
            () => string.Join("; ", network.Nodes.Select(static node => node.CountersText())));
        Assert.Empty((await clear.PeersAsync("chain")).Peers);
    }

    [Fact]
    public async Task Each_pair_of_nodes_and_each_namespace_has_session_keys_of_its_own()
    {
        var first = await FirstUnicastRecordsAsync(encryption: true);
        Assert.Equal(4, first.Count);
        Assert.Equal(4, first.Distinct(StringComparer.Ordinal).Count());

        // The same run without data encryption: the four records hold the same bytes, so the keys alone tell them apart.
        var clear = await FirstUnicastRecordsAsync(encryption: false);
        Assert.Equal(4, clear.Count);
        Assert.Single(clear.Distinct(StringComparer.Ordinal));
    }

    /// <summary>The bodies of the first request-lane record from A to B and to C, in each of two namespaces, as hex.</summary>
    private static async Task<IReadOnlyList<string>> FirstUnicastRecordsAsync(bool encryption)
    {
        var records = new ConcurrentQueue<(string To, FrameHeader Header, string Body)>();
        var memory = new MemoryNetwork
        {
            Tamper = frame =>
            {
                var header = FrameHeader.Read(frame.Bytes.Span);
                if (frame.From == "a" && header is { Kind: FrameKind.Record, Lane: Lane.Bulk, Counter: 0 })
                {
                    records.Enqueue((frame.To, header, Convert.ToHexString(frame.Bytes.Span[FrameHeader.LengthBytes..])));
                }

                return [frame.Bytes];
            },
        };
        await using var network = await TestNetwork.FullAsync(3, new NetworkOptions { Memory = memory, Encryption = encryption, Namespaces = ["one", "two"] });
        var a = network[0];
        foreach (var name in new[] { "one", "two" })
        {
            // Only the bulk lane carries nothing of its own, so its first record is the unicast's.
            await a.RegisterAsync(name, "tx", lane: Lane.Bulk);
            foreach (var to in network.Nodes.Skip(1))
            {
                var module = await to.RegisterAsync(name, "tx");
                Assert.IsType<Sent>(await a.AskAsync(new NamespaceRouter.Unicast(name, to.Id, "tx", Payload, Confirm: true)));
                await module.Log.FirstAsync<Delivery>();
            }
        }

        return [.. records.Select(static record => record.Body)];
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Record(ConcurrentQueue<byte[]> frames, MemoryFrame frame)
    {
        frames.Enqueue(frame.Bytes.ToArray());
        return [frame.Bytes];
    }
}
