using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>The vocabulary of the state sync. Batches are the peer's.</content>
internal sealed partial class StateSync
{
    /// <summary>From the node: what a section of its state says from now on.</summary>
    /// <param name="Body">All of the section.</param>
    /// <param name="Asker">Gets <see cref="StatusSet"/> when a status key is given.</param>
    /// <param name="StatusKey">The key that was set.</param>
    internal sealed record SetOwn(StateBody Body, IActorRef? Asker, string? StatusKey);

    /// <summary>From the PeerManager: a session with the node is up.</summary>
    internal sealed record PeerUp(NodeId Node, IActorRef Peer);

    /// <summary>From the PeerManager: the session is over.</summary>
    internal sealed record PeerDown(NodeId Node);

    /// <summary>From the PeerManager: verdicts on certificates changed.</summary>
    internal sealed record UseView(NetworkView View);

    /// <summary>From the PeerManager: this node's key is another one; nothing is taken under the former one until then.</summary>
    internal sealed record UseIdentity(DateTimeOffset FormerUntil);

    /// <summary>From the PeerManager: a node gave up its ID, and says nothing under it until then.</summary>
    internal sealed record Retire(NodeId Node, DateTimeOffset Until);

    private sealed record Tick(long Token);
}
