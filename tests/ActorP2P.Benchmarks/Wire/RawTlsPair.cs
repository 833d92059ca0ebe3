using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Benchmarks.Wire;

/// <summary>
/// What our wire runs beside: two SslStreams on the loopback interface, TLS 1.3 with both sides authenticated and the
/// same certificates, one write a message, nothing else done with the bytes.
/// </summary>
internal sealed class RawTlsPair : IAsyncDisposable
{
    public const string Name = "raw SslStream";

    private const int ReadBufferBytes = 80 * 1024;

    private readonly SslStream _client;
    private readonly SslStream _server;

    private RawTlsPair(SslStream client, SslStream server)
    {
        _client = client;
        _server = server;
    }

    public static async Task<RawTlsPair> ConnectAsync(BenchmarkConsortium consortium)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var dialling = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await dialling.ConnectAsync(listener.LocalEndPoint!);
        var accepted = await listener.AcceptAsync();
        accepted.NoDelay = true;
        var client = new SslStream(new NetworkStream(dialling, ownsSocket: true));
        var server = new SslStream(new NetworkStream(accepted, ownsSocket: true));
        await Task.WhenAll(
            client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = ContextOf(consortium.Nodes[0]),
                CertificateChainPolicy = PolicyOf(consortium.Nodes[0]),
            }),
            server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateRequired = true,
                ServerCertificateContext = ContextOf(consortium.Nodes[1]),
                CertificateChainPolicy = PolicyOf(consortium.Nodes[1]),
            }));
        return new RawTlsPair(client, server);
    }

    /// <summary>Megabytes (10^6) of payload a second, from the first write to the last byte read.</summary>
    public async Task<double> OneWayAsync(int payloadBytes, int count)
    {
        var payload = new byte[payloadBytes];
        var start = Stopwatch.GetTimestamp();
        var reading = Task.Run(() => ReadAsync(_server, new byte[ReadBufferBytes], (long)payloadBytes * count));
        for (var i = 0; i < count; i++)
        {
            await _client.WriteAsync(payload);
        }

        await reading;
        return (double)payloadBytes * count / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Round trips a second, one at a time, of a payload there and one of the same size back.</summary>
    public async Task<double> RoundTripsAsync(int payloadBytes, int count)
    {
        var start = Stopwatch.GetTimestamp();
        var echoing = Task.Run(async () =>
        {
            var request = new byte[payloadBytes];
            for (var i = 0; i < count; i++)
            {
                await _server.ReadExactlyAsync(request);
                await _server.WriteAsync(request);
            }
        });
        var payload = new byte[payloadBytes];
        for (var i = 0; i < count; i++)
        {
            await _client.WriteAsync(payload);
            await _client.ReadExactlyAsync(payload);
        }

        await echoing;
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task ReadAsync(Stream stream, byte[] buffer, long bytes)
    {
        for (long read = 0; read < bytes;)
        {
            var count = await stream.ReadAsync(buffer);
            read += count > 0 ? count : throw new IOException("the raw connection ended early");
        }
    }

    public static SslStreamCertificateContext ContextOf(IssuedNode node)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(node.ChainPem);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(node.ChainPem, node.KeyPem), chain, offline: true);
    }

    public static X509ChainPolicy PolicyOf(IssuedNode node)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(node.CaPem);
        return policy;
    }
}
