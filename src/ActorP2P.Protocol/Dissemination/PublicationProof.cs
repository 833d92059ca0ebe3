using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>How an origin signs.</summary>
internal enum SignatureKind : byte
{
    /// <summary>Nothing follows: only where the namespace does without origin signatures.</summary>
    None = 0,

    /// <summary>64 bytes r‖s over one head.</summary>
    Single = 1,

    /// <summary>u8 count, u8 index, 64 bytes r‖s over the root of a flush, then the path of this head: see <see cref="FlushTree"/>.</summary>
    Flush = 2,
}

/// <summary>
/// Signs and verifies the heads of publications. One signature covers a flush, and the root of a flush that verified is
/// remembered, so of many messages published together a relay pays for one signature and some hashes.
/// </summary>
internal sealed class PublicationProof(PublicationScope scope, IdentityCurve curve, bool isSigned)
{
    private const int SingleBytes = 1 + IdentityCurve.SignatureLengthBytes;
    private const int FlushFixedBytes = 1 + 2 + IdentityCurve.SignatureLengthBytes;

    // Flushes of one origin overlap only while they are under way.
    private const int RootsPerOrigin = 8;

    private readonly Dictionary<NodeId, Queue<VerifiedRoot>> _roots = [];

    /// <summary>Signatures checked: the roots remembered cost none.</summary>
    internal long SignaturesChecked { get; private set; }

    /// <summary>Longest signature block.</summary>
    internal static int MaxBlockBytes => FlushFixedBytes + (FlushTree.PathLength(0, FlushTree.MaxLeaves) * FlushTree.HashBytes);

    /// <summary>Signs drafts of one origin, at most <see cref="FlushTree.MaxLeaves"/>, with one signature.</summary>
    internal PublicationHeader[] Sign(INodeKey key, IReadOnlyList<PublicationDraft> drafts)
    {
        if (!isSigned)
        {
            return [.. drafts.Select(static draft => draft.Complete([(byte)SignatureKind.None]))];
        }

        if (drafts.Count == 1)
        {
            var block = new byte[SingleBytes];
            block[0] = (byte)SignatureKind.Single;
            key.Sign(SignatureContext.Publication, drafts[0].SignedData(scope), block.AsSpan(1));
            return [drafts[0].Complete(block)];
        }

        var (root, paths) = FlushTree.Build([.. drafts.Select(draft => FlushTree.Leaf(draft.SignedData(scope)))]);
        Span<byte> signature = stackalloc byte[IdentityCurve.SignatureLengthBytes];
        key.Sign(SignatureContext.Publication, RootData(root, drafts.Count), signature);
        var headers = new PublicationHeader[drafts.Count];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = drafts[i].Complete(FlushBlock(paths[i], i, drafts.Count, signature));
        }

        return headers;
    }

    /// <summary>True when the head names this payload, or this manifest of a large one, and the origin signed the head.</summary>
    internal bool Verify(PublicationHeader header, ReadOnlySpan<byte> hashed) => IsNamed(header, hashed) && VerifyHead(header);

    /// <summary>True when the head names this payload or manifest, whoever made the head.</summary>
    internal static bool IsNamed(PublicationHeader header, ReadOnlySpan<byte> hashed)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed, hash);
        return hash.SequenceEqual(header.PayloadHash);
    }

    /// <summary>True when the origin signed the head.</summary>
    internal bool VerifyHead(PublicationHeader header)
    {
        var block = header.SignatureBlock;
        switch ((SignatureKind)block[0])
        {
            case SignatureKind.None:
                return !isSigned && block.Length == 1;
            case SignatureKind.Single when block.Length == SingleBytes:
                SignaturesChecked++;
                return curve.Verify(header.Id.Origin, SignatureContext.Publication, header.SignedData(scope), block[1..]);
            case SignatureKind.Flush when block.Length >= FlushFixedBytes:
                return VerifyFlush(header, block);
            default:
                return false;
        }
    }

    /// <summary>The first 8 bytes of the hash of what is signed: tells two contents under one id apart, and covers no signature.</summary>
    internal ulong Fingerprint(PublicationHeader header) => BinaryPrimitives.ReadUInt64LittleEndian(header.ContentHash(scope));

    private static byte[] FlushBlock(List<byte[]> path, int index, int count, ReadOnlySpan<byte> signature)
    {
        var block = new byte[FlushFixedBytes + (path.Count * FlushTree.HashBytes)];
        block[0] = (byte)SignatureKind.Flush;
        block[1] = (byte)count;
        block[2] = (byte)index;
        signature.CopyTo(block.AsSpan(3));
        for (var i = 0; i < path.Count; i++)
        {
            path[i].CopyTo(block, FlushFixedBytes + (i * FlushTree.HashBytes));
        }

        return block;
    }

    private bool VerifyFlush(PublicationHeader header, ReadOnlySpan<byte> block)
    {
        var (count, index) = (block[1], block[2]);
        if (count is < 2 or > FlushTree.MaxLeaves
            || index >= count
            || block.Length != FlushFixedBytes + (FlushTree.PathLength(index, count) * FlushTree.HashBytes))
        {
            return false;
        }

        var root = new VerifiedRoot(
            FlushTree.RootOf(header.ContentHash(scope), index, count, block[FlushFixedBytes..]),
            block.Slice(3, IdentityCurve.SignatureLengthBytes).ToArray());
        if (!_roots.TryGetValue(header.Id.Origin, out var roots))
        {
            roots = [];
        }

        // The signature is compared too: one that others will refuse must not pass for one that verified.
        if (roots.Any(root.IsSame))
        {
            return true;
        }

        SignaturesChecked++;
        if (!curve.Verify(header.Id.Origin, SignatureContext.Publication, RootData(root.Root, count), root.Signature))
        {
            return false;
        }

        if (roots.Count == RootsPerOrigin)
        {
            roots.Dequeue();
        }

        roots.Enqueue(root);
        _roots[header.Id.Origin] = roots;
        return true;
    }

    // A head's first byte is signed as 0, so no head can pass for a root.
    private byte[] RootData(byte[] root, int count) => [.. scope.Prefix.Span, (byte)SignatureKind.Flush, (byte)count, .. root];

    private sealed record VerifiedRoot(byte[] Root, byte[] Signature)
    {
        internal bool IsSame(VerifiedRoot other) => Root.AsSpan().SequenceEqual(other.Root) && Signature.AsSpan().SequenceEqual(other.Signature);
    }
}
