using System.Numerics;
using System.Security.Cryptography;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// The hash tree over a flush of publications, by RFC 6962, 2.1: a leaf is SHA-256(0x00 ‖ content), a node is
/// SHA-256(0x01 ‖ left ‖ right), and of n leaves the left subtree holds the largest power of two below n. So one signature
/// over the root covers all, and each part proves itself with the hashes beside its way to the root.
/// </summary>
internal static class FlushTree
{
    internal const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>Most leaves: a path is then at most six hashes long.</summary>
    internal const int MaxLeaves = 64;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    /// <summary>Hash of a leaf's content.</summary>
    internal static byte[] Leaf(ReadOnlySpan<byte> content)
    {
        var input = new byte[1 + content.Length];
        input[0] = LeafPrefix;
        content.CopyTo(input.AsSpan(1));
        return SHA256.HashData(input);
    }

    /// <summary>The root over leaf hashes, 1 to <see cref="MaxLeaves"/> of them, and for each the hashes beside its way to the root, the lowest first.</summary>
    internal static (byte[] Root, List<byte[]>[] Paths) Build(byte[][] leaves)
    {
        var paths = Array.ConvertAll(leaves, static _ => new List<byte[]>());
        return (Build(leaves, paths), paths);
    }

    /// <summary>Hashes on the path of a leaf.</summary>
    internal static int PathLength(int index, int count)
    {
        var length = 0;
        for (; count > 1; length++)
        {
            var split = Split(count);
            (index, count) = index < split ? (index, split) : (index - split, count - split);
        }

        return length;
    }

    /// <summary>The root that a leaf and its path lead to; the path has the length that <see cref="PathLength"/> says.</summary>
    internal static byte[] RootOf(byte[] leaf, int index, int count, ReadOnlySpan<byte> path)
    {
        if (count == 1)
        {
            return leaf;
        }

        var split = Split(count);
        var beside = path[^HashBytes..];
        var below = path[..^HashBytes];
        return index < split
            ? Node(RootOf(leaf, index, split, below), beside)
            : Node(beside, RootOf(leaf, index - split, count - split, below));
    }

    private static byte[] Build(ReadOnlySpan<byte[]> leaves, Span<List<byte[]>> paths)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var split = Split(leaves.Length);
        var left = Build(leaves[..split], paths[..split]);
        var right = Build(leaves[split..], paths[split..]);
        foreach (var path in paths[..split])
        {
            path.Add(right);
        }

        foreach (var path in paths[split..])
        {
            path.Add(left);
        }

        return Node(left, right);
    }

    private static int Split(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)count) / 2;

    private static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * HashBytes)];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashBytes)..]);
        return SHA256.HashData(input);
    }
}
