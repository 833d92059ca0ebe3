using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Routing;

namespace ActorP2P;

/// <summary>The topology's immutable view of the network, handed to every namespace on change.</summary>
/// <param name="Graph">Two-sided edges of all known nodes.</param>
/// <param name="Members">Verdicts on certificates.</param>
public sealed record NetworkView(LinkGraph Graph, MembershipSnapshot Members);
