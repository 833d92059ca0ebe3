using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>What bad input gets: a typed refusal with a counter, while the node goes on serving the others.</summary>
public sealed class BadInput
{
    private const string Chain = "chain";

    private static readonly NetworkOptions OnTcpWithoutTls = new() { Memory = null };

    public enum Stranger
    {
        OfAnotherCa,
        Expired,
        OfAnotherNetwork,
    }

    [Theory]
    [InlineData(Stranger.OfAnotherCa, "link.refused.certificate-untrusted-root")]
    [InlineData(Stranger.Expired, "link.refused.certificate-expired")]
    [InlineData(Stranger.OfAnotherNetwork, "link.refused.wrong-network")]
    public async Task A_stranger_that_dials_is_refused_by_the_node_handshake_with_its_reason(Stranger stranger, string counter)
    {
        await using var network = await TestNetwork.FullAsync(2, OnTcpWithoutTls);
        var serving = new Serving(network);
        var events = network[0].Observe(Chain, typeof(PeerRejected));
        await using var bad = new TestNode(OptionsOf(stranger, OnTcpWithoutTls) with { Peers = [network[0].Address] });
        await bad.StartAsync();
        await network[0].CountsAsync(counter);
        var rejected = await events.Log.FirstAsync<PeerRejected>();
        Assert.Equal(counter, "link.refused." + rejected.Reason);
        Assert.NotEmpty(rejected.Detail);
        Assert.Empty((await bad.PeersAsync(Chain)).Peers);
        await serving.CheckAsync();
    }

    [Theory]
    [InlineData(Stranger.OfAnotherCa)]
    [InlineData(Stranger.Expired)]
    [InlineData(Stranger.OfAnotherNetwork)]
    public async Task A_stranger_that_is_dialled_is_refused_as_well(Stranger stranger)
    {
        await using var bad = new TestNode(OptionsOf(stranger, OnTcpWithoutTls));
        await bad.StartAsync();
        await using var network = await TestNetwork.FullAsync(2, OnTcpWithoutTls);
        var serving = new Serving(network);
        var dialling = await network.AddAsync(OnTcpWithoutTls.NodeOptions("c") with { Peers = [network[0].Address, bad.Address] });
        await Eventually.HoldsAsync(
            () => Refusals(dialling) + Refusals(bad) > 0, () => $"{dialling.CountersText()}; {bad.CountersText()}");
        await dialling.LinkedToAsync(Chain, network[0]);
        await serving.CheckAsync();
    }

    [Theory]
    [InlineData(Stranger.OfAnotherCa)]
    [InlineData(Stranger.Expired)]
    public async Task With_TLS_a_stranger_is_refused_before_the_node_handshake(Stranger stranger)
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var serving = new Serving(network);
        await using var bad = new TestNode(OptionsOf(stranger, NetworkOptions.OnTcp) with { Peers = [network[0].Address] });
        await bad.StartAsync();
        await network[0].CountsAsync("accept.failed.tls-refused");
        Assert.Equal(0, network[0].Counters.Snapshot().Values.Where(static pair => pair.Key.StartsWith("link.refused", StringComparison.Ordinal)).Sum(static pair => pair.Value));
        Assert.Empty((await bad.PeersAsync(Chain)).Peers);
        await serving.CheckAsync();
    }

    [Fact]
    public void A_key_that_does_not_match_the_certificate_is_reported_before_anything_starts()
    {
        var (one, other) = (TestConsortium.Ours.Issue("one"), TestConsortium.Ours.Issue("other"));
        var settings = SettingsReader.Read(ActorP2P.Hocon.ConfigurationFactory.ParseString("actorp2p.network.id = net")).Settings!.Identity;
        var made = NodeIdentity.TryCreate(
            other.KeyPem, one.ChainPem, one.CaPem, IdentityCurves.P256, null, settings, DateTimeOffset.UtcNow, out _, out var errors);
        Assert.False(made);
        Assert.Equal(IdentityErrorKind.KeyMismatch, Assert.Single(errors).Kind);
    }

    [Fact]
    public async Task Garbage_on_the_port_is_refused_and_counted()
    {
        await using var network = await TestNetwork.FullAsync(2, OnTcpWithoutTls);
        var serving = new Serving(network);
        const int Strangers = 20;
        for (var number = 0; number < Strangers; number++)
        {
            using var socket = await ConnectAsync(network[0]);
            await socket.SendAsync(RandomNumberGenerator.GetBytes(1000 + number));
            await UntilClosedAsync(socket);
        }

        await Eventually.HoldsAsync(() => Refusals(network[0]) >= Strangers, network[0].CountersText);
        await Eventually.HoldsAsync(() => network[0].Port.OpenConnections == 1);
        await serving.CheckAsync();
    }

    [Fact]
    public async Task Garbage_on_a_TLS_port_is_refused_and_counted()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnTcp);
        var serving = new Serving(network);
        using var socket = await ConnectAsync(network[0]);

        // Chance might begin as a record of TLS does, and the node would wait for the rest of it.
        await socket.SendAsync((byte[])[0xFF, 0xFF, 0xFF, .. RandomNumberGenerator.GetBytes(1000)]);
        await UntilClosedAsync(socket);
        await network[0].CountsAsync("accept.failed.tls-refused");
        await serving.CheckAsync();
    }

    [Fact]
    public async Task A_handshake_that_is_sent_by_half_ends_at_its_deadline()
    {
        await using var network = await TestNetwork.FullAsync(2, OnTcpWithoutTls with { Hocon = "admission.handshake-timeout = 1s" });
        var serving = new Serving(network);
        using var socket = await ConnectAsync(network[0]);
        var half = new byte[FrameHeader.LengthBytes + 100];
        new FrameHeader(200, FrameKind.Handshake, Lane.Control, FrameFlags.None, 0, 0, 0, 0).Write(half);
        await socket.SendAsync(half);
        await UntilClosedAsync(socket);
        await network[0].CountsAsync("link.refused.handshake-timeout");
        await serving.CheckAsync();
    }

    [Fact]
    public async Task A_handshake_message_longer_than_allowed_ends_the_connection_before_it_is_read()
    {
        await using var network = await TestNetwork.FullAsync(2, OnTcpWithoutTls);
        var serving = new Serving(network);
        using var socket = await ConnectAsync(network[0]);
        var header = new byte[FrameHeader.LengthBytes];
        new FrameHeader(1 << 30, FrameKind.Handshake, Lane.Control, FrameFlags.None, 0, 0, 0, 0).Write(header);
        await socket.SendAsync(header);
        await UntilClosedAsync(socket);
        await network[0].CountsAsync("link.refused.bad-frame");
        await serving.CheckAsync();
    }

    [Fact]
    public async Task A_record_before_the_handshake_ends_the_connection()
    {
        await using var network = await TestNetwork.FullAsync(2, OnTcpWithoutTls);
        var serving = new Serving(network);
        using var socket = await ConnectAsync(network[0]);
        var frame = new byte[FrameHeader.LengthBytes + 64];
        new FrameHeader(64, FrameKind.Record, Lane.Request, FrameFlags.None, 0, 0, 7, 0).Write(frame);
        await socket.SendAsync(frame);
        await UntilClosedAsync(socket);
        await network[0].CountsAsync("link.refused.unexpected-frame");
        await serving.CheckAsync();
    }

    private static long Refusals(TestNode node) => node.Counters.Snapshot().Values
        .Where(static pair => pair.Key.StartsWith("link.refused.", StringComparison.Ordinal))
        .Sum(static pair => pair.Value);

    private static TestNodeOptions OptionsOf(Stranger stranger, NetworkOptions options)
    {
        var plain = options.NodeOptions("stranger");
        switch (stranger)
        {
            case Stranger.OfAnotherCa:
                // It trusts our CA, so that it gets as far as showing its own certificate.
                var foreign = TestConsortium.Foreign.Issue("stranger");
                return plain with { Files = foreign with { CaPem = foreign.CaPem + TestConsortium.Ours.RootPem } };
            case Stranger.Expired:
                // Its clock stands where its certificate was valid, and so was that of the others.
                var back = TimeSpan.FromMinutes(20);
                var validity = new Validity(DateTimeOffset.UtcNow - 2 * back, DateTimeOffset.UtcNow - back / 2);
                return plain with { Files = TestConsortium.Ours.Issue("stranger", validity), Time = new SlowClock(back) };
            default:
                return plain with { NetworkId = "another-network" };
        }
    }

    private static async Task<Socket> ConnectAsync(TestNode node)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(node.Address));
        return socket;
    }

    private static async Task UntilClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is an end as well.
        }
    }

    /// <summary>The two healthy nodes of a network: nothing that a stranger does may come between them.</summary>
    private sealed class Serving(TestNetwork network)
    {
        private readonly TestModule _events = network[1].Observe(Chain, typeof(PeerDown));

        public async Task CheckAsync()
        {
            var (a, b) = (network[0], network[1]);
            await a.RegisterAsync(Chain, "echo", static delivery => delivery.Payload);
            Assert.IsType<Reply>(await b.RequestAsync(Chain, a, "echo", "still there?"u8.ToArray()));
            Assert.Empty(_events.Log.Of<PeerDown>());
        }
    }

    private sealed class SlowClock(TimeSpan behind) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - behind;
    }
}
