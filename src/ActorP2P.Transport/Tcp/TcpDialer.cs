using System.Net;
using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>Outbound connections: the name is resolved at every dial, its addresses are raced with a head start each.</summary>
internal sealed class TcpDialer(TcpTransportOptions options)
{
    // More addresses than this behind one name are a mistake or an attack on our sockets.
    private const int MaxAddresses = 8;

    public async Task<(SocketPipe? Pipe, TransportFailure? Failure)> DialAsync(DialRequest request, CancellationToken stop)
    {
        if (!EndpointAddress.TryParse(request.Address, out var address) || address.Port == 0)
        {
            return (null, FailureClassifier.Of(TransportFailureReason.NameNotResolved, $"'{request.Address}' is not host:port"));
        }

        using var deadline = new CancellationTokenSource(request.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        Socket? socket = null;
        try
        {
            var addresses = await ResolveAsync(address.Host, either.Token);
            if (request.Accepts is { } accepts)
            {
                addresses = addresses.Where(accepts).ToArray();
                if (addresses.Count == 0)
                {
                    return (null, FailureClassifier.Of(TransportFailureReason.AddressNotAccepted, $"'{request.Address}' is at no address that may be dialled"));
                }
            }

            socket = await ConnectFirstAsync(addresses, address.Port, either.Token);
            var outcome = options.Tls is null
                ? (new PlainPipe(socket), null)
                : await TlsHandshake.DialAsync(socket, options.Tls(), options.TimeProvider.GetUtcNow(), new HandshakeGuard(options.MaxTlsHandshakeBytes, measures: false), either.Token);
            if (outcome.Pipe is null)
            {
                socket.Dispose();
            }

            return outcome;
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            return (null, deadline.IsCancellationRequested
                ? FailureClassifier.Of(TransportFailureReason.TimedOut, "no connection in time")
                : FailureClassifier.Classify(exception));
        }
    }

    // Families alternate, beginning with the resolver's first choice (RFC 8305, section 4).
    private static async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        var resolved = await Dns.GetHostAddressesAsync(host, cancellation);
        if (resolved.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        var first = new Queue<IPAddress>(resolved.Where(ip => ip.AddressFamily == resolved[0].AddressFamily));
        var second = new Queue<IPAddress>(resolved.Where(ip => ip.AddressFamily != resolved[0].AddressFamily));
        var ordered = new List<IPAddress>();
        while (ordered.Count < MaxAddresses && first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var next))
            {
                ordered.Add(next);
            }

            (first, second) = (second, first);
        }

        return ordered;
    }

    private async Task<Socket> ConnectFirstAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellation)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var attempts = new List<Task<Socket>>();
        SocketException? last = null;
        Socket? winner = null;
        try
        {
            for (var next = 0; winner is null && (next < addresses.Count || attempts.Count > 0);)
            {
                if (next < addresses.Count)
                {
                    attempts.Add(ConnectAsync(new IPEndPoint(addresses[next++], port), losers.Token));
                }

                (winner, last) = await AwaitOneAsync(attempts, hasMore: next < addresses.Count, last, losers.Token);
            }
        }
        finally
        {
            await losers.CancelAsync();
            await DiscardAsync(attempts);
        }

        return winner ?? throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    // Waits for one attempt to end, or for the head start to be over when there is another address to try.
    private async Task<(Socket? Winner, SocketException? Last)> AwaitOneAsync(
        List<Task<Socket>> attempts, bool hasMore, SocketException? last, CancellationToken cancellation)
    {
        Task ended = hasMore
            ? await Task.WhenAny([.. attempts, Task.Delay(options.DialStagger, options.TimeProvider, cancellation)])
            : await Task.WhenAny(attempts);
        if (ended is not Task<Socket> attempt)
        {
            return (null, last);
        }

        attempts.Remove(attempt);
        try
        {
            return (await attempt, last);
        }
        catch (SocketException exception)
        {
            return (null, exception);
        }
    }

    private async Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            TcpTransportPort.Configure(socket, options);
            await socket.ConnectAsync(endpoint, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task DiscardAsync(List<Task<Socket>> attempts)
    {
        foreach (var attempt in attempts)
        {
            try
            {
                (await attempt).Dispose();
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // A loser of the race: the winner's outcome, or the last failure, is what counts.
            }
        }
    }
}
