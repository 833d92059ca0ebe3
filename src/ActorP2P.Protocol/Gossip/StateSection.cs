namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Part of what a node says of itself. Each is signed alone, with a seq and a limit of its own, under the node's one
/// epoch: what changes often does not carry what hardly ever does. The number is the first byte of the encoded body, so
/// it is signed with it; another form of a section would get another number.
/// </summary>
public enum StateSection : byte
{
    /// <summary><see cref="LinkStateBody"/>: identity, addresses and neighbours.</summary>
    LinkState = 1,

    /// <summary><see cref="InterestsBody"/>: topics and protocols in a namespace. Every member has it.</summary>
    Interests = 2,

    /// <summary><see cref="StatusBody"/>: status entries in a namespace. Who never set one does not have it.</summary>
    Status = 3,
}

/// <summary>Whose state, and which part of it.</summary>
/// <param name="Reference"><see cref="Identity.NodeId.Reference"/> of the owner.</param>
/// <param name="Section">The part.</param>
internal readonly record struct StateKey(ulong Reference, StateSection Section);
