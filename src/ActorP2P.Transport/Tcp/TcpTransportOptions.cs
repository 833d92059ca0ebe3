namespace ActorP2P.Transport;

/// <summary>
/// What a <see cref="TcpTransportPort"/> is made with. Limits that an operator sets are required and come from the
/// configuration; the others are properties of this implementation and have their value here.
/// </summary>
public sealed record TcpTransportOptions
{
    /// <summary>
    /// Gives the credentials for the next TLS handshake; null turns TLS off. It is asked at every handshake, so
    /// renewed certificate files take effect on new connections while the old ones stay up.
    /// </summary>
    public Func<TlsCredentials>? Tls { get; init; }

    /// <summary>Time for the TLS handshake of an accepted socket.</summary>
    public required TimeSpan AcceptTimeout { get; init; }

    /// <summary>Sockets of one listener that may be in their TLS handshake at once; a further one is closed.</summary>
    public required int MaxPendingAccepts { get; init; }

    /// <summary>Bytes that a remote may send in its TLS handshake.</summary>
    public required int MaxTlsHandshakeBytes { get; init; }

    /// <summary>
    /// Share of one core that each listener may spend on accepting sockets and closing those that are not let in. Beyond it the
    /// listener pauses: sockets wait in the kernel, and what does not fit there is dropped there, at no cost of ours.
    /// </summary>
    public required double AcceptCpuShare { get; init; }

    /// <summary>The clock of all time limits here.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Bytes of a receive buffer: one record of 64 KiB with header and tag fits, and it stays below the 85,000 bytes
    /// from which .NET puts arrays on the large object heap.
    /// </summary>
    public int ReadBufferBytes { get; init; } = 80 * 1024;

    /// <summary>
    /// TCP_NOTSENT_LOWAT: bytes that may wait unsent in the kernel before a write has to wait. What waits there can no
    /// longer be overtaken by control traffic. 128 KiB is the value that HTTP/2 servers settled on.
    /// </summary>
    public int NotSentLowatBytes { get; init; } = 128 * 1024;

    /// <summary>Connections that the kernel may hold ready before they are accepted.</summary>
    public int ListenBacklog { get; init; } = 512;

    /// <summary>How long a closed connection may take to flush what was written and to see the remote's end.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Head start of each address of a name before the next one is tried beside it (RFC 8305, section 5).</summary>
    public TimeSpan DialStagger { get; init; } = TimeSpan.FromMilliseconds(250);
}
