using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// One node's state as it signed it; anybody may carry it.
/// <code>
/// 0   node       64 bytes
/// 64  epoch      u64
/// 72  seq        u64, from 1
/// 80  length     u32, bytes of the body
/// 84  body         its first byte is the section
/// ..  signature  64 bytes r‖s over network‖namespace‖node‖epoch‖seq‖body (texts with a u16 length)
/// </code>
/// </summary>
public sealed class SignedState
{
    /// <summary>Bytes around the body.</summary>
    public const int OverheadBytes = NodeId.LengthBytes + 8 + 8 + 4 + IdentityCurve.SignatureLengthBytes;

    private readonly byte[] _contentHash;

    // What is signed and the signature behind it, in one array: a network's states are most of what a node holds.
    private readonly ReadOnlyMemory<byte> _signed;

    // An empty body has no section; nobody decodes one.
    private SignedState(StateScope scope, NodeId node, ulong epoch, ulong seq, int bodyBytes, ReadOnlyMemory<byte> signed)
    {
        Scope = scope;
        Node = node;
        Epoch = epoch;
        Seq = seq;
        _signed = signed;
        Body = signed.Slice(signed.Length - IdentityCurve.SignatureLengthBytes - bodyBytes, bodyBytes);
        _contentHash = new byte[SHA256.HashSizeInBytes];
        SHA256.HashData(SignedData, _contentHash);
    }

    /// <summary>What the state belongs to.</summary>
    public StateScope Scope { get; }

    /// <summary>The owner.</summary>
    public NodeId Node { get; }

    /// <summary>Incarnation of the owner; a higher one wins whatever the seq.</summary>
    public ulong Epoch { get; }

    /// <summary>Count of the owner's changes of this section in this epoch.</summary>
    public ulong Seq { get; }

    /// <summary>Which part of the owner's state it is.</summary>
    public StateSection Section => Body.IsEmpty ? default : (StateSection)Body.Span[0];

    /// <summary>The encoded body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>64 bytes r‖s.</summary>
    public ReadOnlyMemory<byte> Signature => _signed[^IdentityCurve.SignatureLengthBytes..];

    /// <summary>SHA-256 of what is signed. It never covers the signature, of which one key can make many.</summary>
    public ReadOnlySpan<byte> ContentHash => _contentHash;

    /// <summary>
    /// The first 8 bytes of the hash as a big-endian number, so that the lower hash has the lower fingerprint: tells two
    /// contents apart in announcements and sums up in digests.
    /// </summary>
    public ulong Fingerprint => BinaryPrimitives.ReadUInt64BigEndian(_contentHash);

    /// <summary>Length on the wire.</summary>
    public int LengthBytes => OverheadBytes + Body.Length;

    /// <summary>Signs a state.</summary>
    public static SignedState Sign(StateScope scope, INodeKey key, ulong epoch, ulong seq, ReadOnlyMemory<byte> body)
    {
        var signed = scope.SignedData(key.Id, epoch, seq, body.Span, IdentityCurve.SignatureLengthBytes);
        key.Sign(scope.Context, signed.AsSpan(0, signed.Length - IdentityCurve.SignatureLengthBytes), signed.AsSpan(signed.Length - IdentityCurve.SignatureLengthBytes));
        return new SignedState(scope, key.Id, epoch, seq, body.Length, signed);
    }

    /// <summary>True when the owner signed it.</summary>
    public bool Verify(IdentityCurve curve) => curve.Verify(Node, Scope.Context, SignedData, Signature.Span);

    /// <summary>The signed form, as it travels: evidence that anybody can verify.</summary>
    public ReadOnlyMemory<byte> Encode()
    {
        var writer = new WireWriter(LengthBytes);
        Write(writer);
        return writer.Detach();
    }

    private ReadOnlySpan<byte> SignedData => _signed.Span[..^IdentityCurve.SignatureLengthBytes];

    internal StateVersion Version => new(Section, Node.Reference, Epoch, Seq, Fingerprint);

    internal void Write(WireWriter writer)
    {
        writer.WriteBytes(Node.Point);
        writer.WriteUInt64(Epoch);
        writer.WriteUInt64(Seq);
        writer.WriteUInt32((uint)Body.Length);
        writer.WriteBytes(Body.Span);
        writer.WriteBytes(Signature.Span);
    }

    // The body is copied out: a state lives for hours, the record that brought it for a moment.
    internal static bool TryRead(ref WireReader reader, StateScope scope, [NotNullWhen(true)] out SignedState? state)
    {
        state = null;
        if (!StateOnWire.TryRead(ref reader, scope, out var read))
        {
            return false;
        }

        state = Of(read, scope, NodeId.FromPoint(read.Point.Span));
        return true;
    }

    internal static SignedState Of(StateOnWire read, StateScope scope, NodeId node)
    {
        var signed = scope.SignedData(node, read.Epoch, read.Seq, read.BodyAndSignature.Span[..read.BodyBytes], IdentityCurve.SignatureLengthBytes);
        read.BodyAndSignature.Span[read.BodyBytes..].CopyTo(signed.AsSpan(signed.Length - IdentityCurve.SignatureLengthBytes));
        return new SignedState(scope, node, read.Epoch, read.Seq, read.BodyBytes, signed);
    }

    /// <summary>True when these are the same bytes.</summary>
    internal bool IsThis(StateOnWire read) =>
        read.Epoch == Epoch && read.Seq == Seq && read.BodyBytes == Body.Length
        && _signed.Span[^read.BodyAndSignature.Length..].SequenceEqual(read.BodyAndSignature.Span)
        && Node.Point.SequenceEqual(read.Point.Span);
}

/// <summary>A state as it lies in a message, before anything is copied or hashed.</summary>
internal readonly record struct StateOnWire(ReadOnlyMemory<byte> Point, ulong Epoch, ulong Seq, int BodyBytes, ReadOnlyMemory<byte> BodyAndSignature)
{
    internal StateKey Key => new(BinaryPrimitives.ReadUInt64BigEndian(Point.Span), Section);

    internal StateSection Section => (StateSection)BodyAndSignature.Span[0];

    /// <summary>False for what is cut short, and for a section that the scope does not have.</summary>
    internal static bool TryRead(ref WireReader reader, StateScope scope, out StateOnWire read)
    {
        read = default;
        if (!reader.TryReadBytes(NodeId.LengthBytes, out var point)
            || !reader.TryReadUInt64(out var epoch)
            || !reader.TryReadUInt64(out var seq)
            || !reader.TryReadUInt32(out var length)
            || length is 0 or > int.MaxValue - IdentityCurve.SignatureLengthBytes
            || !reader.TryReadBytes(length + IdentityCurve.SignatureLengthBytes, out var bodyAndSignature)
            || !scope.Has((StateSection)bodyAndSignature.Span[0]))
        {
            return false;
        }

        read = new StateOnWire(point, epoch, seq, (int)length, bodyAndSignature);
        return true;
    }
}
