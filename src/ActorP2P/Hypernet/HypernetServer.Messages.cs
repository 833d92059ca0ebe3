using ActorP2P.Transport;

namespace ActorP2P;

/// <content>The vocabulary of the server: slots in, listeners' events in.</content>
public sealed partial class HypernetServer
{
    /// <summary>A PeerManager registers its namespace; answered by <see cref="SlotRegistered"/> or <see cref="SlotRefused"/>. Ends with the PeerManager. May be sent to Hypernet, which passes it on.</summary>
    internal sealed record RegisterSlot(string Namespace, IActorRef PeerManager);

    /// <summary>The namespace is served.</summary>
    internal sealed record SlotRegistered(string Namespace);

    /// <summary>The slot map is full, or the name is not 1 to 128 bytes of UTF-8.</summary>
    internal sealed record SlotRefused(string Namespace, string Reason);

    /// <summary>The namespace closes. May be sent to Hypernet, which passes it on.</summary>
    internal sealed record UnregisterSlot(string Namespace);

    /// <summary>From Hypernet, after this server was restarted: the slots of its predecessor.</summary>
    internal sealed record RestoreSlots(IReadOnlyList<Hypernet.SlotEntry> Slots);

    /// <summary>From Hypernet: an accepted connection left the half-open state (handshake done, refused or lost).</summary>
    /// <param name="ConnectionId">The connection.</param>
    /// <param name="IsMember">True when the handshake proved a member.</param>
    internal sealed record HandshakeEnded(long ConnectionId, bool IsMember);

    /// <summary>From a listener: bound.</summary>
    internal sealed record Bound(string Configured, string Endpoint);

    /// <summary>From a listener: not bound, or bound no longer.</summary>
    internal sealed record ListenFailed(string Configured, string Reason);

    /// <summary>From a listener: a connection.</summary>
    internal sealed record Accepted(ITransportConnection Connection);

    /// <summary>From a listener: a socket that never became a connection.</summary>
    internal sealed record AcceptFailed(string SourceIp, TransportFailure Failure);

    private sealed record RetryListen(string Configured);
}
