using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// The tie-break of dissemination trees: the same at every node, spread evenly over parents, different for
/// every origin. It is no defence: an attacker may choose keys to be picked, which gains him a place in a
/// tree whose gaps the announcements close.
/// </summary>
internal static class TreeHash
{
    /// <summary>Where the circle of a node's announcers starts.</summary>
    internal static ulong Of(NodeId node) => Mix(node.Reference);

    /// <summary>Rank of a child among those that wait for a place under <paramref name="origin"/>.</summary>
    internal static ulong Of(NodeId origin, NodeId child) => Mix(Mix(origin.Reference) ^ child.Reference);

    /// <summary>Rank of a parent for a child under <paramref name="origin"/>.</summary>
    internal static ulong Of(NodeId origin, NodeId child, NodeId parent) => Mix(Of(origin, child) ^ parent.Reference);

    // The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
