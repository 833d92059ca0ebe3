using System.Collections.Immutable;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>The vocabulary of the multicast. Multicast and Broadcast are the router's, batches the peer's.</content>
internal sealed partial class Multicast
{
    /// <summary>From the node: the topics this node follows now.</summary>
    internal sealed record UseTopics(ImmutableSortedSet<string> Topics);

    /// <summary>From the PeerManager: the types registered on this node; a registration's lane is the lane of what is published.</summary>
    internal sealed record UseRegistrations(ImmutableDictionary<string, NamespaceSlot.Registration> Registrations);

    /// <summary>From the state sync: a member's topics; null when it is a member no more.</summary>
    internal sealed record UseMember(NodeId Node, IReadOnlyList<string>? Topics);

    /// <summary>From the PeerManager: links or verdicts on certificates changed.</summary>
    internal sealed record UseView(NetworkView View);

    /// <summary>From the PeerManager: a session with the node is up.</summary>
    internal sealed record PeerUp(NodeId Node, IActorRef Peer);

    /// <summary>From the PeerManager: the session is over.</summary>
    internal sealed record PeerDown(NodeId Node);

    /// <summary>From a peer: a lane that could not take everything has room again.</summary>
    internal sealed record PeerCaughtUp(NodeId Node);

    /// <summary>From the PeerManager: this node's key is another one.</summary>
    internal sealed record UseIdentity
    {
        public static readonly UseIdentity Instance = new();
    }

    private sealed record ApplyView
    {
        public static readonly ApplyView Instance = new();
    }

    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }

    private sealed record Release
    {
        public static readonly Release Instance = new();
    }

    private sealed record Tick(long Token);
}
