using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>What a multicast knows of the network around it, replaced as a whole.</summary>
/// <param name="Graph">Links of all nodes.</param>
/// <param name="Members">The namespace's members with their topics; null for a member whose topics are not known yet.</param>
/// <param name="Membership">Verdicts on certificates.</param>
public sealed record MulticastView(
    LinkGraph Graph,
    IReadOnlyDictionary<NodeId, IReadOnlySet<string>?> Members,
    IMembership Membership)
{
    /// <summary>Nobody but the linked peers.</summary>
    public static MulticastView Empty { get; } = new(
        LinkGraph.Empty,
        new Dictionary<NodeId, IReadOnlySet<string>?>(),
        MembershipSnapshot.Empty);

    /// <summary>True when a node should get a message. Who has not said what it follows gets everything.</summary>
    internal bool Wants(NodeId node, string? topic) =>
        topic is null || !Members.TryGetValue(node, out var topics) || topics is null || topics.Contains(topic);
}
