using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <summary>A new key that was judged and waits until the links of the former one have ended.</summary>
/// <param name="State">What will be in force, the new key in it.</param>
/// <param name="Statement">What both keys say to the others.</param>
internal sealed record PendingSuccession(TrustState State, SuccessionStatement Statement);
