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

    /// <summary>On the system's event stream: a configured address cannot be bound. It is tried again.</summary>
    public sealed record ListenFailed(string Endpoint, string Reason);

    private sealed record LeaveTimedOut
    {
        public static readonly LeaveTimedOut Instance = new();
    }
}
