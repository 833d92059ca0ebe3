using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>Why a message had no success. Every refused or failed message carries one.</summary>
public enum SendFailure : ushort
{
    /// <summary>The namespace is not open on this node.</summary>
    UnknownNamespace = 1,

    /// <summary>The receiver is not known in this namespace.</summary>
    UnknownNode = 2,

    /// <summary>No session with the receiver, or it was lost before the message was handled.</summary>
    PeerDown = 3,

    /// <summary>The far side has no module registered for the message type.</summary>
    UnknownType = 4,

    /// <summary>The far side's module is dead.</summary>
    ModuleDead = 5,

    /// <summary>No reply before the deadline.</summary>
    TimedOut = 6,

    /// <summary>A queue is at its limit: send again after <see cref="Ready"/>.</summary>
    Busy = 7,

    /// <summary>Larger than <c>channel.max-message-bytes</c>.</summary>
    TooLarge = 8,

    /// <summary>
    /// Sent, and the session, or the far side's module, was lost before it acknowledged: the message may or may not have been handled.
    /// </summary>
    DeliveryUnknown = 9,

    /// <summary>The receiver is this node itself.</summary>
    ToSelf = 10,

    /// <summary>A name, topic, type, timeout or value is out of its documented range.</summary>
    Invalid = 11,

    /// <summary>The namespace or node is stopping.</summary>
    Stopping = 12,

    /// <summary>The far side's module answered a request with a failure.</summary>
    RemoteFailure = 13,

    /// <summary>More than <c>routing.hop-limit</c> relays away: multicast, broadcast and state reach it, a message to it alone does not.</summary>
    HopLimit = 14,
}

/// <summary>The namespace is open.</summary>
/// <param name="Namespace">Its name.</param>
/// <param name="PeerManager">Takes the same messages as the router, one hop shorter.</param>
public sealed record Opened(string Namespace, IActorRef PeerManager);

/// <summary>The namespace could not be opened.</summary>
public sealed record OpenRefused(string Namespace, string Reason);

/// <summary>The namespace is closed on this node.</summary>
public sealed record Closed(string Namespace);

/// <summary>The module now receives this type.</summary>
public sealed record Registered(string Namespace, string Type);

/// <summary>The module was not registered.</summary>
public sealed record RegisterRefused(string Namespace, string Type, string Reason);

/// <summary>The type has no module any more.</summary>
public sealed record Unregistered(string Namespace, string Type);

/// <summary>A message was refused before anything was sent.</summary>
public sealed record SendRefused(string Namespace, SendFailure Reason, object Message);

/// <summary>The lane takes messages again after <see cref="SendFailure.Busy"/>.</summary>
public sealed record Ready(string Namespace, Lane Lane);

/// <summary>A unicast, multicast or broadcast failed.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="To">The receiver; null for multicast and broadcast.</param>
/// <param name="Type">Its type.</param>
/// <param name="Reason">Why.</param>
/// <param name="CorrelationId">What the sender gave with the message.</param>
public sealed record SendFailed(string Namespace, NodeId? To, string Type, SendFailure Reason, object? CorrelationId);

/// <summary>A confirmed unicast was handed to the far side's module; one with a demand has consumed it.</summary>
public sealed record Sent(string Namespace, NodeId To, string Type, object? CorrelationId);

/// <summary>The reply to a request.</summary>
public sealed record Reply(string Namespace, NodeId From, ReadOnlyMemory<byte> Payload, object? CorrelationId);

/// <summary>The request has no reply.</summary>
public sealed record RequestFailed(string Namespace, NodeId To, string Type, SendFailure Reason, object? CorrelationId);

/// <summary>A multicast or broadcast is on its way.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="MessageId">(origin, epoch, seq).</param>
/// <param name="Reached">Number of directly linked peers it was pushed to at once.</param>
/// <param name="CorrelationId">What the sender gave with the message.</param>
public sealed record Published(string Namespace, MessageId MessageId, int Reached, object? CorrelationId);

/// <summary>This node follows the topic.</summary>
public sealed record Subscribed(string Namespace, string Topic);

/// <summary>This node no longer follows the topic.</summary>
public sealed record Unsubscribed(string Namespace, string Topic);

/// <summary>The status entry is part of this node's state.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Key">The entry.</param>
/// <param name="Seq">The seq of this node's status that carries it.</param>
public sealed record StatusSet(string Namespace, string Key, ulong Seq);

/// <summary>A status entry or subscription was refused.</summary>
public sealed record StateRefused(string Namespace, string Subject, string Reason);

/// <summary>
/// What a module receives. <c>Sender</c> is a reply reference: <c>Sender.Tell(payload)</c> with a
/// <see cref="ReadOnlyMemory{T}"/> of bytes or a <c>byte[]</c> answers a request; <c>Status.Failure</c> fails it.
/// </summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Origin">The proven origin.</param>
/// <param name="Type">Message type.</param>
/// <param name="Topic">Topic of a multicast; null otherwise.</param>
/// <param name="MessageId">Id of a multicast or broadcast; null for unicast and request.</param>
/// <param name="Payload">The bytes; may be kept.</param>
public sealed record Delivery(string Namespace, NodeId Origin, string Type, string? Topic, MessageId? MessageId, ReadOnlyMemory<byte> Payload);

/// <summary>
/// To a module that registered with a demand, before the next delivery: publications found no room to wait for it
/// (<c>modules.waiting-bytes</c>) and were dropped. Unicasts and requests have failed at their senders instead.
/// </summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Type">Message type.</param>
/// <param name="Count">How many since the last such message.</param>
public sealed record DeliveriesDropped(string Namespace, string Type, long Count);
