using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>The control messages that change a namespace's logical state. Observe and the Get messages are the router's.</content>
internal sealed partial class PeerManagerEventHub
{
    /// <summary>From the PeerManager: a session with the node is up, over a link or through relays.</summary>
    internal sealed record PeerJoined(NodeId Node, ulong Epoch, bool IsRelayed = false);

    /// <summary>From the PeerManager: the session is over; with <paramref name="IsRelayed"/> another one goes on through relays.</summary>
    internal sealed record PeerLeft(NodeId Node, string Reason, bool IsRelayed = false);

    /// <summary>From the state sync: a section of a member's state (or our own) is in force.</summary>
    internal sealed record StateApplied(NodeId Node, ulong Epoch, ulong Seq, StateBody State);

    /// <summary>From the state sync: a section of a member's state is in force no more.</summary>
    internal sealed record StateExpired(NodeId Node, StateSection Section);

    /// <summary>From the PeerManager: links changed.</summary>
    internal sealed record UseView(NetworkView View);

    /// <summary>From the PeerManager: this node's key is another one.</summary>
    internal sealed record UseIdentity(NodeId Former, NodeId Present);

    /// <summary>From anybody in the namespace: publish this; it changes no state.</summary>
    internal sealed record Raise(ControlEvent Event);

    private sealed record TellGathered
    {
        public static readonly TellGathered Instance = new();
    }

    private sealed record ComputeRoutes
    {
        public static readonly ComputeRoutes Instance = new();
    }
}
