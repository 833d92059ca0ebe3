using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;

namespace ActorP2P;

/// <content>What a host says to a node, and what it hears.</content>
public sealed partial class P2PNode
{
    /// <summary>
    /// Leave in order: namespaces close, links drain and say goodbye within <c>link.drain-timeout</c>, then the
    /// actor stops. A host waits for its termination, e.g. with <c>GracefulStop(timeout, P2PNode.Leave.Instance)</c>.
    /// </summary>
    public sealed record Leave
    {
        /// <summary>The one instance.</summary>
        public static readonly Leave Instance = new();
    }

    /// <summary>
    /// Read certificates, roots, revocation lists, allow- and deny-lists and namespace members again; answered by
    /// <see cref="Reloaded"/> or <see cref="ReloadRefused"/>.
    /// </summary>
    public sealed record Reload
    {
        /// <summary>The one instance.</summary>
        public static readonly Reload Instance = new();
    }

    /// <summary>What was read is in force. Also on the system's event stream when it is news.</summary>
    /// <param name="Parts">
    /// What is new: certificate, key (encoded anew, or another one: then <see cref="IdentityChanged"/> came before), roots,
    /// revocation-lists, allow-list, deny-list, members, tls; empty when nothing changed.
    /// </param>
    public sealed record Reloaded(IReadOnlyList<string> Parts);

    /// <summary>
    /// On the system's event stream: this node has another key and so another ID. For <c>succession.overlap</c> what is sent to
    /// the former one reaches it, at nodes that know of the change.
    /// </summary>
    /// <param name="Former">The ID that was given up.</param>
    /// <param name="Present">The ID from now on.</param>
    public sealed record IdentityChanged(NodeId Former, NodeId Present);

    /// <summary>What was read does not fit together, as half-written files do not: all stays as it was, until the next change. Also on the system's event stream.</summary>
    /// <param name="Errors">Every error, by path.</param>
    public sealed record ReloadRefused(IReadOnlyList<SettingsError> Errors);

    /// <summary>
    /// Whom a directory outside of the network names, all of them each time; taken with <c>discovery.mode = cluster</c>, and
    /// counted as <c>directory.ignored</c> otherwise. Each is dialled as a discovered member is, and only itself, with a valid
    /// certificate, is accepted there. Who is no longer named is dialled no more and keeps the link it has.
    /// </summary>
    public sealed record UseDirectory(IReadOnlyList<DiscoveredMember> Members);

    /// <summary>Answered by <see cref="RouterAddress"/>.</summary>
    public sealed record GetRouter
    {
        /// <summary>The one instance.</summary>
        public static readonly GetRouter Instance = new();
    }

    /// <summary>Where upstream modules send to.</summary>
    public sealed record RouterAddress(IActorRef Router);

    /// <summary>On the system's event stream: an address is bound; the actual port stands in it when 0 was configured.</summary>
    public sealed record Listening(string Endpoint);

    /// <summary>
    /// On the system's event stream: others hold a state that this node's key signed under <paramref name="Seen"/>, above its
    /// epoch, and a higher one cannot be saved. Until it can, which is tried each minute, they take nothing that this node signs.
    /// </summary>
    public sealed record EpochNotSaved(ulong Seen, Transport.EpochFailure Failure, string Detail);

    /// <summary>On the system's event stream: a configured address cannot be bound. It is tried again.</summary>
    public sealed record ListenFailed(string Endpoint, string Reason);

    private sealed record LeaveTimedOut
    {
        public static readonly LeaveTimedOut Instance = new();
    }
}
