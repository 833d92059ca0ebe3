using System.Security.Cryptography;
using ActorP2P.Tests.Network;
using ActorP2P.Tests.Shared;

namespace ActorP2P.Tests.Flows;

/// <summary>What somebody sees who records every byte between two nodes.</summary>
public sealed class RecordedWire
{
    private const string Chain = "chain";
    private const int LargeBytes = 300 * 1024;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task No_payload_byte_is_readable_with_TLS_or_encryption_or_both(bool tls, bool encryption)
    {
        var (proxy, secrets) = await RunAsync(tls, encryption);
        Assert.All(secrets, secret => Assert.False(proxy.HasSeen(secret.Bytes), $"{secret.What} was readable"));
    }

    [Fact]
    public async Task Every_payload_is_readable_with_both_off_so_the_recording_would_show_it()
    {
        var (proxy, secrets) = await RunAsync(tls: false, encryption: false);
        Assert.All(secrets, secret => Assert.True(proxy.HasSeen(secret.Bytes), $"{secret.What} was not on the wire"));
    }

    /// <summary>Sends one secret of each kind of message over a recorded link.</summary>
    private static async Task<(RecordingProxy Proxy, IReadOnlyList<(string What, byte[] Bytes)> Secrets)> RunAsync(bool tls, bool encryption)
    {
        var options = new NetworkOptions { Memory = null, Tls = tls, Encryption = encryption };
        await using var b = new TestNode(options.NodeOptions("b"));
        await b.StartAsync();
        await using var proxy = RecordingProxy.Start(b.Address);
        await using var a = new TestNode(options.NodeOptions("a") with { Peers = [proxy.Endpoint] });
        await a.StartAsync();
        await a.LinkedToAsync(Chain, b);

        var secrets = new[] { "unicast", "request", "reply", "multicast", "broadcast", "large message", "status" }
            .Select(static what => (What: what, Bytes: RandomNumberGenerator.GetBytes(48)))
            .ToList();
        byte[] Secret(string what) => secrets.Single(secret => secret.What == what).Bytes;
        var module = await b.RegisterAsync(Chain, "tx", delivery => delivery.Payload.Span.SequenceEqual(Secret("request")) ? Secret("reply") : null);
        await b.SubscribeAsync(Chain, "topic");
        await a.SeesSubscribersAsync(Chain, "topic", b);

        Assert.IsType<Sent>(await a.AskAsync(new NamespaceRouter.Unicast(Chain, b.Id, "tx", Secret("unicast"), Confirm: true)));
        Assert.Equal(Secret("reply"), Assert.IsType<Reply>(await a.RequestAsync(Chain, b, "tx", Secret("request"))).Payload.ToArray());
        await a.MulticastAsync(Chain, "topic", "tx", Secret("multicast"));
        await a.BroadcastAsync(Chain, "tx", Secret("broadcast"));
        await a.BroadcastAsync(Chain, "tx", Repeat(Secret("large message")));
        await a.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "secret", Secret("status")));
        await Eventually.HoldsAsync(async () => (await b.StatusAsync(Chain, a)).Entries.Count == 1, b.CountersText);
        await module.Log.AtLeastAsync<Delivery>(5);
        return (proxy, secrets);
    }

    private static byte[] Repeat(byte[] bytes)
    {
        var repeated = new byte[LargeBytes];
        for (var at = 0; at < repeated.Length; at += bytes.Length)
        {
            bytes.AsSpan(0, Math.Min(bytes.Length, repeated.Length - at)).CopyTo(repeated.AsSpan(at));
        }

        return repeated;
    }
}
