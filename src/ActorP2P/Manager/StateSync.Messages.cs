using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>The vocabulary of the state sync. Batches are the peer's.</content>
internal sealed partial class StateSync
{
    /// <summary>From the node: what it says of itself from now on.</summary>
    /// <param name="State">All of it.</param>
    /// <param name="Asker">Gets <see cref="StatusSet"/> when a status key is given.</param>
    /// <param name="StatusKey">The key that was set.</param>
    internal sealed record SetOwn(OwnState State, IActorRef? Asker, string? StatusKey);

    /// <summary>From the PeerManager: a session with the node is up.</summary>
    internal sealed record PeerUp(NodeId Node, IActorRef Peer);

    /// <summary>From the PeerManager: the session is over.</summary>
    internal sealed record PeerDown(NodeId Node);

    /// <summary>From the PeerManager: verdicts on certificates changed.</summary>
    internal sealed record UseView(NetworkView View);

    private sealed record Tick(long Token);
}
