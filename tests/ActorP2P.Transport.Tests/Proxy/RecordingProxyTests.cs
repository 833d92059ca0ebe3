using ActorP2P.Tests.Shared;
using ActorP2P.Transport.Tests.Tcp;

namespace ActorP2P.Transport.Tests.Proxy;

public class RecordingProxyTests
{
    [Fact]
    public async Task Both_directions_pass_and_are_recorded()
    {
        await using var pair = await TcpPair.ListenAsync();
        await using var proxy = RecordingProxy.Start(pair.Endpoint);
        var (client, server) = await ConnectAsync(pair, proxy);
        var (there, back) = (TestFrames.Make(100_000, 1), TestFrames.Make(500, 2));

        client.Connection.Write([there]);
        server.Connection.Write([back]);

        TestFrames.AssertSame(there, (await server.Sink.FramesAsync(1))[0]);
        TestFrames.AssertSame(back, (await client.Sink.FramesAsync(1))[0]);
        Assert.Equal(there, proxy.Recorded(ProxyDirection.ToTarget));
        Assert.Equal(back, proxy.Recorded(ProxyDirection.ToDialler));
        Assert.True(proxy.HasSeen(there.AsSpan(50, 100)));
        Assert.False(proxy.HasSeen("nobody wrote this"u8));
    }

    [Fact]
    public async Task No_payload_byte_is_readable_under_TLS_and_a_flipped_one_ends_the_connection()
    {
        await using var pair = await TcpPair.ListenAsync(tls: true);
        await using var proxy = RecordingProxy.Start(pair.Endpoint);
        var (client, server) = await ConnectAsync(pair, proxy);
        var frame = TestFrames.Make(1000, 1);
        client.Connection.Write([frame]);
        await server.Sink.FramesAsync(1);
        Assert.False(proxy.HasSeen(frame.AsSpan(32, 16)));

        proxy.OnBytes = (direction, bytes) =>
        {
            bytes[^1] ^= (byte)(direction == ProxyDirection.ToTarget ? 1 : 0);
            return bytes;
        };
        await client.Sink.FindAsync<SinkCall.Written>();
        client.Connection.Write([frame]);

        Assert.Equal(TransportFailureReason.TlsRefused, (await server.Sink.FindAsync<SinkCall.Closed>()).Failure.Reason);
    }

    [Theory]
    [InlineData("drop", new ulong[] { 0, 2, 3 })]
    [InlineData("repeat", new ulong[] { 0, 1, 1, 2, 3 })]
    [InlineData("reorder", new ulong[] { 0, 2, 1, 3 })]
    public async Task Frames_are_dropped_repeated_and_reordered(string fault, ulong[] arriving)
    {
        await using var pair = await TcpPair.ListenAsync();
        await using var proxy = RecordingProxy.Start(pair.Endpoint, frames: true);
        byte[] kept = [];
        proxy.OnFrame = frame => (fault, frame.Index) switch
        {
            ("drop", 1) => [],
            ("repeat", 1) => [frame.Bytes, frame.Bytes],
            ("reorder", 1) => Keep(frame.Bytes),
            ("reorder", 2) => [frame.Bytes, kept],
            _ => [frame.Bytes],
        };
        var (client, server) = await ConnectAsync(pair, proxy);

        client.Connection.Write([.. Enumerable.Range(0, 4).Select(i => (ReadOnlyMemory<byte>)TestFrames.Make(70_000, (ulong)i))]);

        Assert.Equal(arriving, (await server.Sink.FramesAsync(arriving.Length)).Select(frame => frame.Header.Counter));

        IReadOnlyList<byte[]> Keep(byte[] bytes)
        {
            kept = bytes;
            return [];
        }
    }

    [Fact]
    public async Task A_flipped_frame_differs_in_one_bit_of_its_body()
    {
        await using var pair = await TcpPair.ListenAsync();
        await using var proxy = RecordingProxy.Start(pair.Endpoint, frames: true);
        proxy.OnFrame = frame => [RecordingProxy.Flip(frame)];
        var (client, server) = await ConnectAsync(pair, proxy);
        var sent = TestFrames.Make(64, 1);

        client.Connection.Write([sent]);

        var received = (await server.Sink.FramesAsync(1))[0].Bytes.ToArray();
        Assert.Equal(1, received.Zip(sent).Sum(both => int.PopCount(both.First ^ both.Second)));
        Assert.Equal(sent[..32], received[..32]);
    }

    [Fact]
    public async Task A_cut_resets_what_is_open_and_lets_the_next_one_in()
    {
        await using var pair = await TcpPair.ListenAsync();
        await using var proxy = RecordingProxy.Start(pair.Endpoint);
        var (client, server) = await ConnectAsync(pair, proxy);

        proxy.Cut();

        await client.Sink.FindAsync<SinkCall.Closed>();
        await server.Sink.FindAsync<SinkCall.Closed>();
        var (again, far) = await ConnectAsync(pair, proxy);
        again.Connection.Write([TestFrames.Make(10, 9)]);
        Assert.Equal(9ul, (await far.Sink.FramesAsync(1))[0].Header.Counter);
        Assert.Equal(2, proxy.Connections);
    }

    private static async Task<(TcpPair.Half Client, TcpPair.Half Server)> ConnectAsync(TcpPair pair, RecordingProxy proxy)
    {
        var dial = new EventRecorder();
        pair.Client.Dial(new DialRequest(proxy.Endpoint, TimeSpan.FromSeconds(10)), dial);
        var client = new TcpPair.Half((await dial.NextAsync<SinkCall.Dialled>()).Connection, new EventRecorder());
        client.Connection.Start(client.Sink, TestFrames.MaxBodyBytes);
        return (client, await pair.AcceptRawAsync());
    }
}
