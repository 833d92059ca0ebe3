using System.Collections.Concurrent;
using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>
/// The port on TCP sockets, with TLS 1.3 around them when <see cref="TcpTransportOptions.Tls"/> is given. Loops run on
/// the thread pool. TCP's own keep-alive stays off: the link measures liveness by what it receives.
/// </summary>
public sealed class TcpTransportPort : ITransportPort
{
    private readonly TcpTransportOptions _options;
    private readonly LoopSet _loops = new();
    private readonly TcpDialer _dialer;
    private readonly ConcurrentDictionary<long, TcpConnection> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private long _lastId;

    /// <summary>A port that listens nowhere yet.</summary>
    public TcpTransportPort(TcpTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReadBufferBytes, Protocol.Frames.FrameHeader.LengthBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPendingAccepts, 1);
        _options = options;
        _dialer = new TcpDialer(options);
    }

    /// <summary>What was counted so far.</summary>
    public TransportCounters Counters { get; } = new();

    /// <inheritdoc />
    public void Listen(string endpoint, IListenSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var acceptor = new TcpAcceptor(endpoint, sink, _options, Counters, _loops, Connect);
        _loops.Run(() => acceptor.RunAsync(_stop.Token));
    }

    /// <inheritdoc />
    public void Dial(DialRequest request, IDialSink sink)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(sink);
        _loops.Run(() => DialAsync(request, sink));
    }

    /// <summary>
    /// Stops listening and dialling, closes every connection (each sink gets its Closed) and completes when the last
    /// loop has ended, at most <see cref="TcpTransportOptions.CloseTimeout"/> later.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var connection in _connections.Values)
        {
            connection.Close();
        }

        await _loops.WhenIdleAsync();
    }

    private async Task DialAsync(DialRequest request, IDialSink sink)
    {
        var (pipe, failure) = await _dialer.DialAsync(request, _stop.Token);
        if (pipe is null)
        {
            Counters.CountDialFailed();
            sink.DialFailed(request, failure!);
            return;
        }

        Counters.CountDialled();
        sink.Dialled(Connect(pipe));
    }

    private TcpConnection Connect(SocketPipe pipe)
    {
        var connection = new TcpConnection(
            Interlocked.Increment(ref _lastId), pipe, _options, Counters, _loops, gone => _connections.TryRemove(gone.Id, out _));
        _connections[connection.Id] = connection;
        if (_stop.IsCancellationRequested)
        {
            // It came up while the port was being disposed and may have missed the round of closing.
            connection.Close();
        }

        return connection;
    }

    /// <summary>Sets what every socket of this port has in common.</summary>
    internal static void Configure(Socket socket, TcpTransportOptions options)
    {
        const int ipProtoTcp = 6;
        const int tcpNotSentLowatLinux = 25;
        const int tcpNotSentLowatDarwin = 0x201;

        socket.NoDelay = true;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            var option = OperatingSystem.IsLinux() ? tcpNotSentLowatLinux : tcpNotSentLowatDarwin;
            socket.SetRawSocketOption(ipProtoTcp, option, BitConverter.GetBytes(options.NotSentLowatBytes));
        }
        else
        {
            socket.SendBufferSize = options.NotSentLowatBytes;
        }
    }
}
