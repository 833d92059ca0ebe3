using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P;

/// <content>What the physical layer tells a namespace. What modules send is NamespaceRouter's vocabulary.</content>
public sealed partial class PeerManager
{
    /// <summary>From a link: a session of this namespace with a remote node; the PeerManager answers the link with <c>Link.BindSession</c>.</summary>
    internal sealed record SessionUp(NodeId Remote, ulong RemoteEpoch, IActorRef Link, NamespaceSession Session);

    /// <summary>From a link: the session is over (link lost, or renewed by either side).</summary>
    internal sealed record SessionDown(NodeId Remote, ulong SessionTag, string Reason);

    /// <summary>From Hypernet: the network's view changed.</summary>
    internal sealed record ViewChanged(NetworkView View);

    /// <summary>From Hypernet: a remote was refused.</summary>
    internal sealed record RemoteRejected(string Endpoint, string Reason, string Detail);
}
