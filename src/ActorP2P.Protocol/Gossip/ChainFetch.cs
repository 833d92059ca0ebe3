using System.Runtime.InteropServices;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>A chain that is asked for.</summary>
internal sealed class ChainFetch(NodeId node, ReadOnlyMemory<byte> hash)
{
    /// <summary>The node whose link state names it.</summary>
    internal NodeId Node { get; } = node;

    internal ReadOnlyMemory<byte> Hash { get; } = hash;

    internal int Attempts { get; set; }

    internal DateTimeOffset RetryAt { get; set; }
}

/// <summary>SHA-256 of an encoded chain, as a key.</summary>
internal readonly record struct ChainHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Reads 32 bytes.</summary>
    internal static ChainHash From(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<ChainHash>(hash);
}
