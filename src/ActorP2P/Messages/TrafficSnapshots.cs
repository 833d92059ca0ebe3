using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>The namespaces that are open on this node.</summary>
/// <param name="Names">In ordinal order.</param>
public sealed record NamespacesSnapshot(IReadOnlyList<string> Names);

/// <summary>This node's links, one to each linked node.</summary>
/// <param name="Listening">Addresses that are bound, host:port.</param>
/// <param name="Links">Confirmed links, in no order.</param>
public sealed record LinksSnapshot(IReadOnlyList<string> Listening, IReadOnlyList<LinkInfo> Links);

/// <summary>One link.</summary>
/// <param name="Node">Its far end.</param>
/// <param name="Endpoint">The address that was dialled, or the remote endpoint of an accepted connection.</param>
/// <param name="WeDialled">True when this node opened it.</param>
/// <param name="UpSince">When it was confirmed.</param>
/// <param name="RoundTrip">The last measurement (<c>liveness.rtt-probe-interval</c>); null before the first.</param>
/// <param name="SentBytes">Bytes on the wire below TLS' own, since the connection began.</param>
/// <param name="ReceivedBytes">The same, the other way.</param>
/// <param name="QueuedBytes">Bytes that wait for the next write.</param>
public sealed record LinkInfo(
    NodeId Node,
    string Endpoint,
    bool WeDialled,
    DateTimeOffset UpSince,
    TimeSpan? RoundTrip,
    long SentBytes,
    long ReceivedBytes,
    long QueuedBytes);

/// <summary>What a namespace has exchanged with each remote node that it has, or lately had, a session with.</summary>
public sealed record TrafficSnapshot(string Namespace, IReadOnlyList<PeerTraffic> Peers);

/// <summary>What was exchanged with one node, across sessions.</summary>
/// <param name="Node">The node.</param>
/// <param name="SentMessages">Unicasts, requests, replies, publications and announcements passed to it, and state.</param>
/// <param name="ReceivedMessages">The same, the other way.</param>
/// <param name="QueuedBytes">Bytes that wait for its window or its link.</param>
public sealed record PeerTraffic(NodeId Node, long SentMessages, long ReceivedMessages, long QueuedBytes);
