using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// Whose room a packet takes on its way through this node: one origin's, towards one next hop, as far as it came over one
/// link. With the link in the key a relay that invents origins spends nobody's room but that of packets through itself.
/// </summary>
/// <param name="From">The link it came over; this node itself for its own packets.</param>
/// <param name="Origin">The packet's source.</param>
/// <param name="Next">The next hop.</param>
/// <param name="Bytes">Bytes of the packet.</param>
internal sealed record RelayQuota(NodeId From, NodeId Origin, NodeId Next, int Bytes);
