using System.Collections.Immutable;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P;

/// <content>What the physical layer tells a namespace. What modules send is NamespaceRouter's vocabulary.</content>
internal sealed partial class PeerManager
{
    /// <summary>From a link: a session of this namespace with a remote node; the PeerManager answers the link with <c>Link.BindSession</c>.</summary>
    internal sealed record SessionUp(NodeId Remote, ulong RemoteEpoch, IActorRef Link, NamespaceSession Session, bool IsRelayed = false);

    /// <summary>From a link: the session is over (link lost, or renewed by either side).</summary>
    internal sealed record SessionDown(NodeId Remote, ulong SessionTag, string Reason);

    /// <summary>From the tunnel router: the node cannot be reached through relays.</summary>
    internal sealed record NoWay(NodeId Remote, string Reason);

    /// <summary>From a peer: it has no session, and messages wait.</summary>
    internal sealed record SessionWanted(NodeId Remote);

    /// <summary>From Hypernet: the network's view changed.</summary>
    internal sealed record ViewChanged(NetworkView View);

    /// <summary>From Hypernet: a remote was refused.</summary>
    internal sealed record RemoteRejected(string Endpoint, string Reason, string Detail);

    /// <summary>From Hypernet: a member's certificate, or ours, ends in so many days.</summary>
    internal sealed record CertificateEnds(NodeId Node, int Days);

    /// <summary>From Hypernet: this node's key is the one in <see cref="NodeTrust"/>; nothing when the namespace goes by it already.</summary>
    internal sealed record UseIdentity
    {
        public static readonly UseIdentity Instance = new();
    }

    /// <summary>From Hypernet: this node's key changes, or a remote's: the end of a session is not the end of the peer.</summary>
    /// <param name="Remote">Whose; null for our own, which concerns all peers.</param>
    internal sealed record Handover(NodeId? Remote);

    /// <summary>From Hypernet: this node's key took the place of another, which <see cref="NodeSuccessions"/> knows.</summary>
    internal sealed record NodeSucceeded(NodeId Successor);

    /// <summary>From the P2PManager: refuse what is still in the mailbox, leave the slot map and stop.</summary>
    internal sealed record CloseNamespace;

    /// <summary>From the slot: the types that modules of this node take now.</summary>
    internal sealed record RegistrationsChanged(ImmutableDictionary<string, NamespaceSlot.Registration> Registrations);

    /// <summary>From Hypernet: the node's epoch is another one, under which this namespace begins again.</summary>
    internal sealed record BeginAnew
    {
        public static readonly BeginAnew Instance = new();
    }

    /// <summary>From the state sync: this node's key has signed a state under a higher epoch.</summary>
    internal sealed record OwnEpochSeen(ulong Epoch);

    /// <summary>From the state sync: this member's state is known, or known no more.</summary>
    internal sealed record MemberChanged(NodeId Node, bool IsKnown);

    private sealed record MailboxDrained;

    private sealed record ResumeTimedOut(NodeId Remote);
}
