using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The vocabulary of the local logical node. Subscriptions and status are the router's, batches the peer's.</content>
internal sealed partial class Node
{
    /// <summary>From the PeerManager: the protocols of the modules that are registered now.</summary>
    internal sealed record UseProtocols(IReadOnlyList<ProtocolRange> Protocols);
}
