using ActorP2P.Transport;

namespace ActorP2P;

/// <content>The vocabulary of the server: slots in, listeners' events in.</content>
public sealed partial class HypernetServer
{
    /// <summary>A PeerManager registers its namespace; answered by <see cref="SlotRegistered"/> or <see cref="SlotRefused"/>. Ends with the PeerManager.</summary>
    internal sealed record RegisterSlot(string Namespace, IActorRef PeerManager);

    /// <summary>The namespace is served.</summary>
    internal sealed record SlotRegistered(string Namespace);

    /// <summary>The slot map is full.</summary>
    internal sealed record SlotRefused(string Namespace, string Reason);

    /// <summary>The namespace closes.</summary>
    internal sealed record UnregisterSlot(string Namespace);

    /// <summary>From Hypernet: an accepted connection left the half-open state (handshake done, refused or lost).</summary>
    internal sealed record HandshakeEnded(long ConnectionId);

    private sealed record Bound(string Endpoint);

    private sealed record ListenFailed(string Endpoint, string Reason);

    private sealed record Accepted(ITransportConnection Connection);

    private sealed record AcceptFailed(string SourceIp, TransportFailure Failure);
}
