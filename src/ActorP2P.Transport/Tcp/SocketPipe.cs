using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>The bytes of one socket, with or without TLS around them. One reader and one writer at a time.</summary>
internal abstract class SocketPipe(Socket socket, TlsBinding? tls) : IDisposable
{
    private const int DrainBufferBytes = 4096;

    /// <summary>What TLS proved, null without it.</summary>
    public TlsBinding? Tls { get; } = tls;

    /// <summary>ip:port of the remote, kept from the time when the socket was certainly connected.</summary>
    public string RemoteEndpoint { get; } = EndpointAddress.Of(socket.RemoteEndPoint).ToString();

    protected Socket Socket { get; } = socket;

    /// <summary>Reads some bytes; 0 at the remote's orderly end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes all frames in order and answers with their length in bytes.</summary>
    public abstract ValueTask<int> WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames);

    /// <summary>Tells the remote that no more will come.</summary>
    public abstract ValueTask ShutdownAsync();

    /// <summary>
    /// Reads and forgets raw bytes until the remote ends too or the limit is reached. A socket that is closed with
    /// bytes unread resets the connection, and the reset may overtake the last frames that we wrote.
    /// </summary>
    public async Task DrainAsync(int maxBytes, CancellationToken cancellation)
    {
        var sink = GC.AllocateUninitializedArray<byte>(DrainBufferBytes);
        for (var seen = 0; seen < maxBytes;)
        {
            var count = await Socket.ReceiveAsync(sink.AsMemory(), SocketFlags.None, cancellation);
            if (count == 0)
            {
                return;
            }

            seen += count;
        }
    }

    public virtual void Dispose() => Socket.Dispose();
}
