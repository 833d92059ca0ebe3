using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// A node's identity: the 64-byte public point X‖Y of the network's 256-bit curve, shown as 128 lower-case
/// hex digits (the form of FISCO BCOS's <c>node.nodeid</c>). The ID is the key, so a signature verifies from it alone.
/// Ordered as an unsigned big-endian number.
/// </summary>
public sealed class NodeId : IEquatable<NodeId>, IComparable<NodeId>
{
    /// <summary>Length of the point X‖Y.</summary>
    public const int LengthBytes = 64;

    private const int ShortHexDigits = 12;

    private readonly byte[] _point;
    private readonly int _hash;

    private NodeId(byte[] point)
    {
        _point = point;
        _hash = MemoryMarshal.Read<int>(point);
    }

    /// <summary>The point X‖Y, big-endian coordinates.</summary>
    public ReadOnlySpan<byte> Point => _point;

    /// <summary>The first 8 bytes as a big-endian number: the reference to a node inside gossip digests.</summary>
    public ulong Reference => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(_point);

    /// <summary>The first 12 hex digits: for names and logs, never for decisions.</summary>
    public string ShortId => Convert.ToHexStringLower(_point, 0, ShortHexDigits / 2);

    /// <summary>Copies 64 bytes into an ID. The point is not checked to lie on a curve: the curve does that.</summary>
    /// <exception cref="ArgumentException">The length is not 64.</exception>
    public static NodeId FromPoint(ReadOnlySpan<byte> point) =>
        point.Length == LengthBytes
            ? new NodeId(point.ToArray())
            : throw new ArgumentException($"A node ID has {LengthBytes} bytes, not {point.Length}.", nameof(point));

    /// <summary>Reads 128 hex digits, either case.</summary>
    public static bool TryParse(string? hex, [NotNullWhen(true)] out NodeId? id)
    {
        id = null;
        if (hex is null || hex.Length != LengthBytes * 2)
        {
            return false;
        }

        var bytes = new byte[LengthBytes];
        if (Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        id = new NodeId(bytes);
        return true;
    }

    /// <inheritdoc />
    public bool Equals(NodeId? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _point.AsSpan().SequenceEqual(other._point));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NodeId);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;

    /// <inheritdoc />
    public int CompareTo(NodeId? other) => other is null ? 1 : _point.AsSpan().SequenceCompareTo(other._point);

    /// <summary>128 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_point);

    /// <summary>Same point.</summary>
    public static bool operator ==(NodeId? left, NodeId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Another point.</summary>
    public static bool operator !=(NodeId? left, NodeId? right) => !(left == right);

    /// <summary>Lower as an unsigned big-endian number.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>Higher as an unsigned big-endian number.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;
}
