namespace ActorP2P.Protocol.Frames;

/// <summary>
/// A priority class. Order holds within a lane and never across lanes. Control has strict priority,
/// the others share by weight (consensus 10, request 5, gossip 5, bulk 1, after CometBFT's channel priorities).
/// </summary>
public enum Lane : byte
{
    /// <summary>Pings, acknowledgements, offers, goodbyes: never behind payload.</summary>
    Control = 0,

    /// <summary>Consensus votes and the like.</summary>
    Consensus = 1,

    /// <summary>Requests and replies, and unicast by default.</summary>
    Request = 2,

    /// <summary>State sync and multicast.</summary>
    Gossip = 3,

    /// <summary>Large transfers.</summary>
    Bulk = 4,
}

/// <summary>Facts about the set of lanes.</summary>
public static class Lanes
{
    /// <summary>Number of lanes.</summary>
    public const int Count = 5;

    /// <summary>True for a lane this version knows.</summary>
    public static bool IsKnown(byte lane) => lane < Count;
}
