using ActorP2P.Transport.Tests.Tcp;

namespace ActorP2P.Transport.Tests.Tls;

/// <summary>What a TLS handshake may take before anybody is authenticated.</summary>
public sealed class TlsAdmissionTests
{
    private readonly TestCertificates _consortium = new("consortium");

    [Fact]
    public async Task A_TLS_handshake_of_more_bytes_than_allowed_is_refused()
    {
        var (server, client) = (_consortium.Credentials("server"), _consortium.Credentials("client"));
        var options = TcpPair.Options(() => server) with { MaxTlsHandshakeBytes = 900 };
        await using var pair = await TcpPair.ListenAsync(options, TcpPair.Options(() => client));
        pair.Client.Dial(new DialRequest(pair.Endpoint, TimeSpan.FromSeconds(20)), new EventRecorder());

        // The ClientHello fits, the client's certificates do not.
        var failed = await pair.Listener.NextAsync<SinkCall.AcceptFailed>();

        Assert.Equal(TransportFailureReason.TlsRefused, failed.Failure.Reason);
        Assert.Contains("more than 900 bytes", failed.Failure.Detail, StringComparison.Ordinal);
        Assert.Equal(0, pair.Server.Counters.Faults);
    }

    [Fact]
    public async Task What_a_TLS_handshake_took_is_told_whether_it_succeeded_or_not()
    {
        var (server, client) = (_consortium.Credentials("server"), _consortium.Credentials("client"));
        var stranger = new TestCertificates("strangers").Credentials("stranger");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => server), TcpPair.Options(() => client));
        await using var strangers = new TcpTransportPort(TcpPair.Options(() => stranger));

        // The first few are not measured: they compile the code that they run through.
        TimeSpan? failed = null;
        for (var i = 0; i < 10; i++)
        {
            strangers.Dial(new DialRequest(pair.Endpoint, TimeSpan.FromSeconds(20)), new EventRecorder());
            failed = (await pair.Listener.NextAsync<SinkCall.AcceptFailed>()).Cpu;
        }

        var (_, connected) = await pair.ConnectAsync();
        Assert.True(failed > TimeSpan.Zero, "a refused handshake was not measured");
        Assert.True(connected.Connection.Tls!.HandshakeCpu > TimeSpan.Zero, "a handshake that succeeded was not measured");
    }
}
