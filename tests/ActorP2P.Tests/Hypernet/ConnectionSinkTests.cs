using System.Threading.Channels;
using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Physical;

public class ConnectionSinkTests
{
    private const int BodyBytes = 68;
    private const int FrameBytes = FrameHeader.LengthBytes + BodyBytes;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Reading_stops_above_the_mark_and_goes_on_at_half_of_it()
    {
        var connection = new PausableConnection();
        var sink = new ConnectionSink(connection, ActorRefs.Nobody, maxUnhandledBytes: 4 * FrameBytes);

        sink.Received(Frames(4));
        Assert.True(connection.IsReading);
        sink.Received(Frames(1));
        Assert.False(connection.IsReading);
        sink.Handled(2 * FrameBytes);
        Assert.False(connection.IsReading);
        sink.Handled(FrameBytes);
        Assert.True(connection.IsReading);
    }

    [Fact]
    public async Task No_pause_outlasts_the_handling_of_what_caused_it()
    {
        const int reads = 200_000;
        var connection = new PausableConnection();
        var sink = new ConnectionSink(connection, ActorRefs.Nobody, maxUnhandledBytes: 2 * FrameBytes);
        var handled = Channel.CreateUnbounded<int>();
        using var limit = new CancellationTokenSource(Patience);
        var handling = Task.Run(async () =>
        {
            await foreach (var bytes in handled.Reader.ReadAllAsync(limit.Token))
            {
                sink.Handled(bytes);
            }
        });

        var frame = Frames(1);
        for (var read = 0; read < reads; read++)
        {
            sink.Received(frame);
            handled.Writer.TryWrite(FrameBytes);
            while (!connection.IsReading)
            {
                await Task.Yield();
                limit.Token.ThrowIfCancellationRequested();
            }
        }

        handled.Writer.Complete();
        await handling;
        Assert.True(connection.IsReading);
    }

    private static Frame[] Frames(int count)
    {
        var bytes = new byte[FrameBytes];
        var header = new FrameHeader(BodyBytes, FrameKind.Record, Lane.Request, FrameFlags.None, 0, 0, 1, 0);
        header.Write(bytes);
        return [.. Enumerable.Repeat(new Frame(header, bytes), count)];
    }

    private sealed class PausableConnection : ITransportConnection
    {
        private volatile bool _isReading = true;

        public bool IsReading => _isReading;

        public long Id => 1;

        public string RemoteEndpoint => "far:1";

        public TlsBinding? Tls => null;

        public void SetReading(bool enabled) => _isReading = enabled;

        public void Start(IConnectionSink sink, int maxBodyBytes) => throw new NotSupportedException();

        public void SetMaxBodyBytes(int maxBodyBytes) => throw new NotSupportedException();

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames) => throw new NotSupportedException();

        public void Close() => throw new NotSupportedException();
    }
}
