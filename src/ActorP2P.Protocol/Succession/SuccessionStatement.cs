using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Succession;

/// <summary>
/// Both keys of a node say that one takes the place of the other: who addressed the predecessor means the successor.
/// It moves addresses and nothing else; whether the successor is a member says its own certificate. docs/protocol.md has the bytes.
/// </summary>
public sealed class SuccessionStatement : IEquatable<SuccessionStatement>
{
    /// <summary>Length of the encoded form.</summary>
    public const int LengthBytes = UnsignedLengthBytes + (2 * IdentityCurve.SignatureLengthBytes);

    private const byte Version = 1;
    private const int HashLengthBytes = 32;
    private const int UnsignedLengthBytes = 1 + (2 * NodeId.LengthBytes) + HashLengthBytes + (3 * sizeof(ulong));

    private readonly ReadOnlyMemory<byte> _encoded;

    private SuccessionStatement(ReadOnlyMemory<byte> encoded, NodeId predecessor, NodeId successor, ulong epoch, DateTimeOffset issued, DateTimeOffset ends)
    {
        _encoded = encoded;
        Predecessor = predecessor;
        Successor = successor;
        Epoch = epoch;
        Issued = issued;
        Ends = ends;
    }

    /// <summary>The ID that is given up.</summary>
    public NodeId Predecessor { get; }

    /// <summary>The ID that takes its place.</summary>
    public NodeId Successor { get; }

    /// <summary>Name of the successor's certificate chain: the SHA-256 of its encoded form, 32 bytes.</summary>
    public ReadOnlyMemory<byte> ChainHash => _encoded.Slice(1 + (2 * NodeId.LengthBytes), HashLengthBytes);

    /// <summary>The incarnation in which it happened: one process was the one and is the other.</summary>
    public ulong Epoch { get; }

    /// <summary>When both keys signed, by the clock of their node.</summary>
    public DateTimeOffset Issued { get; }

    /// <summary>From when on the predecessor means nobody, by its own word; a receiver may end it earlier.</summary>
    public DateTimeOffset Ends { get; }

    /// <summary>The form that travels.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>Makes a statement.</summary>
    /// <param name="networkId">The network: it is signed and not sent.</param>
    /// <param name="predecessor">The key that is given up.</param>
    /// <param name="successor">The key that takes its place.</param>
    /// <param name="chainHash">Name of the successor's chain, 32 bytes.</param>
    /// <param name="epoch">The node's present incarnation.</param>
    /// <param name="issued">The present; milliseconds count.</param>
    /// <param name="ends">From when on the predecessor means nobody; milliseconds count.</param>
    /// <exception cref="ArgumentException">The two keys are one, or the hash has another length.</exception>
    public static SuccessionStatement Sign(
        string networkId, INodeKey predecessor, INodeKey successor, ReadOnlySpan<byte> chainHash, ulong epoch, DateTimeOffset issued, DateTimeOffset ends)
    {
        if (predecessor.Id == successor.Id || chainHash.Length != HashLengthBytes)
        {
            throw new ArgumentException("A succession has two keys, and the successor's chain a name of 32 bytes.");
        }

        var writer = new WireWriter(LengthBytes);
        writer.WriteByte(Version);
        writer.WriteBytes(predecessor.Id.Point);
        writer.WriteBytes(successor.Id.Point);
        writer.WriteBytes(chainHash);
        writer.WriteUInt64(epoch);
        writer.WriteUInt64((ulong)issued.ToUnixTimeMilliseconds());
        writer.WriteUInt64((ulong)ends.ToUnixTimeMilliseconds());
        var signed = SignedData(networkId, writer.Span);
        Span<byte> signature = stackalloc byte[IdentityCurve.SignatureLengthBytes];
        predecessor.Sign(SignatureContext.SuccessionPredecessor, signed.Span, signature);
        writer.WriteBytes(signature);
        successor.Sign(SignatureContext.SuccessionSuccessor, signed.Span, signature);
        writer.WriteBytes(signature);
        return TryDecode(writer.Detach(), out var statement)
            ? statement
            : throw new ArgumentException("The times of a succession are within the years 1970 to 9999.", nameof(issued));
    }

    /// <summary>Reads the encoded form, which is copied; the signatures are not looked at.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, [NotNullWhen(true)] out SuccessionStatement? statement)
    {
        statement = null;
        if (encoded.Length != LengthBytes)
        {
            return false;
        }

        ReadOnlyMemory<byte> kept = encoded.ToArray();
        var reader = new WireReader(kept);
        _ = reader.TryReadByte(out var version);
        _ = reader.TryReadBytes(NodeId.LengthBytes, out var predecessor);
        _ = reader.TryReadBytes(NodeId.LengthBytes, out var successor);
        _ = reader.TryReadBytes(HashLengthBytes, out _);
        _ = reader.TryReadUInt64(out var epoch);
        _ = reader.TryReadUInt64(out var issuedMs);
        _ = reader.TryReadUInt64(out var endsMs);
        if (version != Version || predecessor.Span.SequenceEqual(successor.Span) || !TryTime(issuedMs, out var issued) || !TryTime(endsMs, out var ends))
        {
            return false;
        }

        statement = new SuccessionStatement(kept, NodeId.FromPoint(predecessor.Span), NodeId.FromPoint(successor.Span), epoch, issued, ends);
        return true;
    }

    /// <summary>Whether both keys signed it, for this network.</summary>
    public bool Verify(string networkId, IdentityCurve curve)
    {
        var signed = SignedData(networkId, _encoded.Span[..UnsignedLengthBytes]);
        var signatures = _encoded.Span[UnsignedLengthBytes..];
        return curve.Verify(Predecessor, SignatureContext.SuccessionPredecessor, signed.Span, signatures[..IdentityCurve.SignatureLengthBytes])
            && curve.Verify(Successor, SignatureContext.SuccessionSuccessor, signed.Span, signatures[IdentityCurve.SignatureLengthBytes..]);
    }

    /// <inheritdoc />
    public bool Equals(SuccessionStatement? other) => other is not null && _encoded.Span.SequenceEqual(other._encoded.Span);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SuccessionStatement);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Predecessor, Successor, Issued);

    /// <summary>Both short IDs.</summary>
    public override string ToString() => $"{Predecessor.ShortId} is succeeded by {Successor.ShortId}";

    private static bool TryTime(ulong unixMs, out DateTimeOffset time)
    {
        var isTime = unixMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        time = isTime ? DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs) : default;
        return isTime;
    }

    private static ReadOnlyMemory<byte> SignedData(string networkId, ReadOnlySpan<byte> unsigned)
    {
        var writer = new WireWriter(64 + unsigned.Length);
        writer.WriteText(networkId);
        writer.WriteBytes(unsigned);
        return writer.Detach();
    }
}
