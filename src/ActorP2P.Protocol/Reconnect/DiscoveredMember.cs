using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P.Protocol.Reconnect;

/// <summary>A member with the addresses of its signed link state, or of a directory. Only this node is accepted there.</summary>
/// <param name="Node">The member.</param>
/// <param name="Addresses">host:port, at least one.</param>
public sealed record DiscoveredMember(NodeId Node, IReadOnlyList<string> Addresses)
{
    /// <summary>
    /// The first <paramref name="count"/> in an order of this node's own: were it everybody's, all would link to the
    /// same few; were it by distance of IDs, neighbourhoods could end up without a link between them.
    /// </summary>
    public static IReadOnlyList<DiscoveredMember> Choose(NodeId self, IEnumerable<DiscoveredMember> members, int count) =>
        members.OrderBy(member => TreeHash.Of(self, member.Node)).Take(count).ToArray();
}
