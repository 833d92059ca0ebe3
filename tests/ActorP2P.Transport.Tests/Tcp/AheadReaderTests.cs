using System.Net;
using System.Net.Sockets;

namespace ActorP2P.Transport.Tests.Tcp;

public sealed class AheadReaderTests : IDisposable
{
    private const int RequestBytes = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _near;
    private readonly Socket _far;
    private readonly AheadReader _reader;

    public AheadReaderTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _far.Connect(listener.LocalEndPoint!);
        _near = listener.Accept();
        _reader = new AheadReader(_near);
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public async Task All_bytes_come_in_order_whatever_the_sizes_of_the_reads()
    {
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        var sending = SendAndEndAsync(sent);
        var received = new List<byte>();
        int[] sizes = [RequestBytes, 1, 70_000, RequestBytes, 5, 200_000, 9000];
        for (var i = 0; await ReadAsync(sizes[i % sizes.Length]) is { Length: > 0 } part; i++)
        {
            received.AddRange(part);
        }

        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
        Assert.False(_reader.HoldsBuffer);
    }

    [Fact]
    public async Task More_than_was_asked_for_is_read_at_once_when_much_waits()
    {
        await _far.SendAsync(new byte[4 * RequestBytes]);
        await WhenAvailableAsync(4 * RequestBytes);
        Assert.Equal(RequestBytes, (await ReadAsync(RequestBytes)).Length);
        Assert.False(_reader.HoldsBuffer);
        Assert.Equal(RequestBytes, (await ReadAsync(RequestBytes)).Length);
        Assert.True(_reader.HoldsBuffer);
        Assert.Equal(0, _near.Available);
    }

    [Fact]
    public async Task A_connection_whose_bytes_were_all_handed_out_holds_no_buffer()
    {
        await _far.SendAsync(new byte[3 * RequestBytes]);
        await WhenAvailableAsync(3 * RequestBytes);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(RequestBytes, (await ReadAsync(RequestBytes)).Length);
        }

        Assert.False(_reader.HoldsBuffer);
        var waiting = ReadAsync(RequestBytes);
        await _far.SendAsync(new byte[10]);
        Assert.Equal(10, (await waiting).Length);
        Assert.False(_reader.HoldsBuffer);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_hands_out_nothing_and_says_so()
    {
        await _far.SendAsync(new byte[RequestBytes]);
        await WhenAvailableAsync(RequestBytes);
        await ReadAsync(RequestBytes);
        using var cancelled = new CancellationTokenSource();
        var waiting = _reader.ReadAsync(new byte[RequestBytes], cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.AsTask().WaitAsync(Patience));
        Assert.False(_reader.HoldsBuffer);
    }

    private async Task<byte[]> ReadAsync(int mostBytes)
    {
        var buffer = new byte[mostBytes];
        var count = await _reader.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(Patience);
        return buffer[..count];
    }

    private async Task SendAndEndAsync(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            at += await _far.SendAsync(bytes.AsMemory(at));
        }

        _far.Shutdown(SocketShutdown.Send);
    }

    // What was sent on the loopback interface is there at once, or nearly.
    private async Task WhenAvailableAsync(int bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (_near.Available < bytes)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), limit.Token);
        }
    }
}
