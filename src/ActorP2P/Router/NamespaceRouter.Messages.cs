using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>What upstream modules send to the router, or to a PeerManager directly.</content>
public sealed partial class NamespaceRouter
{
    /// <summary>A message about one namespace.</summary>
    public interface INamespaceMessage
    {
        /// <summary>The namespace.</summary>
        string Namespace { get; }
    }

    /// <summary>Opens a namespace; answered by <see cref="Opened"/> (also when it is open already) or <see cref="OpenRefused"/>.</summary>
    public sealed record Open(string Namespace, NamespaceSettings? Settings = null) : INamespaceMessage;

    /// <summary>Closes a namespace; answered by <see cref="ActorP2P.Closed"/>, which its modules and observers get as well.</summary>
    public sealed record Close(string Namespace) : INamespaceMessage;

    /// <summary>
    /// Registers a module for a message type; answered by <see cref="Registered"/> or <see cref="RegisterRefused"/>.
    /// The registration ends with the module.
    /// <para>
    /// With a <paramref name="Demand"/> deliveries are acknowledged: the module holds no more than it asked for and says by
    /// <see cref="Consumed"/> what it has consumed; until then a message stays in its sender's window, and a confirmed
    /// unicast is not <see cref="Sent"/>. The window is that of the lane in the namespace: a module that waits for an answer
    /// from a node while it holds that node's messages should ask on another lane. Without a demand the module may hold
    /// <c>modules.window-messages</c> and <c>modules.window-bytes</c> in its mailbox, and a message is handled when it is there.
    /// </para>
    /// </summary>
    /// <param name="Namespace">The namespace.</param>
    /// <param name="Type">Message type, 1 to <c>channel.max-type-name-bytes</c> bytes of UTF-8.</param>
    /// <param name="Module">Who receives <see cref="Delivery"/>.</param>
    /// <param name="Lane">
    /// Lane of messages of this type that this node sends. Control is for heartbeats and the like: unicasts of up to 1,024 bytes
    /// with their type, 256 a second, that overtake everything, arrive at most once and may be lost with a session; they
    /// cannot be confirmed or follow a demand, and requests and publications of such a type are <see cref="SendFailure.Invalid"/>.
    /// </param>
    /// <param name="Demand">How much the module wants to hold at once; null when it does not acknowledge.</param>
    /// <param name="Protocol">Protocol that the type belongs to, advertised to the namespace.</param>
    public sealed record Register(
        string Namespace,
        string Type,
        IActorRef Module,
        Lane Lane = Lane.Request,
        Demand? Demand = null,
        ProtocolRange? Protocol = null) : INamespaceMessage;

    /// <summary>
    /// A module that registered with a demand has consumed the oldest <paramref name="Messages"/> of those it was handed, unicasts,
    /// requests and publications alike; a reply is no acknowledgement. No answer; what is more than it holds is counted.
    /// </summary>
    /// <param name="Namespace">The namespace.</param>
    /// <param name="Type">Message type of the registration.</param>
    /// <param name="Module">The module of the registration.</param>
    /// <param name="Messages">How many, at least 1.</param>
    public sealed record Consumed(string Namespace, string Type, IActorRef Module, int Messages = 1) : INamespaceMessage;

    /// <summary>
    /// Ends a registration; answered by <see cref="Unregistered"/>. What waits for the module, or was not acknowledged, fails at its sender.
    /// </summary>
    public sealed record Unregister(string Namespace, string Type) : INamespaceMessage;

    /// <summary>
    /// Sends to one node. No answer on success unless <paramref name="Confirm"/> (<see cref="Sent"/>);
    /// <see cref="SendFailed"/> or <see cref="SendRefused"/> otherwise.
    /// </summary>
    public sealed record Unicast(string Namespace, NodeId To, string Type, ReadOnlyMemory<byte> Payload, bool Confirm = false, object? CorrelationId = null) : INamespaceMessage
    {
        /// <summary>Bytes in front of the payload; the far module gets both as one. Spares who wraps another's bytes a copy of them.</summary>
        public ReadOnlyMemory<byte> Head { get; init; }
    }

    /// <summary>Asks one node; answered by <see cref="Reply"/> or <see cref="RequestFailed"/>.</summary>
    public sealed record Request(string Namespace, NodeId To, string Type, ReadOnlyMemory<byte> Payload, TimeSpan Timeout, object? CorrelationId = null) : INamespaceMessage;

    /// <summary>Sends to all nodes that follow a topic; answered by <see cref="Published"/> or <see cref="SendFailed"/>.</summary>
    public sealed record Multicast(string Namespace, string Topic, string Type, ReadOnlyMemory<byte> Payload, object? CorrelationId = null) : INamespaceMessage;

    /// <summary>Sends to all nodes of the namespace; answered by <see cref="Published"/> or <see cref="SendFailed"/>.</summary>
    public sealed record Broadcast(string Namespace, string Type, ReadOnlyMemory<byte> Payload, object? CorrelationId = null) : INamespaceMessage;

    /// <summary>Follows a topic; answered by <see cref="Subscribed"/> or <see cref="StateRefused"/>.</summary>
    public sealed record Subscribe(string Namespace, string Topic) : INamespaceMessage;

    /// <summary>Leaves a topic; answered by <see cref="Unsubscribed"/>.</summary>
    public sealed record Unsubscribe(string Namespace, string Topic) : INamespaceMessage;

    /// <summary>Sets a status entry of this node; an empty value removes it; answered by <see cref="StatusSet"/> or <see cref="StateRefused"/>.</summary>
    public sealed record SetStatus(string Namespace, string Key, ReadOnlyMemory<byte> Value) : INamespaceMessage;

    /// <summary>
    /// Streams control events to <paramref name="Observer"/>: first <see cref="ObserveSnapshot"/>, then events in order.
    /// Empty <paramref name="EventTypes"/> means all. Ends with the observer.
    /// </summary>
    public sealed record Observe(string Namespace, IActorRef Observer, IReadOnlyList<Type> EventTypes) : INamespaceMessage;

    /// <summary>Answered by <see cref="PeersSnapshot"/>.</summary>
    public sealed record GetPeers(string Namespace) : INamespaceMessage;

    /// <summary>Answered by <see cref="TopicsSnapshot"/>.</summary>
    public sealed record GetTopics(string Namespace) : INamespaceMessage;

    /// <summary>Answered by <see cref="StatusSnapshot"/>; empty when the node is not known.</summary>
    public sealed record GetStatus(string Namespace, NodeId Node) : INamespaceMessage;

    /// <summary>Answered by <see cref="RoutesSnapshot"/>.</summary>
    public sealed record GetRoutes;

    /// <summary>Answered by <see cref="TrafficSnapshot"/>.</summary>
    public sealed record GetTraffic(string Namespace) : INamespaceMessage;

    /// <summary>Answered by <see cref="LinksSnapshot"/>.</summary>
    public sealed record GetLinks;

    /// <summary>Answered by <see cref="NamespacesSnapshot"/>.</summary>
    public sealed record GetNamespaces;

    /// <summary>Answered by <see cref="CountersSnapshot"/>: drops, refusals and traffic of the whole node by name.</summary>
    public sealed record GetCounters;

    /// <summary>From the P2PManager in answer to <c>P2PManager.RouterStarted</c>: all namespaces that are open.</summary>
    internal sealed record OpenNamespaces(IReadOnlyDictionary<string, IActorRef> PeerManagers);

    /// <summary>From the P2PManager: the namespace's messages go here from now on.</summary>
    internal sealed record NamespaceOpened(string Namespace, IActorRef PeerManager);

    /// <summary>From the P2PManager: the namespace's messages are refused from now on.</summary>
    internal sealed record NamespaceClosed(string Namespace);
}
