using System.Buffers.Binary;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Keys that change while modules talk.</summary>
public sealed class KeyFlows
{
    private const string Chain = "chain";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_change_under_load_without_losing_or_reordering_a_message(bool tcp)
    {
        const int Messages = 20_000;
        var options = tcp ? NetworkOptions.OnTcp : NetworkOptions.OnMemory;
        await using var network = await TestNetwork.FullAsync(2, options with { Hocon = "rekey { after-bytes = 64 KiB, after = 2s, min-interval = 5ms }" });
        var (a, b) = (network[0], network[1]);
        var observer = b.Observe(Chain, typeof(SessionRekeyed), typeof(PeerDown));
        var module = await b.RegisterAsync(Chain, "tx");
        var answers = TestModule.Start(a.System);
        for (var number = 0; number < Messages; number++)
        {
            var payload = new byte[200];
            BinaryPrimitives.WriteInt32LittleEndian(payload, number);
            a.Router.Tell(new NamespaceRouter.Unicast(Chain, b.Id, "tx", payload, Confirm: number == Messages - 1), answers.Ref);
            if (number % 500 == 0)
            {
                await module.Log.AtLeastAsync<Delivery>(Math.Max(1, number - 1000));
            }
        }

        await answers.Log.FirstAsync<Sent>();
        await module.Log.AtLeastAsync<Delivery>(Messages);
        Assert.Equal(Enumerable.Range(0, Messages), module.Log.Of<Delivery>().Select(delivery => BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span)));
        await observer.Log.AtLeastAsync<SessionRekeyed>(3);
        var generations = observer.Log.Of<SessionRekeyed>().Select(rekeyed => rekeyed.Generation).ToList();
        Assert.Equal(Enumerable.Range(1, generations.Count).Select(generation => (uint)generation), generations);
        Assert.All(observer.Log.Of<SessionRekeyed>(), rekeyed => Assert.Equal(a.Id, rekeyed.Node));
        Assert.Empty(observer.Log.Of<PeerDown>());
    }
}
