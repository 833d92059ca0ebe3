using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Transport.Tests.Tcp;

namespace ActorP2P.Transport.Tests.Tls;

/// <summary>
/// Whoever has a ticket shows no certificate when it comes again (RFC 8446, 2.2), so no revocation would reach it:
/// no ticket is taken and none is kept.
/// </summary>
public sealed class TlsResumptionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestCertificates _consortium = new("consortium");

    [Fact]
    public async Task A_revoked_client_that_offers_the_ticket_of_an_earlier_connection_is_judged_by_its_certificate_and_does_not_get_in()
    {
        var current = _consortium.Credentials("server");
        var client = ResumingClient("a.example", Certificate("revoked"));
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => Volatile.Read(ref current)));
        for (var i = 0; i < 2; i++)
        {
            // The platform writes tickets under a key that it makes for each connection and forgets with it.
            var shaking = ShakeAsync(pair, client);
            var accepted = (await pair.Listener.NextAsync<SinkCall.Accepted>()).Connection;
            Assert.Equal(32, accepted.Tls!.RemoteSpkiHash.Length);
            accepted.Close();
            await shaking;
        }

        Volatile.Write(ref current, _consortium.Credentials("server", caPem: new TestCertificates("others").CaPem));
        await ShakeAsync(pair, client);

        var refused = await pair.Listener.NextAsync<SinkCall.AcceptFailed>();
        Assert.Contains("remote certificate refused", refused.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_client_that_offers_a_ticket_of_another_server_with_the_same_key_is_judged_by_its_certificate_and_does_not_get_in()
    {
        var client = ResumingClient("c.example", Certificate("revoked"));
        var server = _consortium.Credentials("server");
        await using var before = new TicketServer(server);
        await before.ShakeAsync(client);

        var strict = _consortium.Credentials("server", caPem: new TestCertificates("others").CaPem);
        await using var pair = await TcpPair.ListenAsync(TcpPair.Options(() => strict));
        var hello = await ShakeAsync(pair, client);

        Assert.True(OffersTicket(hello), "the client had no ticket to offer");
        var refused = await pair.Listener.NextAsync<SinkCall.AcceptFailed>();
        Assert.Contains("remote certificate refused", refused.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialler_offers_no_ticket_to_a_server_that_gives_them_out()
    {
        var (server, own) = (_consortium.Credentials("server"), _consortium.Credentials("client"));
        await using var generous = new TicketServer(server);
        await using var port = new TcpTransportPort(TcpPair.Options(() => own));
        for (var i = 0; i < 2; i++)
        {
            var dial = new EventRecorder();
            var serving = generous.ServeAsync();
            port.Dial(new DialRequest(generous.Endpoint.ToString(), Patience), dial);
            Assert.False(OffersTicket(await serving), "a ticket was kept");
            await dial.NextAsync<SinkCall.Dialled>();
        }
    }

    private SslStreamCertificateContext Certificate(string name)
    {
        var (key, chain) = _consortium.IssueNode(name);
        var agencies = new X509Certificate2Collection();
        agencies.ImportFromPem(chain);
        agencies.RemoveAt(0);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(chain, key), agencies, offline: true);
    }

    // The platform keeps a client's sessions by the name that it dials.
    private static SslClientAuthenticationOptions ResumingClient(string name, SslStreamCertificateContext certificate) => new()
    {
        TargetHost = name,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = true,
        ClientCertificateContext = certificate,
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };

    /// <summary>Shakes hands with a listener, reads what comes, and answers with the ClientHello that was sent.</summary>
    private static async Task<byte[]> ShakeAsync(TcpPair pair, SslClientAuthenticationOptions client)
    {
        using var raw = await pair.RawAsync();
        return await ShakeAsync(raw, client, static stream => stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false).AsTask());
    }

    private static async Task<byte[]> ShakeAsync(Socket socket, SslClientAuthenticationOptions client, Func<SslStream, Task> then)
    {
        var wire = new FirstWrite(socket);
        await using var stream = new SslStream(wire);
        try
        {
            await stream.AuthenticateAsClientAsync(client).WaitAsync(Patience);
            await wire.SendEndAsync();
            await then(stream).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // Refused; the other side says why.
        }

        return wire.First;
    }

    // pre_shared_key (RFC 8446, 4.2.11), which is the last extension of a ClientHello.
    private static bool OffersTicket(ReadOnlySpan<byte> hello)
    {
        const int PreSharedKey = 41;
        const int RecordAndMessageHeaderBytes = 5 + 4;
        var rest = hello[(RecordAndMessageHeaderBytes + 2 + 32)..];
        rest = rest[(1 + rest[0])..];
        rest = rest[(2 + BinaryPrimitives.ReadUInt16BigEndian(rest))..];
        rest = rest[(1 + rest[0])..];
        rest = rest[2..];
        while (rest.Length >= 4)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(rest) == PreSharedKey)
            {
                return true;
            }

            rest = rest[Math.Min(rest.Length, 4 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]))..];
        }

        return false;
    }

    /// <summary>A TLS server as the platform has it by default, which resumes.</summary>
    private sealed class TicketServer : IAsyncDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly SslServerAuthenticationOptions _options;

        public TicketServer(TlsCredentials credentials)
        {
            _options = new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                AllowTlsResume = true,
                ClientCertificateRequired = true,
                ServerCertificateContext = credentials.Context,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            };
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
        }

        public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndPoint!;

        /// <summary>One handshake with it; the client's ClientHello.</summary>
        public async Task<byte[]> ShakeAsync(SslClientAuthenticationOptions client)
        {
            var serving = ServeAsync();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Endpoint);
            var hello = await TlsResumptionTests.ShakeAsync(socket, client, static stream => stream.ReadExactlyAsync(new byte[1]).AsTask());
            await serving;
            return hello;
        }

        /// <summary>Serves one client a byte; its ClientHello.</summary>
        public async Task<byte[]> ServeAsync()
        {
            using var socket = await _listener.AcceptAsync();
            var wire = new FirstRead(socket);
            await using var stream = new SslStream(wire);
            await stream.AuthenticateAsServerAsync(_options).WaitAsync(Patience);
            await stream.WriteAsync(new byte[1]);
            return wire.First;
        }

        public ValueTask DisposeAsync()
        {
            _listener.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class FirstWrite(Socket socket) : NetworkStream(socket)
    {
        public byte[] First { get; private set; } = [];

        public ValueTask SendEndAsync()
        {
            Socket.Shutdown(SocketShutdown.Send);
            return ValueTask.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            First = First.Length == 0 ? buffer.ToArray() : First;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class FirstRead(Socket socket) : NetworkStream(socket)
    {
        private readonly List<byte> _read = [];

        public byte[] First => [.. _read];

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            _read.AddRange(buffer.Span[..count]);
            return count;
        }
    }
}
