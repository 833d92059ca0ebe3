using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>A change of a namespace's logical state, published in order by its PeerManagerEventHub.</summary>
/// <param name="Namespace">The namespace.</param>
public abstract record ControlEvent(string Namespace)
{
    /// <summary>Position in the hub's order, from 1.</summary>
    public long Number { get; init; }
}

/// <summary>A peer's session is up.</summary>
public sealed record PeerUp(string Namespace, NodeId Node, ulong Epoch) : ControlEvent(Namespace);

/// <summary>A peer's session is gone.</summary>
public sealed record PeerDown(string Namespace, NodeId Node, string Reason) : ControlEvent(Namespace);

/// <summary>This node's key changed, and its ID with it: registrations, topics and status entries go on under the new one.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Former">The ID that was given up.</param>
/// <param name="Present">The ID from now on.</param>
public sealed record IdentityChanged(string Namespace, NodeId Former, NodeId Present) : ControlEvent(Namespace);

/// <summary>
/// A member's key changed: what is sent to the former ID reaches it under the new one for <c>succession.overlap</c>, and what
/// waited for it goes there. Modules should use the new ID.
/// </summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Former">The ID that was given up.</param>
/// <param name="Present">The ID from now on.</param>
public sealed record PeerSucceeded(string Namespace, NodeId Former, NodeId Present) : ControlEvent(Namespace);

/// <summary>
/// A remote was refused before it became a peer; or, with the reason <c>refused-by-remote</c>, it has refused this node again and
/// again, and is dialled less often from now on.
/// </summary>
public sealed record PeerRejected(string Namespace, string Endpoint, string Reason, string Detail) : ControlEvent(Namespace);

/// <summary>A member became reachable or unreachable, or its distance changed.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Node">The member.</param>
/// <param name="Hops">1 for a direct link; 0 when unreachable.</param>
public sealed record RouteChanged(string Namespace, NodeId Node, int Hops) : ControlEvent(Namespace);

/// <summary>A session's keys were renewed.</summary>
public sealed record SessionRekeyed(string Namespace, NodeId Node, uint Generation) : ControlEvent(Namespace);

/// <summary>A node's topics changed.</summary>
public sealed record TopicsChanged(string Namespace, NodeId Node, IReadOnlyList<string> Topics) : ControlEvent(Namespace);

/// <summary>A node's status entry changed; an empty value means it was removed.</summary>
public sealed record StatusChanged(string Namespace, NodeId Node, string Key, ReadOnlyMemory<byte> Value) : ControlEvent(Namespace);

/// <summary>A peer has been over its high-water mark.</summary>
public sealed record SlowPeer(string Namespace, NodeId Node, long QueuedBytes) : ControlEvent(Namespace);

/// <summary>A module of this node has kept messages waiting for <c>modules.slow-after</c>.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Type">Message type that it takes.</param>
/// <param name="WaitingMessages">What waits.</param>
/// <param name="WaitingBytes">And what that costs here.</param>
public sealed record SlowModule(string Namespace, string Type, int WaitingMessages, long WaitingBytes) : ControlEvent(Namespace);

/// <summary>A member signed two different things with one id.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Node">Who signed both.</param>
/// <param name="Subject">What was signed: "link state", "interests", "status" or "publication".</param>
/// <param name="Evidence">Both of them.</param>
public sealed record EquivocationSeen(string Namespace, NodeId Node, string Subject, EquivocationEvidence Evidence) : ControlEvent(Namespace);

/// <summary>Two signed forms under one id, as they travel (docs/protocol.md). Both verify from the node's ID, by anybody.</summary>
/// <param name="Kept">The one that is in force.</param>
/// <param name="Rejected">The other.</param>
public sealed record EquivocationEvidence(ReadOnlyMemory<byte> Kept, ReadOnlyMemory<byte> Rejected);

/// <summary>Another holder of this node's key signs, in a higher epoch or in ours. Told once for each epoch.</summary>
public sealed record DuplicateIdentity(string Namespace, NodeId Node, ulong Epoch) : ControlEvent(Namespace);

/// <summary>
/// The certificate of a member of the network that may take part in this namespace, or this node's own, ends soon:
/// one event for each of <c>rotation.expiry-warning-days</c>.
/// </summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Node">Whose certificate it is.</param>
/// <param name="Days">Whole days that are left, rounded up; 0 when it has ended.</param>
public sealed record CertificateExpiring(string Namespace, NodeId Node, int Days) : ControlEvent(Namespace);

/// <summary>A message was dropped; the hub's counters hold the sums.</summary>
public sealed record MessageDropped(string Namespace, NodeId? Node, string Reason) : ControlEvent(Namespace);

/// <summary>The first message an observer gets: the state as of event number <paramref name="AsOf"/>.</summary>
public sealed record ObserveSnapshot(string Namespace, long AsOf, PeersSnapshot Peers, TopicsSnapshot Topics, IReadOnlyList<StatusSnapshot> Status);

/// <summary>Members of a namespace, by this node's view.</summary>
public sealed record PeersSnapshot(string Namespace, IReadOnlyList<PeerInfo> Peers);

/// <summary>One member.</summary>
/// <param name="Node">Its ID.</param>
/// <param name="Linked">A session over a direct link is up.</param>
/// <param name="Epoch">Its epoch, when known.</param>
/// <param name="Hops">Distance in links; 0 when unreachable.</param>
/// <param name="Protocols">Its protocols.</param>
public sealed record PeerInfo(NodeId Node, bool Linked, ulong Epoch, int Hops, IReadOnlyList<Protocol.Settings.ProtocolRange> Protocols);

/// <summary>Who follows which topic.</summary>
public sealed record TopicsSnapshot(string Namespace, IReadOnlyDictionary<string, IReadOnlyList<NodeId>> Subscribers);

/// <summary>A node's status entries.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Node">Whose they are.</param>
/// <param name="Epoch">The epoch in which it signed them, or its interests when it has set none; 0 when it is not known.</param>
/// <param name="Seq">Count of the changes of its status in that epoch; 0 when it has set none.</param>
/// <param name="Entries">Values by key.</param>
public sealed record StatusSnapshot(string Namespace, NodeId Node, ulong Epoch, ulong Seq, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Entries);

/// <summary>The way to every known node, of whatever namespace.</summary>
public sealed record RoutesSnapshot(IReadOnlyDictionary<NodeId, Route> Routes);

/// <summary>The way to a node, as this node sees the network now.</summary>
/// <param name="Hops">Links to it: 1 for a direct link; 0 when there is no way.</param>
/// <param name="NextHop">The neighbour to which packets for it go: itself when it is linked; null when there is no way.</param>
/// <param name="Tunnel">The relays of the tunnel that stands to it, in order; empty when there is none.</param>
public sealed record Route(int Hops, NodeId? NextHop, IReadOnlyList<NodeId> Tunnel);
