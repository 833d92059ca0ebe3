using System.Diagnostics;
using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P.Benchmarks.Wire;

/// <summary>Our transport port alone, without actors, handshake or records: what the layers above can get at most.</summary>
internal sealed class TransportPair : IAsyncDisposable
{
    private const int MaxWriteBytes = 256 * 1024;
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly TcpTransportPort _server;
    private readonly TcpTransportPort _client;
    private readonly Half _dialled = new();
    private readonly Half _accepted = new();

    private TransportPair(TcpTransportPort server, TcpTransportPort client)
    {
        _server = server;
        _client = client;
    }

    public static async Task<TransportPair> ConnectAsync(BenchmarkConsortium? tls)
    {
        var pair = new TransportPair(new TcpTransportPort(Options(tls, 1)), new TcpTransportPort(Options(tls, 0)));
        var listening = new Listening();
        pair._server.Listen("127.0.0.1:0", listening);
        var dialling = new Dialling();
        pair._client.Dial(new DialRequest(await listening.Endpoint.Task, TimeSpan.FromSeconds(5)), dialling);
        pair._dialled.Start(await dialling.Connection.Task);
        pair._accepted.Start(await listening.Connection.Task);
        return pair;
    }

    public async Task<double> OneWayAsync(int payloadBytes, int count)
    {
        var frame = Frame(payloadBytes);
        var batch = Math.Max(1, MaxWriteBytes / frame.Length);
        var start = Stopwatch.GetTimestamp();
        var arrived = _accepted.Expect(count);
        for (var sent = 0; sent < count;)
        {
            var now = Math.Min(batch, count - sent);
            await _dialled.WriteAsync(Enumerable.Repeat<ReadOnlyMemory<byte>>(frame, now).ToArray());
            sent += now;
        }

        await arrived;
        return (double)payloadBytes * count / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async Task<double> RoundTripsAsync(int payloadBytes, int count)
    {
        ReadOnlyMemory<byte>[] frame = [Frame(payloadBytes)];
        _accepted.Echo = frame;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var reply = _dialled.Expect(1);
            await _dialled.WriteAsync(frame);
            await reply;
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _accepted.Echo = null;
        return count / seconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static TcpTransportOptions Options(BenchmarkConsortium? tls, int node) => new()
    {
        Tls = tls is null ? null : () => tls.Tls[node],
        AcceptTimeout = TimeSpan.FromSeconds(5),
        MaxPendingAccepts = 1,
        MaxTlsHandshakeBytes = 24 * 1024,
        AcceptCpuShare = 1,
    };

    private static byte[] Frame(int bodyBytes)
    {
        var bytes = new byte[FrameHeader.LengthBytes + bodyBytes];
        new FrameHeader((uint)bodyBytes, FrameKind.Record, Lane.Bulk, FrameFlags.None, 0, 0, 1, 0).Write(bytes);
        return bytes;
    }

    private sealed class Half : IConnectionSink
    {
        private ITransportConnection _connection = null!;
        private volatile TaskCompletionSource _written = new();
        private volatile TaskCompletionSource _arrived = new();
        private int _missing;

        public IReadOnlyList<ReadOnlyMemory<byte>>? Echo { get; set; }

        public void Start(ITransportConnection connection)
        {
            _connection = connection;
            connection.Start(this, MaxBodyBytes);
        }

        public Task Expect(int frames)
        {
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _missing, frames);
            return _arrived.Task;
        }

        public Task WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames)
        {
            _written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var written = _written.Task;
            _connection.Write(frames);
            return written;
        }

        public void Received(IReadOnlyList<Frame> frames)
        {
            if (Echo is { } echo)
            {
                _connection.Write(echo);
            }
            else if (Interlocked.Add(ref _missing, -frames.Count) <= 0)
            {
                _arrived.TrySetResult();
            }
        }

        public void Written(int bytes) => _written.TrySetResult();

        public void Closed(TransportFailure failure)
        {
            var ended = new IOException($"{failure.Reason}: {failure.Detail}");
            _written.TrySetException(ended);
            _arrived.TrySetException(ended);
        }
    }

    private sealed class Listening : IListenSink
    {
        public TaskCompletionSource<string> Endpoint { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<ITransportConnection> Connection { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Bound(string endpoint) => Endpoint.TrySetResult(endpoint);

        public void ListenFailed(string endpoint, string reason) => Endpoint.TrySetException(new IOException(reason));

        public bool MayAccept(string sourceIp) => true;

        public void Accepted(ITransportConnection connection) => Connection.TrySetResult(connection);

        public void AcceptFailed(string sourceIp, TransportFailure failure, TimeSpan cpu) => Connection.TrySetException(new IOException(failure.Detail));

        public void AcceptLost(TransportFailure failure) => Connection.TrySetException(new IOException(failure.Detail));
    }

    private sealed class Dialling : IDialSink
    {
        public TaskCompletionSource<ITransportConnection> Connection { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dialled(ITransportConnection connection) => Connection.TrySetResult(connection);

        public void DialFailed(DialRequest request, TransportFailure failure) => Connection.TrySetException(new IOException(failure.Detail));
    }
}
