using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Authentication.ExtendedProtection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Benchmarks.Wire;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P.Benchmarks.Handshakes;

/// <summary>
/// Two ends that shake hands over a fresh loopback connection each time, one handshake after the other, with both
/// sides' certificates proven: ours, mutual TLS 1.3 by SslStream, or ours inside TLS as a link does it.
/// </summary>
internal sealed class HandshakeEnds : IDisposable
{
    private const int MaxMessageBytes = 24 * 1024;
    private const int BufferBytes = 32 * 1024;

    private static readonly RekeySettings Rekey =
        new(1 << 24, 1 << 20, 1 << 30, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));

    private readonly NodeIdentity[] _identities;
    private readonly X509Certificate2[] _roots;
    private readonly SslClientAuthenticationOptions _client;
    private readonly SslServerAuthenticationOptions _server;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[][] _buffers = [new byte[BufferBytes], new byte[BufferBytes]];

    public HandshakeEnds(BenchmarkConsortium consortium)
    {
        _identities = [.. consortium.Nodes.Select(IdentityOf)];
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(consortium.Nodes[0].CaPem);
        _roots = [.. roots];
        _client = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            ClientCertificateContext = RawTlsPair.ContextOf(consortium.Nodes[0]),
            CertificateChainPolicy = RawTlsPair.PolicyOf(consortium.Nodes[0]),
        };
        _server = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            ClientCertificateRequired = true,
            ServerCertificateContext = RawTlsPair.ContextOf(consortium.Nodes[1]),
            CertificateChainPolicy = RawTlsPair.PolicyOf(consortium.Nodes[1]),
        };
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    /// <summary>Handshakes a second of the clock.</summary>
    public static async Task<double> PerSecondAsync(Func<Task> handshake, int count)
    {
        var start = Stopwatch.GetTimestamp();
        await RepeatAsync(handshake, count);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Handshakes a second of CPU time, both ends and the kernel's work for them together.</summary>
    public static async Task<double> PerCpuSecondAsync(Func<Task> handshake, int count)
    {
        var before = Environment.CpuUsage.TotalTime;
        await RepeatAsync(handshake, count);
        return count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    /// <summary>Mutual TLS 1.3 alone.</summary>
    public async Task TlsAsync()
    {
        var (client, server) = await ConnectAsync();
        await using var atClient = new SslStream(new NetworkStream(client, ownsSocket: true));
        await using var atServer = new SslStream(new NetworkStream(server, ownsSocket: true));
        await Task.WhenAll(atClient.AuthenticateAsClientAsync(_client), atServer.AuthenticateAsServerAsync(_server));
    }

    /// <summary>Our handshake alone, between nodes that have seen each other's certificates before.</summary>
    public Task OursAsync() => OursAsync(_identities[0].Validator, _identities[1].Validator);

    /// <summary>Our handshake alone, between nodes that have never seen each other's certificates.</summary>
    public Task OursWithStrangersAsync() => OursAsync(FreshValidator(), FreshValidator());

    /// <summary>Our handshake inside mutual TLS 1.3 and bound to it.</summary>
    public async Task BothAsync()
    {
        var (client, server) = await ConnectAsync();
        await using var atClient = new SslStream(new NetworkStream(client, ownsSocket: true));
        await using var atServer = new SslStream(new NetworkStream(server, ownsSocket: true));
        await Task.WhenAll(atClient.AuthenticateAsClientAsync(_client), atServer.AuthenticateAsServerAsync(_server));
        await ShakeAsync(
            atClient, Parameters(0, _identities[0].Validator, ChannelOf(atClient)), atServer, Parameters(1, _identities[1].Validator, ChannelOf(atServer)));
    }

    /// <summary>A first frame as a member's would be, without a member behind it.</summary>
    public byte[] FirstFrame()
    {
        using var start = HandshakeInitiator.Start(Parameters(0, _identities[0].Validator, null), out var message1);
        return Framed(message1);
    }

    /// <summary>A member's handshake on a connection that somebody else makes.</summary>
    public HandshakeInitiator StartAsMember(TlsBinding? tls, out byte[] message1)
    {
        var channel = tls is null ? null : new TlsChannel(tls.ChannelBinding, tls.LocalSpkiHash, tls.RemoteSpkiHash);
        return HandshakeInitiator.Start(Parameters(0, _identities[0].Validator, channel), out message1);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Array.ForEach(_roots, root => root.Dispose());
    }

    private static async Task RepeatAsync(Func<Task> handshake, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await handshake();
        }
    }

    private static TlsChannel ChannelOf(SslStream stream)
    {
        using var token = stream.TransportContext.GetChannelBinding(ChannelBindingKind.Unique) ?? throw new IOException("TLS gave no channel binding");
        var binding = new byte[token.Size];
        System.Runtime.InteropServices.Marshal.Copy(token.DangerousGetHandle(), binding, 0, binding.Length);
        return new TlsChannel(binding, SpkiHash(stream.LocalCertificate!), SpkiHash(stream.RemoteCertificate!));
    }

    private static byte[] SpkiHash(X509Certificate certificate) =>
        SHA256.HashData(((X509Certificate2)certificate).PublicKey.ExportSubjectPublicKeyInfo());

    private static NodeIdentity IdentityOf(IssuedNode node)
    {
        var settings = new IdentitySettings("p256", "", "", "", "", [], [], MaxChainCertificates: 5, MaxChainBytes: 16384, AllowFile: "", DenyFile: "");
        return NodeIdentity.TryCreate(node.KeyPem, node.ChainPem, node.CaPem, IdentityCurves.P256, null, settings, DateTimeOffset.UtcNow, out var identity, out var errors)
            ? identity
            : throw new InvalidOperationException(string.Join("; ", errors));
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, byte[] buffer)
    {
        await stream.ReadExactlyAsync(buffer.AsMemory(0, sizeof(int)));
        var body = buffer.AsMemory(sizeof(int), BitConverter.ToInt32(buffer));
        await stream.ReadExactlyAsync(body);
        return body;
    }

    private static ValueTask WriteAsync(Stream stream, byte[] message) =>
        stream.WriteAsync((byte[])[.. BitConverter.GetBytes(message.Length), .. message]);

    public static byte[] Framed(byte[] body)
    {
        var frame = new byte[FrameHeader.LengthBytes + body.Length];
        new FrameHeader((uint)body.Length, FrameKind.Handshake, Lane.Control, FrameFlags.None, 0, 0, 0, 0).Write(frame);
        body.CopyTo(frame, FrameHeader.LengthBytes);
        return frame;
    }

    public static T Expect<T>(HandshakeResult result)
        where T : HandshakeResult => result as T ?? throw new IOException($"the handshake ended otherwise: {result}");

    private async Task OursAsync(CertificateValidator atClient, CertificateValidator atServer)
    {
        var (client, server) = await ConnectAsync();
        await using var clientStream = new NetworkStream(client, ownsSocket: true);
        await using var serverStream = new NetworkStream(server, ownsSocket: true);
        await ShakeAsync(clientStream, Parameters(0, atClient, null), serverStream, Parameters(1, atServer, null));
    }

    private Task ShakeAsync(Stream client, HandshakeParameters initiator, Stream server, HandshakeParameters responder) =>
        Task.WhenAll(InitiateAsync(client, initiator), RespondAsync(server, responder));

    private async Task InitiateAsync(Stream stream, HandshakeParameters parameters)
    {
        using var start = HandshakeInitiator.Start(parameters, out var message1);
        await WriteAsync(stream, message1);
        var done = Expect<HandshakeResult.Done>(start.HandleReply(await ReadAsync(stream, _buffers[0]), DateTimeOffset.UtcNow));
        done.Session.Dispose();
        await WriteAsync(stream, done.Message3!);
    }

    private async Task RespondAsync(Stream stream, HandshakeParameters parameters)
    {
        var awaiting = Expect<HandshakeResult.Awaiting>(HandshakeResponder.Accept(parameters, await ReadAsync(stream, _buffers[1]), DateTimeOffset.UtcNow));
        using var next = awaiting.Next;
        await WriteAsync(stream, awaiting.Message2);
        Expect<HandshakeResult.Done>(next.HandleFinish(await ReadAsync(stream, _buffers[1]), DateTimeOffset.UtcNow)).Session.Dispose();
    }

    private async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var accepting = _listener.AcceptAsync();
        await client.ConnectAsync(_listener.LocalEndPoint!);
        var server = await accepting;
        server.NoDelay = true;
        return (client, server);
    }

    private CertificateValidator FreshValidator() =>
        new(_roots, IdentityCurves.P256, MembershipLists.Open, _identities[0].Validator.Limits);

    private HandshakeParameters Parameters(int side, CertificateValidator validator, TlsChannel? tls) => new()
    {
        Identity = _identities[side],
        Validator = validator,
        NetworkId = "benchmark",
        Epoch = 1,
        Suites = [AeadSuites.Aes128Gcm],
        EncryptionEnabled = true,
        Tls = tls,
        Random = SystemRandomSource.Instance,
        MaxMessageBytes = MaxMessageBytes,
        Rekey = Rekey,
    };
}
