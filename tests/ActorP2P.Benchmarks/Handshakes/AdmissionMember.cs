using System.Net;
using System.Threading.Channels;
using ActorP2P.Benchmarks.Wire;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Transport;

namespace ActorP2P.Benchmarks.Handshakes;

/// <summary>A member that comes again and again: dials as nodes do, shakes hands, waits for the first record, and leaves.</summary>
internal sealed class AdmissionMember(HandshakeEnds ends, BenchmarkConsortium consortium, bool tls) : IAsyncDisposable
{
    private const int MaxBodyBytes = 24 * 1024;

    // What a node's client allows itself: reconnect.dial-timeout.
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);

    private readonly TcpTransportPort _port = new(new TcpTransportOptions
    {
        Tls = tls ? () => consortium.Tls[0] : null,
        AcceptTimeout = DialTimeout,
        MaxPendingAccepts = 1,
        MaxTlsHandshakeBytes = MaxBodyBytes,
        AcceptCpuShare = 1,
    });

    /// <summary>Attempts that did not come through.</summary>
    public int Failed { get; private set; }

    /// <summary>False when it did not get in, which is counted.</summary>
    public async Task<bool> ConnectAsync(IPEndPoint target)
    {
        var visit = new Visit();
        _port.Dial(new DialRequest(target.ToString(), DialTimeout), visit);
        ITransportConnection? connection = null;
        try
        {
            connection = await visit.Connection.Task;
            connection.Start(visit, MaxBodyBytes);
            using var start = ends.StartAsMember(connection.Tls, out var message1);
            connection.Write([HandshakeEnds.Framed(message1)]);
            var done = HandshakeEnds.Expect<HandshakeResult.Done>(start.HandleReply(await visit.NextAsync(), DateTimeOffset.UtcNow));
            using var session = done.Session;
            await visit.Written.Task;
            connection.Write([HandshakeEnds.Framed(done.Message3!)]);
            await visit.NextAsync();
            return true;
        }
        catch (Exception refused) when (refused is IOException or ChannelClosedException)
        {
            Failed++;
            return false;
        }
        finally
        {
            connection?.Close();
        }
    }

    public ValueTask DisposeAsync() => _port.DisposeAsync();

    private sealed class Visit : IDialSink, IConnectionSink
    {
        private readonly Channel<byte[]> _bodies = Channel.CreateUnbounded<byte[]>();

        public TaskCompletionSource<ITransportConnection> Connection { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<byte[]> NextAsync() => await _bodies.Reader.ReadAsync();

        public void Dialled(ITransportConnection connection) => Connection.TrySetResult(connection);

        public void DialFailed(DialRequest request, TransportFailure failure) => Connection.TrySetException(new IOException(failure.Detail));

        public void Received(IReadOnlyList<Frame> frames)
        {
            foreach (var frame in frames)
            {
                _bodies.Writer.TryWrite(frame.Body.ToArray());
            }
        }

        void IConnectionSink.Written(int bytes) => Written.TrySetResult();

        public void Closed(TransportFailure failure)
        {
            var ended = new IOException($"{failure.Reason}: {failure.Detail}");
            Written.TrySetException(ended);
            _bodies.Writer.TryComplete(ended);
        }
    }
}
