using System.Net.Sockets;

namespace ActorP2P.Transport.Tests.Tcp;

public class TcpCloseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_written_before_a_close_arrives_before_it(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        var (client, server) = await pair.ConnectAsync();

        // The server has something unread from the client's view, which would reset a socket that just closes.
        server.Connection.Write([TestFrames.Make(60_000)]);
        client.Connection.Write([TestFrames.Make(200_000, 1), TestFrames.Make(20, 2)]);
        client.Connection.Close();

        Assert.Equal([1ul, 2ul], (await server.Sink.FramesAsync(2)).Select(frame => frame.Header.Counter));
        Assert.Equal(TransportFailureReason.ClosedByRemote, (await server.Sink.FindAsync<SinkCall.Closed>()).Failure.Reason);
        Assert.Equal(TransportFailureReason.ClosedByUs, (await client.Sink.FindAsync<SinkCall.Closed>()).Failure.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_sides_close_at_once_and_each_hears_it_once_and_last(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        for (var round = 0; round < 20; round++)
        {
            var (client, server) = await pair.ConnectAsync();
            client.Connection.Write([TestFrames.Make(30_000)]);
            server.Connection.Write([TestFrames.Make(30_000)]);

            await Task.WhenAll(Task.Run(client.Connection.Close), Task.Run(server.Connection.Close));
            client.Connection.Close();

            await client.Sink.FindAsync<SinkCall.Closed>();
            await server.Sink.FindAsync<SinkCall.Closed>();
            Assert.Equal((1, 1), (client.Sink.ClosedCalls, server.Sink.ClosedCalls));
            Assert.Equal((0, 0), (client.Sink.Violations, server.Sink.Violations));
        }
    }

    [Fact]
    public async Task Nothing_follows_Closed_while_the_remote_floods()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync();
        var flood = FloodAsync(raw);
        await half.Sink.FramesAsync(100);

        half.Connection.Close();

        await half.Sink.FindAsync<SinkCall.Closed>();
        await flood;
        Assert.True(half.Sink.HasNothingMore());
        Assert.Equal((1, 0), (half.Sink.ClosedCalls, half.Sink.Violations));
    }

    [Fact]
    public async Task A_reset_by_the_remote_is_a_socket_error()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync();

        raw.LingerState = new LingerOption(true, 0);
        raw.Dispose();

        Assert.Equal(TransportFailureReason.SocketError, (await half.Sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
    }

    [Fact]
    public async Task A_connection_closed_before_its_start_tells_so_at_the_start()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var accepted = (await pair.Listener.NextAsync<SinkCall.Accepted>()).Connection;
        accepted.Close();
        accepted.Write([TestFrames.Make(1)]);
        var sink = new EventRecorder();

        accepted.Start(sink, 1000);

        Assert.Equal(TransportFailureReason.ClosedByUs, (await sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
        await UntilAsync(() => pair.Server.Counters.OpenConnections == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_hundred_quick_connections_leave_nothing_open(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        await OpenAndCloseAsync(pair);
        var before = OpenDescriptors();

        for (var i = 0; i < 200; i++)
        {
            await OpenAndCloseAsync(pair);
        }

        await UntilAsync(() => pair.Server.Counters.OpenConnections + pair.Client.Counters.OpenConnections == 0);

        // Other tests of this process open and close descriptors meanwhile; a leak would leave 400.
        await UntilAsync(() => OpenDescriptors() < before + 100);
        Assert.Equal(201, pair.Server.Counters.Accepted);
        Assert.Equal(0, pair.Server.Counters.Faults + pair.Client.Counters.Faults);
    }

    [Fact]
    public async Task Disposing_the_port_closes_every_connection_and_refuses_new_dials()
    {
        await using var pair = await TcpPair.ListenAsync();
        var first = await pair.ConnectAsync();
        var second = await pair.ConnectAsync();

        await pair.Client.DisposeAsync();

        Assert.Equal(TransportFailureReason.ClosedByUs, (await first.Client.Sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
        Assert.Equal(TransportFailureReason.ClosedByUs, (await second.Client.Sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
        Assert.Equal(0, pair.Client.Counters.OpenConnections);
        var late = new EventRecorder();
        pair.Client.Dial(new DialRequest(pair.Endpoint, TimeSpan.FromSeconds(5)), late);
        Assert.Equal(TransportFailureReason.ClosedByUs, (await late.NextAsync<SinkCall.DialFailed>()).Failure.Reason);
        await pair.Server.DisposeAsync();
        Assert.Equal(0, pair.Server.Counters.OpenConnections);
    }

    private static async Task OpenAndCloseAsync(TcpPair pair)
    {
        var (client, server) = await pair.ConnectAsync();
        client.Connection.Close();
        await client.Sink.FindAsync<SinkCall.Closed>();
        await server.Sink.FindAsync<SinkCall.Closed>();
    }

    private static async Task FloodAsync(Socket raw)
    {
        var frame = TestFrames.Make(1000);
        try
        {
            while (true)
            {
                await raw.SendAsync(frame);
            }
        }
        catch (SocketException)
        {
            // The other side has closed.
        }
    }

    private static int OpenDescriptors() =>
        OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(EventRecorder.Patience);
        while (!holds())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
