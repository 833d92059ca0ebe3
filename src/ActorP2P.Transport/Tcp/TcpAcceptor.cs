using System.Net;
using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>One listening socket. What an unknown remote costs before it is a connection is decided here.</summary>
internal sealed class TcpAcceptor(
    string endpoint,
    IListenSink sink,
    TcpTransportOptions options,
    TransportCounters counters,
    LoopSet loops,
    Func<SocketPipe, TcpConnection> connect)
{
    // Time for other connections to end when the process has no descriptor left for a new one.
    private static readonly TimeSpan NoDescriptorPause = TimeSpan.FromMilliseconds(100);

    // The first handshakes of a process compile the code that they run through, which is no remote's doing.
    private const int UnmeasuredHandshakes = 8;

    private readonly Lock _sinkCalls = new();
    private int _pending;
    private int _handshakes;

    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = await BindAsync(stop);
        if (listener is null)
        {
            return;
        }

        try
        {
            var pace = new AcceptPace(options.AcceptCpuShare, options.TimeProvider);
            while (true)
            {
                pace.Begin();
                var accepting = AcceptAsync(listener, stop);
                pace.Accepting(accepting.IsCompleted);
                var socket = await accepting;
                pace.Resume();
                if (socket is not null)
                {
                    Admit(socket, stop);
                }

                await pace.EndAsync(stop);
            }
        }
        catch (Exception exception) when (stop.IsCancellationRequested && exception is OperationCanceledException or ObjectDisposedException)
        {
            // The port stops; nobody waits for a word from its listener.
        }
        catch (SocketException exception)
        {
            lock (_sinkCalls)
            {
                sink.ListenFailed(endpoint, exception.SocketErrorCode.ToString());
            }
        }
    }

    private async Task<Socket?> BindAsync(CancellationToken stop)
    {
        if (!EndpointAddress.TryParse(endpoint, out var address))
        {
            Fail("not an address of the form host:port");
            return null;
        }

        Socket? socket = null;
        try
        {
            var ip = IPAddress.TryParse(address.Host, out var literal)
                ? literal
                : (await Dns.GetHostAddressesAsync(address.Host, stop))[0];
            socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            {
                // IPv4 has listen addresses of its own: one socket for both would clash with them.
                socket.DualMode = false;
            }

            socket.Bind(new IPEndPoint(ip, address.Port));
            socket.Listen(options.ListenBacklog);
            var bound = EndpointAddress.Of(socket.LocalEndPoint).ToString();
            lock (_sinkCalls)
            {
                sink.Bound(bound);
            }

            return socket;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            socket?.Dispose();
            Fail(exception is SocketException failed ? failed.SocketErrorCode.ToString() : "the port was closed");
            return null;
        }
    }

    private void Fail(string reason)
    {
        lock (_sinkCalls)
        {
            sink.ListenFailed(endpoint, reason);
        }
    }

    // Null when this one socket failed and the listener goes on.
    private async Task<Socket?> AcceptAsync(Socket listener, CancellationToken stop)
    {
        try
        {
            return await listener.AcceptAsync(stop);
        }
        catch (SocketException exception) when (
            exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            CountLost(FailureClassifier.Classify(exception));
            await Task.Delay(NoDescriptorPause, options.TimeProvider, stop);
            return null;
        }
        catch (SocketException exception) when (IsOfTheNewSocket(exception.SocketErrorCode))
        {
            CountLost(FailureClassifier.Classify(exception));
            return null;
        }
    }

    // Errors that a new connection had before it was accepted and that accept(2) reports in its place.
    private static bool IsOfTheNewSocket(SocketError error) => error is
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.TimedOut
        or SocketError.NetworkDown or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.HostUnreachable;

    private void Admit(Socket socket, CancellationToken stop)
    {
        var source = EndpointAddress.Of(RemoteEndPointOf(socket)).Host;
        bool admitted;
        lock (_sinkCalls)
        {
            admitted = sink.MayAccept(source);
        }

        if (!admitted)
        {
            counters.CountRefusedBySink();
            Reset(socket);
            return;
        }

        if (Interlocked.Increment(ref _pending) > options.MaxPendingAccepts)
        {
            Interlocked.Decrement(ref _pending);
            counters.CountOverloaded();
            Reset(socket);
            CountFailure(source, FailureClassifier.Of(TransportFailureReason.Overloaded, "too many sockets in their TLS handshake"), TimeSpan.Zero);
            return;
        }

        loops.Run(() => SecureAsync(socket, source, stop));
    }

    private async Task SecureAsync(Socket socket, string source, CancellationToken stop)
    {
        var isPending = true;
        using var deadline = new CancellationTokenSource(options.AcceptTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        var guard = new HandshakeGuard(options.MaxTlsHandshakeBytes, measures: Interlocked.Increment(ref _handshakes) > UnmeasuredHandshakes);
        try
        {
            TcpTransportPort.Configure(socket, options);
            var (pipe, failure) = options.Tls is null
                ? (new PlainPipe(socket), null)
                : await TlsHandshake.AcceptAsync(socket, options.Tls(), options.TimeProvider.GetUtcNow(), guard, either.Token);
            if (pipe is null)
            {
                socket.Dispose();
                Release();
                CountFailure(source, failure!, guard.Cpu);
                return;
            }

            var connection = connect(pipe);
            counters.CountAccepted();
            lock (_sinkCalls)
            {
                sink.Accepted(connection);
            }
        }
        catch (Exception exception) when (FailureClassifier.Classify(exception) is { Reason: not TransportFailureReason.Fault } failure)
        {
            socket.Dispose();
            Release();
            CountFailure(source, deadline.IsCancellationRequested
                ? FailureClassifier.Of(TransportFailureReason.TimedOut, "no TLS handshake in time")
                : failure, guard.Cpu);
        }
        finally
        {
            Release();
        }

        // Before a failure is told: who hears of it may count on the place.
        void Release()
        {
            if (isPending)
            {
                isPending = false;
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    private void CountFailure(string source, TransportFailure failure, TimeSpan cpu)
    {
        counters.CountAcceptFailed();
        lock (_sinkCalls)
        {
            sink.AcceptFailed(source, failure, cpu);
        }
    }

    private void CountLost(TransportFailure failure)
    {
        counters.CountAcceptFailed();
        lock (_sinkCalls)
        {
            sink.AcceptLost(failure);
        }
    }

    private static EndPoint? RemoteEndPointOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (SocketException)
        {
            // Reset between the accept and here: it is admitted as "unknown" and ends at its first read.
            return null;
        }
    }

    // A reset leaves no TIME_WAIT entry behind, so a flood of refused sockets leaves nothing in our kernel.
    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
