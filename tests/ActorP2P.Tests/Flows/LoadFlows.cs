using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorP2P.Tests.Network;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Flows;

/// <summary>Much of it, and large: order, limits, and receivers that do not keep up.</summary>
public sealed class LoadFlows
{
    private const string Chain = "chain";
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task Ten_thousand_unicasts_arrive_once_and_in_order()
    {
        const int Messages = 10_000;
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var (a, b) = (network[0], network[1]);
        var module = await b.RegisterAsync(Chain, "tx");
        var answers = TestModule.Start(a.System);
        for (var number = 0; number < Messages; number++)
        {
            a.Router.Tell(new NamespaceRouter.Unicast(Chain, b.Id, "tx", Numbered(number, 100), Confirm: number == Messages - 1), answers.Ref);
        }

        // The last one's confirmation comes after all of them, for a lane keeps its order.
        await answers.Log.FirstAsync<Sent>();
        await module.Log.AtLeastAsync<Delivery>(Messages);
        Assert.Equal(Enumerable.Range(0, Messages), Numbers(module));
        Assert.Equal(1, answers.Log.Count);
    }

    [Fact]
    public async Task A_message_of_the_longest_length_travels_whole_and_one_byte_more_is_refused_at_its_sender()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var (a, b) = (network[0], network[1]);
        await b.RegisterAsync(Chain, "digest", static delivery => SHA256.HashData(delivery.Payload.Span));
        var longest = RandomNumberGenerator.GetBytes(32 * MiB);
        var reply = Assert.IsType<Reply>(await a.RequestAsync(Chain, b, "digest", longest));
        Assert.Equal(SHA256.HashData(longest), reply.Payload.ToArray());
        var failed = Assert.IsType<RequestFailed>(await a.RequestAsync(Chain, b, "digest", new byte[longest.Length + 1]));
        Assert.Equal(SendFailure.TooLarge, failed.Reason);
    }

    [Fact]
    public async Task A_broadcast_of_20_MiB_arrives_whole_at_every_node_while_control_traffic_goes_on()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnTcp with { Hocon = "liveness { beat-interval = 200ms, acceptable-pause = 15s }" });
        var observer = network[0].Observe(Chain, typeof(PeerDown));
        var modules = await network.RegisterAllAsync(Chain, "file");
        var file = RandomNumberGenerator.GetBytes(20 * MiB);
        await network[0].BroadcastAsync(Chain, "file", file);
        foreach (var module in modules.Skip(1))
        {
            Assert.Equal(SHA256.HashData(file), SHA256.HashData((await module.Log.FirstAsync<Delivery>()).Payload.Span));
        }

        Assert.Empty(observer.Log.Of<PeerDown>());
    }

    [Fact]
    public async Task A_peer_that_never_reads_costs_its_senders_a_typed_Busy_and_does_not_slow_the_others()
    {
        const int Messages = 300;
        const int MessageBytes = 32 * 1024;
        var memory = new MemoryNetwork();
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory with
        {
            Memory = memory,
            Hocon = """
                channel { max-message-bytes = 64 KiB, queue-bytes = 1 MiB, window-bytes = 1 MiB }
                """,
        });
        var (a, b, slow) = (network[0], network[1], network[2]);
        await b.RegisterAsync(Chain, "echo", static delivery => delivery.Payload);
        var atSlow = await slow.RegisterAsync(Chain, "tx");
        var answers = TestModule.Start(a.System);

        // What is under way stays there: a full pipe, as towards a process that does not read its socket.
        memory.Partition("a", "c");
        for (var number = 0; number < Messages; number++)
        {
            a.Router.Tell(new NamespaceRouter.Unicast(Chain, slow.Id, "tx", Numbered(number, MessageBytes), Confirm: true, CorrelationId: number), answers.Ref);
        }

        var busy = await answers.Log.FirstAsync<SendRefused>();
        Assert.Equal(SendFailure.Busy, busy.Reason);
        for (var number = 0; number < 100; number++)
        {
            Assert.IsType<Reply>(await a.RequestAsync(Chain, b, "echo", Numbered(number, 100)));
        }

        Assert.Equal(0, atSlow.Log.Count);
        memory.Heal("a", "c");
        await answers.Log.FirstAsync<Ready>();
        await answers.Log.UntilAsync(messages => messages.Count(static message => message is Sent or SendRefused) == Messages);
        var sent = answers.Log.Of<Sent>().Select(static answer => (int)answer.CorrelationId!).ToList();
        await atSlow.Log.AtLeastAsync<Delivery>(sent.Count);
        Assert.Equal(sent, Numbers(atSlow));
        Assert.Equal(Messages, sent.Count + answers.Log.Of<SendRefused>().Count);
    }

    private static byte[] Numbered(int number, int bytes)
    {
        var payload = new byte[bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }

    private static IEnumerable<int> Numbers(TestModule module) =>
        module.Log.Deliveries.Select(static delivery => BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span));
}
