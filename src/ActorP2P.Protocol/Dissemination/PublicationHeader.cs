using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>How an origin signs.</summary>
internal enum SignatureKind : byte
{
    /// <summary>One signature over one header.</summary>
    Single = 1,

    /// <summary>One signature over a list of header hashes; reserved, refused by this version.</summary>
    HashList = 2,
}

/// <summary>
/// The signed head of a publication. The payload follows it directly.
/// <code>
/// 0    u8   kind            1
/// 1    u8   lane            chosen by the origin; every relay keeps it
/// 2    u16  topic length    65,535 = broadcast
/// 4    u16  type length
/// 6    u16  signature block length
/// 8    64   origin
/// 72   u64  epoch
/// 80   u64  seq
/// 88   u64  floor           lowest seq that the origin still retains, at most seq
/// 96   u32  payload length
/// 100  32   SHA-256 of the payload
/// 132  topic, type          UTF-8
/// ..   signature block      u8 SignatureKind, then 64 bytes r‖s
/// </code>
/// Signed are network and namespace (each a text with u16 length) and then all of the above before the
/// signature block, but for byte 0 and the length of the signature block, which are taken as 0.
/// </summary>
public sealed class PublicationHeader
{
    internal const byte Kind = 1;
    private const int FixedBytes = 132;
    private const int SingleSignatureBytes = 1 + IdentityCurve.SignatureLengthBytes;
    private const ushort BroadcastTopic = ushort.MaxValue;

    private readonly ReadOnlyMemory<byte> _head;
    private readonly int _unsignedFrom;
    private ulong? _fingerprint;

    private PublicationHeader(ReadOnlyMemory<byte> head, int unsignedFrom, MessageId id, string? topic, string type)
    {
        _head = head;
        _unsignedFrom = unsignedFrom;
        Id = id;
        Topic = topic;
        Type = type;
    }

    /// <summary>The message's name.</summary>
    public MessageId Id { get; }

    /// <summary>Lowest seq that the origin retains.</summary>
    public ulong Floor => BinaryPrimitives.ReadUInt64LittleEndian(_head.Span[88..]);

    /// <summary>Null for a broadcast.</summary>
    public string? Topic { get; }

    /// <summary>Message type: names the module.</summary>
    public string Type { get; }

    /// <summary>Lane on every link.</summary>
    public Lane Lane => (Lane)_head.Span[1];

    /// <summary>Length of the payload.</summary>
    public int PayloadLengthBytes => (int)BinaryPrimitives.ReadUInt32LittleEndian(_head.Span[96..]);

    /// <summary>SHA-256 of the payload.</summary>
    public ReadOnlySpan<byte> PayloadHash => _head.Span.Slice(100, SHA256.HashSizeInBytes);

    /// <summary>The encoded head with its signature: the evidence in an equivocation.</summary>
    public ReadOnlyMemory<byte> Bytes => _head;

    /// <summary>Length of a signed head.</summary>
    internal static int LengthOf(string? topic, string type) =>
        FixedBytes + (topic is null ? 0 : Encoding.UTF8.GetByteCount(topic)) + Encoding.UTF8.GetByteCount(type) + SingleSignatureBytes;

    /// <summary>Composes and signs a head.</summary>
    internal static PublicationHeader Sign(
        PublicationScope scope,
        INodeKey key,
        MessageId id,
        ulong floor,
        Lane lane,
        string? topic,
        string type,
        ReadOnlySpan<byte> payload)
    {
        var topicBytes = topic is null ? [] : Encoding.UTF8.GetBytes(topic);
        var typeBytes = Encoding.UTF8.GetBytes(type);
        var unsignedFrom = FixedBytes + topicBytes.Length + typeBytes.Length;
        var head = new byte[unsignedFrom + SingleSignatureBytes];
        head[0] = Kind;
        head[1] = (byte)lane;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(2), topic is null ? BroadcastTopic : (ushort)topicBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(4), (ushort)typeBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), SingleSignatureBytes);
        id.Origin.Point.CopyTo(head.AsSpan(8));
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(72), id.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(80), id.Seq);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(88), floor);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(96), (uint)payload.Length);
        SHA256.HashData(payload, head.AsSpan(100));
        topicBytes.CopyTo(head, FixedBytes);
        typeBytes.CopyTo(head, FixedBytes + topicBytes.Length);
        head[unsignedFrom] = (byte)SignatureKind.Single;
        var header = new PublicationHeader(head, unsignedFrom, id, topic, type);
        key.Sign(SignatureContext.Publication, header.SignedData(scope), head.AsSpan(unsignedFrom + 1));
        return header;
    }

    /// <summary>Reads a head off the front of a message and judges its form: lengths, lane, floor, texts.</summary>
    /// <param name="message">Head and payload.</param>
    /// <param name="maxTopicBytes">Longest topic.</param>
    /// <param name="maxTypeBytes">Longest type.</param>
    /// <param name="header">The head; it refers to the message's own bytes.</param>
    /// <param name="payload">The rest, of exactly the declared length.</param>
    internal static bool TryRead(
        ReadOnlyMemory<byte> message,
        int maxTopicBytes,
        int maxTypeBytes,
        [NotNullWhen(true)] out PublicationHeader? header,
        out ReadOnlyMemory<byte> payload)
    {
        if (TryReadFront(message, maxTopicBytes, maxTypeBytes, out header, out payload) && payload.Length == header.PayloadLengthBytes)
        {
            return true;
        }

        header = null;
        return false;
    }

    /// <summary>Reads a head that comes without its payload.</summary>
    internal static bool TryReadHead(ReadOnlyMemory<byte> bytes, int maxTopicBytes, int maxTypeBytes, [NotNullWhen(true)] out PublicationHeader? header)
    {
        if (TryReadFront(bytes, maxTopicBytes, maxTypeBytes, out header, out var rest) && rest.IsEmpty)
        {
            return true;
        }

        header = null;
        return false;
    }

    private static bool TryReadFront(
        ReadOnlyMemory<byte> message,
        int maxTopicBytes,
        int maxTypeBytes,
        [NotNullWhen(true)] out PublicationHeader? header,
        out ReadOnlyMemory<byte> payload)
    {
        header = null;
        payload = default;
        var reader = new WireReader(message);
        if (!reader.TryReadBytes(FixedBytes, out var fixedPart))
        {
            return false;
        }

        var span = fixedPart.Span;
        var topicLength = BinaryPrimitives.ReadUInt16LittleEndian(span[2..]);
        var isBroadcast = topicLength == BroadcastTopic;
        var typeLength = BinaryPrimitives.ReadUInt16LittleEndian(span[4..]);
        string? topic = null;
        if ((!isBroadcast && (topicLength > maxTopicBytes || !reader.TryReadUtf8(topicLength, out topic)))
            || typeLength > maxTypeBytes
            || !reader.TryReadUtf8(typeLength, out var type)
            || !reader.TryReadBytes(BinaryPrimitives.ReadUInt16LittleEndian(span[6..]), out var block)
            || block.Length < 1)
        {
            return false;
        }

        var id = new MessageId(
            NodeId.FromPoint(span.Slice(8, NodeId.LengthBytes)),
            BinaryPrimitives.ReadUInt64LittleEndian(span[72..]),
            BinaryPrimitives.ReadUInt64LittleEndian(span[80..]));
        var head = message[..^reader.RemainingBytes];
        var read = new PublicationHeader(head, head.Length - block.Length, id, topic, type);
        payload = reader.Rest;
        if (read.Floor > id.Seq || !IsPayloadLane(read.Lane))
        {
            return false;
        }

        header = read;
        return true;
    }

    /// <summary>True when the payload is the signed one and the origin signed the head.</summary>
    internal bool Verify(PublicationScope scope, IdentityCurve curve, ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return hash.SequenceEqual(PayloadHash) && VerifyHead(scope, curve);
    }

    /// <summary>True when the origin signed the head.</summary>
    internal bool VerifyHead(PublicationScope scope, IdentityCurve curve)
    {
        var block = _head.Span[_unsignedFrom..];
        return block.Length == SingleSignatureBytes
            && block[0] == (byte)SignatureKind.Single
            && curve.Verify(Id.Origin, SignatureContext.Publication, SignedData(scope), block[1..]);
    }

    /// <summary>The first 8 bytes of the SHA-256 of what is signed: tells two contents under one id apart, and covers no signature.</summary>
    internal ulong Fingerprint(PublicationScope scope) =>
        _fingerprint ??= BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(SignedData(scope)));

    /// <summary>The same content: everything that is signed is equal. A signature may differ, one key can make many.</summary>
    internal bool HasSameContent(PublicationHeader other) =>
        _head.Span[1..6].SequenceEqual(other._head.Span[1..6])
        && _head.Span[8.._unsignedFrom].SequenceEqual(other._head.Span[8..other._unsignedFrom]);

    private static bool IsPayloadLane(Lane lane) => lane is > Lane.Control and <= Lane.Bulk;

    private byte[] SignedData(PublicationScope scope)
    {
        var data = new byte[scope.Prefix.Length + _unsignedFrom];
        scope.Prefix.Span.CopyTo(data);
        var head = data.AsSpan(scope.Prefix.Length);
        _head.Span[.._unsignedFrom].CopyTo(head);
        head[0] = 0;
        head[6..8].Clear();
        return data;
    }
}
