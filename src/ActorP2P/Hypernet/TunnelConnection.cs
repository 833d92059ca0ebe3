using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The stream through relays, as a link sees it: a connection. What the link asks goes as messages to the tunnel, and the
/// tunnel calls the sink.
/// </summary>
internal sealed class TunnelConnection(long id, string remote, IActorRef tunnel) : ITransportConnection
{
    private IConnectionSink? _sink;

    /// <inheritdoc />
    public long Id => id;

    /// <inheritdoc />
    public string RemoteEndpoint => remote;

    /// <inheritdoc />
    public TlsBinding? Tls => null;

    /// <inheritdoc />
    public void Start(IConnectionSink sink, int maxBodyBytes)
    {
        Volatile.Write(ref _sink, sink);
        tunnel.Tell(new RelayedLink.StreamStarted(id), ActorRefs.NoSender);
    }

    /// <summary>The stream's frames are bounded from its start on: there is no handshake in it.</summary>
    public void SetMaxBodyBytes(int maxBodyBytes)
    {
    }

    /// <inheritdoc />
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames) => tunnel.Tell(new RelayedLink.StreamWrite(id, frames), ActorRefs.NoSender);

    /// <inheritdoc />
    public void SetReading(bool enabled) => tunnel.Tell(new RelayedLink.StreamReading(id, enabled), ActorRefs.NoSender);

    /// <inheritdoc />
    public void Close() => tunnel.Tell(new RelayedLink.StreamClosed(id), ActorRefs.NoSender);

    /// <summary>Frames came.</summary>
    public void Received(IReadOnlyList<Frame> frames) => Sink.Received(frames);

    /// <summary>The last write was taken.</summary>
    public void Written(int bytes) => Sink.Written(bytes);

    /// <summary>It is over.</summary>
    public void Closed(TransportFailureReason reason, string detail) => Sink.Closed(new TransportFailure(reason, detail));

    // Nothing is reported before StreamStarted was handled.
    private IConnectionSink Sink => Volatile.Read(ref _sink) ?? throw new InvalidOperationException("The stream was used before its start.");
}
