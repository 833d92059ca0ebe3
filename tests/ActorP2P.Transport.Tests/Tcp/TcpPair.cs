using System.Net;
using System.Net.Sockets;

namespace ActorP2P.Transport.Tests.Tcp;

/// <summary>Two ports on the loopback interface, one of them listening, and the connections between them.</summary>
internal sealed class TcpPair : IAsyncDisposable
{
    private TcpPair(TcpTransportPort server, TcpTransportPort client, EventRecorder listener, string endpoint)
    {
        Server = server;
        Client = client;
        Listener = listener;
        Endpoint = endpoint;
    }

    public TcpTransportPort Server { get; }

    public TcpTransportPort Client { get; }

    public EventRecorder Listener { get; }

    public string Endpoint { get; }

    public static TcpTransportOptions Options(Func<TlsCredentials>? tls = null) => new()
    {
        Tls = tls,
        AcceptTimeout = EventRecorder.Patience,
        MaxPendingAccepts = 64,
        MaxTlsHandshakeBytes = 24 * 1024,
        AcceptCpuShare = 1,
    };

    public static async Task<TcpPair> ListenAsync(
        TcpTransportOptions? server = null, TcpTransportOptions? client = null, EventRecorder? listener = null, string listen = "127.0.0.1:0")
    {
        var serving = new TcpTransportPort(server ?? Options());
        listener ??= new EventRecorder();
        serving.Listen(listen, listener);
        var bound = await listener.NextAsync<SinkCall.Bound>();
        return new TcpPair(serving, new TcpTransportPort(client ?? Options()), listener, bound.Endpoint);
    }

    /// <summary>A pair with mutual TLS of one consortium, or without TLS.</summary>
    public static Task<TcpPair> ListenAsync(bool tls)
    {
        if (!tls)
        {
            return ListenAsync();
        }

        var consortium = new TestCertificates("consortium");
        var server = consortium.Credentials("server");
        var client = consortium.Credentials("client");
        return ListenAsync(Options(() => server), Options(() => client));
    }

    public async Task<(Half Client, Half Server)> ConnectAsync(int maxBodyBytes = TestFrames.MaxBodyBytes)
    {
        var dial = new EventRecorder();
        Client.Dial(new DialRequest(Endpoint, EventRecorder.Patience), dial);
        var dialled = (await dial.NextAsync<SinkCall.Dialled>()).Connection;
        var accepted = (await Listener.NextAsync<SinkCall.Accepted>()).Connection;
        var client = new Half(dialled, new EventRecorder());
        var server = new Half(accepted, new EventRecorder());
        dialled.Start(client.Sink, maxBodyBytes);
        accepted.Start(server.Sink, maxBodyBytes);
        return (client, server);
    }

    /// <summary>A bare socket to the listening port, for remotes that do not behave.</summary>
    public async Task<Socket> RawAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(Endpoint));
        return socket;
    }

    public async Task<Half> AcceptRawAsync(int maxBodyBytes = TestFrames.MaxBodyBytes)
    {
        var accepted = (await Listener.NextAsync<SinkCall.Accepted>()).Connection;
        var half = new Half(accepted, new EventRecorder());
        accepted.Start(half.Sink, maxBodyBytes);
        return half;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    internal sealed record Half(ITransportConnection Connection, EventRecorder Sink);
}
