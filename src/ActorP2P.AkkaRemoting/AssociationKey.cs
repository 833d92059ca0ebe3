using ActorP2P.Protocol.Identity;

namespace ActorP2P.AkkaRemoting;

/// <summary>An association at one node: with whom, and its number at the side that opened it.</summary>
internal readonly record struct AssociationKey(NodeId Remote, ulong Id, bool OpenedByUs);
