namespace ActorP2P;

/// <content>The vocabulary of the logical layer's parent. Open and Close are the router's.</content>
internal sealed partial class P2PManager
{
    /// <summary>From the router, at its start and after its restart: answered by <c>NamespaceRouter.OpenNamespaces</c>, then by changes.</summary>
    internal sealed record RouterStarted(IActorRef Router);

    /// <summary>From a PeerManager: its namespace stands in the slot map.</summary>
    internal sealed record NamespaceReady(string Namespace);

    /// <summary>From a PeerManager: the slot map refused its namespace.</summary>
    internal sealed record NamespaceRefused(string Namespace, string Reason);
}
