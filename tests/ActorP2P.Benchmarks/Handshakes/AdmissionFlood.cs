using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Benchmarks.Handshakes;

/// <summary>What a flood does with each connection.</summary>
internal enum FloodKind
{
    /// <summary>TLS is off at the node; a valid message 1 makes it compute.</summary>
    Plain,

    /// <summary>One recorded TLS ClientHello, over and over: the node agrees and signs, the flood computes nothing.</summary>
    Hello,

    /// <summary>A whole TLS handshake with a certificate of a stranger's own CA, and many more to make a path of.</summary>
    Stranger,
}

/// <summary>The flooding process: <c>admission-flood ADDRESS KIND RATE SECONDS BYTES-IN-HEX</c>; prints how many connections it opened.</summary>
internal static class AdmissionFlood
{
    public const string Case = "admission-flood";

    /// <summary>In place of a rate: as many connections as this process can make.</summary>
    public const int NoLimit = 0;

    private const int Addresses = 1_000;

    // Connections that each hold a socket open until the next ones come.
    private const int Parallel = 64;
    private const int KeptOpen = 16;
    private const int StrangerCertificates = 12;

    public static async Task<int> RunAsync(string[] args)
    {
        var (target, kind) = (IPEndPoint.Parse(args[0]), Enum.Parse<FloodKind>(args[1]));
        var rate = int.Parse(args[2], CultureInfo.InvariantCulture);
        var time = TimeSpan.FromSeconds(int.Parse(args[3], CultureInfo.InvariantCulture));
        var payload = Convert.FromHexString(args[4]);
        var credentials = kind == FloodKind.Stranger ? StrangersCredentials() : null;
        var (start, next, opened) = (Stopwatch.GetTimestamp(), 0, 0L);
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Task.Run(async () =>
        {
            var open = new Queue<Socket>();
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                var number = Interlocked.Increment(ref next) - 1;
                var due = rate == NoLimit ? TimeSpan.Zero : TimeSpan.FromSeconds((double)number / rate) - Stopwatch.GetElapsedTime(start);
                if (due > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(due);
                }

                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                var socket = await OpenAsync(target, number, payload, credentials, () => Interlocked.Increment(ref opened), limit.Token);
                open.Enqueue(socket);
                if (open.Count > KeptOpen)
                {
                    open.Dequeue().Dispose();
                }
            }

            while (open.TryDequeue(out var socket))
            {
                socket.Dispose();
            }
        })));
        await Console.Out.WriteAsync(opened.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>The first message of a TLS 1.3 client, as it would go to any server.</summary>
    public static async Task<byte[]> ClientHelloAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var server = await listener.AcceptAsync();
        await using var stream = new SslStream(new NetworkStream(client));
        using var stop = new CancellationTokenSource();
        var shaking = stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "", EnabledSslProtocols = SslProtocols.Tls13 }, stop.Token);
        var buffer = new byte[16 * 1024];
        var count = await server.ReceiveAsync(buffer);
        await stop.CancelAsync();
        try
        {
            await shaking;
        }
        catch (OperationCanceledException)
        {
            // Nobody answers it: the first message is all that is wanted.
        }

        return buffer[..count];
    }

    private static async Task<Socket> OpenAsync(
        IPEndPoint target, int number, byte[] payload, SslClientAuthenticationOptions? credentials, Action opened, CancellationToken limit)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number % Addresses >> 8), (byte)(number % Addresses)]), 0));
            await socket.ConnectAsync(target, limit);
            opened();
            if (credentials is null)
            {
                await socket.SendAsync(payload, limit);
            }
            else
            {
                await using var stream = new SslStream(new NetworkStream(socket));
                await stream.AuthenticateAsClientAsync(credentials, limit);
            }
        }
        catch (Exception refused) when (refused is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // What a flood is there for.
        }

        return socket;
    }

    private static SslClientAuthenticationOptions StrangersCredentials()
    {
        var now = DateTimeOffset.UtcNow;
        var chain = new X509Certificate2Collection();
        var (issuer, issuerKey) = Authority(null, null, 0);
        for (var i = 1; i < StrangerCertificates; i++)
        {
            (issuer, issuerKey) = Authority(issuer, issuerKey, i);
            chain.Add(issuer);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256)
            .Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), now.AddDays(-1), now.AddDays(1), [42]);
        return new SslClientAuthenticationOptions
        {
            TargetHost = "",
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            ClientCertificateContext = SslStreamCertificateContext.Create(leaf.CopyWithPrivateKey(key), chain, offline: true),
        };

        // P-521 throughout: what costs most to verify.
        (X509Certificate2 Certificate, ECDsa Key) Authority(X509Certificate2? above, ECDsa? aboveKey, int number)
        {
            var own = ECDsa.Create(ECCurve.NamedCurves.nistP521);
            var request = new CertificateRequest($"CN=stranger CA {number}", own, HashAlgorithmName.SHA512);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            var certificate = above is null
                ? request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2))
                : request.Create(above.SubjectName, X509SignatureGenerator.CreateForECDsa(aboveKey!), now.AddDays(-1), now.AddDays(1), [(byte)number]);
            return (certificate, own);
        }
    }
}
