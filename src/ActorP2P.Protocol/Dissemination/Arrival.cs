using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>How a publication came to be here.</summary>
/// <param name="Header">Its head.</param>
/// <param name="From">Who brought it; null for our own.</param>
/// <param name="PushedTo">Whom it was passed on to at once.</param>
/// <param name="IsVerified">True when its signature was checked; straight from its origin it is proven by the session meanwhile.</param>
internal sealed record Arrival(PublicationHeader Header, NodeId? From, List<NodeId> PushedTo, bool IsVerified);
