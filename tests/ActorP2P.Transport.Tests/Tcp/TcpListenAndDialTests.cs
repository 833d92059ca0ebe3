using System.Net;
using System.Net.Sockets;

namespace ActorP2P.Transport.Tests.Tcp;

public class TcpListenAndDialTests
{
    [Fact]
    public async Task A_name_that_resolves_only_to_addresses_that_the_caller_does_not_accept_is_not_dialled()
    {
        await using var pair = await TcpPair.ListenAsync();
        var port = pair.Endpoint[(pair.Endpoint.LastIndexOf(':') + 1)..];
        var dial = new EventRecorder();
        pair.Client.Dial(new DialRequest($"localhost:{port}", EventRecorder.Patience, static ip => !IPAddress.IsLoopback(ip)), dial);
        var failed = await dial.NextAsync<SinkCall.DialFailed>();
        Assert.Equal(TransportFailureReason.AddressNotAccepted, failed.Failure.Reason);
    }

    [Fact]
    public async Task A_port_without_a_listener_refuses()
    {
        await using var port = new TcpTransportPort(TcpPair.Options());
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var failure = await DialAsync(port, taken.LocalEndPoint!.ToString()!);

        Assert.Equal(TransportFailureReason.Refused, failure.Reason);
    }

    [Theory]
    [InlineData("nowhere.invalid:1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("")]
    public async Task An_address_that_leads_nowhere_is_told_so(string address)
    {
        await using var port = new TcpTransportPort(TcpPair.Options());

        Assert.Equal(TransportFailureReason.NameNotResolved, (await DialAsync(port, address)).Reason);
        Assert.Equal(1, port.Counters.DialFailed);
    }

    [Fact]
    public async Task A_remote_that_never_answers_TLS_times_the_dial_out()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        var credentials = new TestCertificates("consortium").Credentials("client");
        await using var port = new TcpTransportPort(TcpPair.Options(() => credentials));

        var failure = await DialAsync(port, silent.LocalEndPoint!.ToString()!, TimeSpan.FromMilliseconds(200));

        Assert.Equal(TransportFailureReason.TimedOut, failure.Reason);
    }

    [Fact]
    public async Task A_name_with_several_addresses_is_tried_until_one_answers()
    {
        await using var pair = await TcpPair.ListenAsync();
        var port = EndpointAddress.TryParse(pair.Endpoint, out var address) ? address.Port : 0;
        var dial = new EventRecorder();

        pair.Client.Dial(new DialRequest($"localhost:{port}", EventRecorder.Patience), dial);

        var dialled = await dial.NextAsync<SinkCall.Dialled>();
        Assert.Equal(pair.Endpoint, dialled.Connection.RemoteEndpoint);
    }

    [Fact]
    public async Task IPv6_is_listened_on_and_dialled()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }

        await using var pair = await TcpPair.ListenAsync(listen: "[::1]:0");
        Assert.StartsWith("[::1]:", pair.Endpoint, StringComparison.Ordinal);

        var (client, server) = await pair.ConnectAsync();

        client.Connection.Write([TestFrames.Make(10, 3)]);
        Assert.Equal(3ul, (await server.Sink.FramesAsync(1))[0].Header.Counter);
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("nowhere.invalid:0")]
    [InlineData("192.0.2.1:0")]
    public async Task An_address_that_cannot_be_bound_is_told_so(string endpoint)
    {
        await using var port = new TcpTransportPort(TcpPair.Options());
        var listener = new EventRecorder();

        port.Listen(endpoint, listener);

        Assert.Equal(endpoint, (await listener.NextAsync<SinkCall.ListenFailed>()).Endpoint);
    }

    [Fact]
    public async Task An_address_in_use_is_told_so()
    {
        await using var pair = await TcpPair.ListenAsync();
        var second = new EventRecorder();

        pair.Client.Listen(pair.Endpoint, second);

        Assert.Equal("AddressAlreadyInUse", (await second.NextAsync<SinkCall.ListenFailed>()).Reason);
    }

    [Fact]
    public async Task A_source_that_may_not_come_in_is_closed_before_anything_is_read()
    {
        var asked = new List<string>();
        var listener = new EventRecorder
        {
            Admits = source =>
            {
                asked.Add(source);
                return false;
            },
        };
        await using var pair = await TcpPair.ListenAsync(listener: listener);

        // The reset reaches the connect or the first read.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var raw = await pair.RawAsync();
            await raw.ReceiveAsync(new byte[1]);
        });

        Assert.Equal(["127.0.0.1"], asked);
        Assert.Equal((1, 0), (pair.Server.Counters.RefusedBySink, pair.Server.Counters.Accepted));
        Assert.True(listener.HasNothingMore());
    }

    [Fact]
    public async Task Sockets_beyond_the_pending_limit_are_closed_and_the_next_ones_served()
    {
        var consortium = new TestCertificates("consortium");
        var server = consortium.Credentials("server");
        var client = consortium.Credentials("client");
        var options = TcpPair.Options(() => server) with { MaxPendingAccepts = 3 };
        await using var pair = await TcpPair.ListenAsync(options, TcpPair.Options(() => client));
        var silent = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            silent.Add(await pair.RawAsync());
        }

        // The reset reaches the connect or the first read.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var fourth = await pair.RawAsync();
            await fourth.ReceiveAsync(new byte[1]);
        });
        Assert.Equal(TransportFailureReason.Overloaded, (await pair.Listener.NextAsync<SinkCall.AcceptFailed>()).Failure.Reason);
        Assert.Equal(1, pair.Server.Counters.Overloaded);

        silent.ForEach(socket => socket.Dispose());
        for (var i = 0; i < 3; i++)
        {
            await pair.Listener.NextAsync<SinkCall.AcceptFailed>();
        }

        var (dialled, accepted) = await pair.ConnectAsync();
        dialled.Connection.Write([TestFrames.Make(10)]);
        await accepted.Sink.FramesAsync(1);
    }

    private static async Task<TransportFailure> DialAsync(TcpTransportPort port, string address, TimeSpan? timeout = null)
    {
        var dial = new EventRecorder();
        port.Dial(new DialRequest(address, timeout ?? EventRecorder.Patience), dial);
        return (await dial.NextAsync<SinkCall.DialFailed>()).Failure;
    }
}
