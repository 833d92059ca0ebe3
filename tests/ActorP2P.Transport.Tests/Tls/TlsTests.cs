using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Transport.Tests.Tcp;

namespace ActorP2P.Transport.Tests.Tls;

public class TlsTests
{
    private readonly TestCertificates _consortium = new("consortium");

    [Fact]
    public async Task Both_ends_see_one_channel_binding_and_each_others_key()
    {
        var server = _consortium.Credentials("server");
        var client = _consortium.Credentials("client");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => server), TcpPair.Options(() => client));

        var (dialled, accepted) = await pair.ConnectAsync();

        var (near, far) = (dialled.Connection.Tls!, accepted.Connection.Tls!);
        Assert.True(near.ChannelBinding.Span.SequenceEqual(far.ChannelBinding.Span));
        Assert.InRange(near.ChannelBinding.Length, 32, 64);
        Assert.True(near.LocalSpkiHash.Span.SequenceEqual(client.SpkiHash.Span));
        Assert.True(near.RemoteSpkiHash.Span.SequenceEqual(server.SpkiHash.Span));
        Assert.True(far.LocalSpkiHash.Span.SequenceEqual(server.SpkiHash.Span));
        Assert.True(far.RemoteSpkiHash.Span.SequenceEqual(client.SpkiHash.Span));
    }

    [Fact]
    public async Task Two_sessions_of_the_same_nodes_have_different_channel_bindings()
    {
        await using var pair = await TcpPair.ListenAsync(tls: true);

        var (first, _) = await pair.ConnectAsync();
        var (second, _) = await pair.ConnectAsync();

        Assert.False(first.Connection.Tls!.ChannelBinding.Span.SequenceEqual(second.Connection.Tls!.ChannelBinding.Span));
    }

    [Fact]
    public async Task A_dialler_of_a_foreign_CA_is_refused_by_the_listener()
    {
        var foreign = new TestCertificates("foreign").Credentials("intruder", caPem: _consortium.CaPem);

        var failure = await AcceptFailureAsync(foreign);

        Assert.Equal(TransportFailureReason.TlsRefused, failure.Reason);
        Assert.Contains("PartialChain", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_of_a_foreign_CA_is_refused_by_the_dialler()
    {
        var foreign = new TestCertificates("foreign").Credentials("intruder", caPem: _consortium.CaPem);
        var client = _consortium.Credentials("client");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => foreign), TcpPair.Options(() => client));
        var dial = new EventRecorder();

        pair.Client.Dial(new DialRequest(pair.Endpoint, EventRecorder.Patience), dial);

        Assert.Equal(TransportFailureReason.TlsRefused, (await dial.NextAsync<SinkCall.DialFailed>()).Failure.Reason);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        var failure = await AcceptFailureAsync(_consortium.Credentials("late", notAfter: DateTimeOffset.UtcNow.AddDays(-1)));

        Assert.Equal(TransportFailureReason.TlsRefused, failure.Reason);
        Assert.Contains("NotTimeValid", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialler_without_a_certificate_is_refused()
    {
        var failure = await AcceptFailureAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });

        Assert.Equal(TransportFailureReason.TlsRefused, failure.Reason);
    }

    [Fact]
    public async Task TLS_1_2_is_refused()
    {
        var (key, chain) = _consortium.IssueNode("old");
        using var leaf = X509Certificate2.CreateFromPem(chain, key);

        var failure = await AcceptFailureAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "",
            EnabledSslProtocols = SslProtocols.Tls12,
            ClientCertificates = [leaf],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });

        Assert.Equal(TransportFailureReason.TlsRefused, failure.Reason);
    }

    [Fact]
    public async Task Garbage_on_the_port_is_refused()
    {
        var server = _consortium.Credentials("server");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => server));
        using var raw = await pair.RawAsync();

        await raw.SendAsync("GET / HTTP/1.1\r\nHost: example\r\n\r\n"u8.ToArray());

        Assert.Equal(TransportFailureReason.TlsRefused, (await pair.Listener.NextAsync<SinkCall.AcceptFailed>()).Failure.Reason);
        Assert.Equal((1, 0), (pair.Server.Counters.AcceptFailed, pair.Server.Counters.Faults));
    }

    [Fact]
    public async Task A_half_sent_hello_ends_at_the_deadline()
    {
        var server = _consortium.Credentials("server");
        var options = TcpPair.Options(() => server) with { AcceptTimeout = TimeSpan.FromMilliseconds(200) };
        await using var pair = await TcpPair.ListenAsync(options);
        using var raw = await pair.RawAsync();

        // A TLS record header that announces a ClientHello of 512 bytes, and 3 of them.
        await raw.SendAsync(new byte[] { 22, 3, 1, 2, 0, 1, 0, 1 });

        var failed = await pair.Listener.NextAsync<SinkCall.AcceptFailed>();
        Assert.Equal(("127.0.0.1", TransportFailureReason.TimedOut), (failed.SourceIp, failed.Failure.Reason));
    }

    [Fact]
    public async Task A_chain_without_its_agency_is_refused_and_nothing_is_downloaded()
    {
        using var bait = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bait.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        bait.Listen();
        var aia = new X509AuthorityInformationAccessExtension([], [$"http://{bait.LocalEndPoint}/agency.crt"]);
        var (key, chain) = _consortium.IssueNode("baiter", withAgency: false, extensions: aia);

        var failure = await AcceptFailureAsync(TestCertificates.Create(key, chain, _consortium.CaPem));

        Assert.Equal(TransportFailureReason.TlsRefused, failure.Reason);
        Assert.Contains("PartialChain", failure.Detail, StringComparison.Ordinal);
        Assert.False(bait.Poll(0, SelectMode.SelectRead), "somebody fetched the certificate");
    }

    [Fact]
    public async Task Renewed_credentials_serve_the_next_connection_and_the_old_one_stays()
    {
        var current = _consortium.Credentials("server");
        var client = _consortium.Credentials("client");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => Volatile.Read(ref current)), TcpPair.Options(() => client));
        var (before, beforeServer) = await pair.ConnectAsync();
        var renewed = _consortium.Credentials("server");

        Volatile.Write(ref current, renewed);
        var (after, _) = await pair.ConnectAsync();

        Assert.True(after.Connection.Tls!.RemoteSpkiHash.Span.SequenceEqual(renewed.SpkiHash.Span));
        before.Connection.Write([TestFrames.Make(10, 5)]);
        Assert.Equal(5ul, (await beforeServer.Sink.FramesAsync(1))[0].Header.Counter);
    }

    [Fact]
    public void Credentials_name_what_is_wrong_with_them()
    {
        var (key, chain) = _consortium.IssueNode("node");
        var (otherKey, _) = _consortium.IssueNode("other");
        var (koblitzKey, koblitzChain) = _consortium.IssueNode("koblitz", curve: ECCurve.CreateFromFriendlyName("secp256k1"));

        Assert.Contains("key file", ErrorOf(otherKey, chain, _consortium.CaPem), StringComparison.Ordinal);
        Assert.Contains("CA file", ErrorOf(key, chain, "nothing"), StringComparison.Ordinal);
        Assert.Contains("certificate file", ErrorOf(key, "nothing", _consortium.CaPem), StringComparison.Ordinal);
        Assert.Contains("certificate file", ErrorOf(key, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", _consortium.CaPem), StringComparison.Ordinal);
        Assert.Contains("curve", ErrorOf(koblitzKey, koblitzChain, _consortium.CaPem), StringComparison.Ordinal);
    }

    private static string ErrorOf(string key, string chain, string ca)
    {
        Assert.False(TlsCredentials.TryCreate(key, chain, ca, null, out var credentials, out var error));
        Assert.Null(credentials);
        Assert.DoesNotContain('\n', error);
        return error;
    }

    private async Task<TransportFailure> AcceptFailureAsync(TlsCredentials client)
    {
        var server = _consortium.Credentials("server");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => server), TcpPair.Options(() => client));
        pair.Client.Dial(new DialRequest(pair.Endpoint, EventRecorder.Patience), new EventRecorder());
        return (await pair.Listener.NextAsync<SinkCall.AcceptFailed>()).Failure;
    }

    private async Task<TransportFailure> AcceptFailureAsync(SslClientAuthenticationOptions client)
    {
        var server = _consortium.Credentials("server");
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => server));
        using var raw = await pair.RawAsync();
        await using var stream = new SslStream(new NetworkStream(raw));
        try
        {
            await stream.AuthenticateAsClientAsync(client);
            await stream.ReadExactlyAsync(new byte[1]);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // The dialler's own view; the listener's is what counts here.
        }

        return (await pair.Listener.NextAsync<SinkCall.AcceptFailed>()).Failure;
    }
}
