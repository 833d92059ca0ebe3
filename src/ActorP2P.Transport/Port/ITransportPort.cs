namespace ActorP2P.Transport;

/// <summary>
/// The message-based port below the link layer. Every command returns at once; what comes of it arrives at a sink.
/// Sinks are called from I/O threads (or from the simulation's one thread), one call at a time per connection or
/// listener, and must only hand the value on: no work, no waiting, no exception.
/// </summary>
public interface ITransportPort : IAsyncDisposable
{
    /// <summary>Binds an address and reports each accepted connection, TLS done when it is on.</summary>
    void Listen(string endpoint, IListenSink sink);

    /// <summary>Opens a connection. DNS names are resolved at every dial. The sink gets exactly one outcome.</summary>
    void Dial(DialRequest request, IDialSink sink);
}

/// <summary>One attempt to connect.</summary>
/// <param name="Address">host:port; IPv4, [IPv6] or a DNS name.</param>
/// <param name="Timeout">Time for connect and TLS together.</param>
/// <param name="Accepts">Judges each IP address that the name resolves to; null accepts all. The memory transport has none.</param>
public sealed record DialRequest(string Address, TimeSpan Timeout, Func<System.Net.IPAddress, bool>? Accepts = null);

/// <summary>Receives what a listener reports.</summary>
public interface IListenSink
{
    /// <summary>The address is bound; the actual port stands in <paramref name="endpoint"/> when 0 was asked for.</summary>
    void Bound(string endpoint);

    /// <summary>The address could not be bound, or the listener died.</summary>
    void ListenFailed(string endpoint, string reason);

    /// <summary>
    /// Asked before anything is read or TLS starts, with the source IP address. False closes the socket at once.
    /// The one call that answers, so it must be a quick, lock-light look-up.
    /// </summary>
    bool MayAccept(string sourceIp);

    /// <summary>A connection is ready for its <see cref="ITransportConnection.Start"/>.</summary>
    void Accepted(ITransportConnection connection);

    /// <summary>A socket that was let in ended before it became a connection (TLS refused, deadline, reset).</summary>
    /// <param name="sourceIp">Its source IP address.</param>
    /// <param name="failure">Why.</param>
    /// <param name="cpu">CPU time that its TLS handshake took at this end.</param>
    void AcceptFailed(string sourceIp, TransportFailure failure, TimeSpan cpu);

    /// <summary>A socket was lost before it could be let in: reset while it waited, or the process has no descriptor left.</summary>
    void AcceptLost(TransportFailure failure);
}

/// <summary>Receives the one outcome of a dial.</summary>
public interface IDialSink
{
    /// <summary>Connected, TLS done when it is on.</summary>
    void Dialled(ITransportConnection connection);

    /// <summary>No connection.</summary>
    void DialFailed(DialRequest request, TransportFailure failure);
}

/// <summary>A connection. Reads begin with <see cref="Start"/>; at most one write is outstanding.</summary>
public interface ITransportConnection
{
    /// <summary>Unique within the port.</summary>
    long Id { get; }

    /// <summary>Remote ip:port as text.</summary>
    string RemoteEndpoint { get; }

    /// <summary>What TLS proves about this connection; null when TLS is off.</summary>
    TlsBinding? Tls { get; }

    /// <summary>Names the sink and starts reading. Called once.</summary>
    void Start(IConnectionSink sink, int maxBodyBytes);

    /// <summary>
    /// Raises or lowers the longest body accepted from the next read on. A record over the limit that follows a
    /// handshake frame waits for this call instead of ending the connection: the remote may send it as soon as its
    /// own last handshake message is out.
    /// </summary>
    void SetMaxBodyBytes(int maxBodyBytes);

    /// <summary>
    /// Writes all buffers in order as one gathered write. The caller hands the buffers over and calls again only
    /// after <see cref="IConnectionSink.Written"/>.
    /// </summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames);

    /// <summary>Stops reading (a receiver is over its limit) or goes on. One read that was under way still arrives.</summary>
    void SetReading(bool enabled);

    /// <summary>Closes now; what was written before is flushed as far as the kernel takes it. Idempotent.</summary>
    void Close();
}

/// <summary>Receives a connection's events.</summary>
public interface IConnectionSink
{
    /// <summary>Whole frames of one read, or of several that did not have to wait. The memory belongs to the receiver (garbage collected, never reused).</summary>
    void Received(IReadOnlyList<Protocol.Frames.Frame> frames);

    /// <summary>The last write went to the kernel (or through TLS to it).</summary>
    void Written(int bytes);

    /// <summary>The connection is gone: exactly once, last.</summary>
    void Closed(TransportFailure failure);
}

/// <summary>What a mutual TLS 1.3 handshake proves.</summary>
/// <param name="ChannelBinding">ChannelBindingKind.Unique of both ends, equal on both.</param>
/// <param name="LocalSpkiHash">SHA-256 of our TLS leaf's SubjectPublicKeyInfo.</param>
/// <param name="RemoteSpkiHash">SHA-256 of the remote TLS leaf's SubjectPublicKeyInfo.</param>
public sealed record TlsBinding(ReadOnlyMemory<byte> ChannelBinding, ReadOnlyMemory<byte> LocalSpkiHash, ReadOnlyMemory<byte> RemoteSpkiHash)
{
    /// <summary>CPU time that the TLS handshake took at this end; zero where it is not measured.</summary>
    public TimeSpan HandshakeCpu { get; init; }
}

/// <summary>Why a connection ended or never began.</summary>
/// <param name="Reason">The typed reason.</param>
/// <param name="Detail">One line for people; no secrets.</param>
public sealed record TransportFailure(TransportFailureReason Reason, string Detail);

/// <summary>Reasons of <see cref="TransportFailure"/>.</summary>
public enum TransportFailureReason
{
    /// <summary>We closed it.</summary>
    ClosedByUs,

    /// <summary>The remote closed it in order.</summary>
    ClosedByRemote,

    /// <summary>Connection reset or another socket error.</summary>
    SocketError,

    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>The name did not resolve.</summary>
    NameNotResolved,

    /// <summary>The caller accepts none of the addresses that the name resolved to.</summary>
    AddressNotAccepted,

    /// <summary>Connect or TLS took too long.</summary>
    TimedOut,

    /// <summary>TLS failed: the certificate of either side was refused, or the bytes were no TLS.</summary>
    TlsRefused,

    /// <summary>TLS gave no channel binding: fails closed.</summary>
    NoChannelBinding,

    /// <summary>The bytes were no frames (<see cref="Protocol.Frames.FrameError"/> in the detail).</summary>
    BadFrame,

    /// <summary>More sockets were in their TLS handshake than <see cref="TcpTransportOptions.MaxPendingAccepts"/> allows.</summary>
    Overloaded,

    /// <summary>An exception that nobody foresaw, a bug: its type and text stand in the detail.</summary>
    Fault,
}
