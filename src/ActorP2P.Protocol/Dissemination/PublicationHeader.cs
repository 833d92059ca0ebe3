using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// The signed head of a publication. The payload follows it directly.
/// <code>
/// 0    u8   kind            1, or 6 above 131,072 bytes of payload
/// 1    u8   lane            chosen by the origin; every relay keeps it
/// 2    u16  topic length    65,535 = broadcast
/// 4    u16  type length
/// 6    u16  signature block length
/// 8    64   origin
/// 72   u64  epoch
/// 80   u64  seq
/// 88   u64  floor           lowest seq that the origin still retains, at most seq
/// 96   u32  payload length
/// 100  32   SHA-256 of the payload, or of the manifest
/// 132  topic, type          UTF-8
/// ..   signature block      u8 SignatureKind, then what belongs to it
/// </code>
/// Signed are network and namespace (each a text with u16 length) and then all of the above before the
/// signature block, but for byte 0 and the length of the signature block, which are taken as 0.
/// </summary>
public sealed class PublicationHeader
{
    internal const byte Kind = 1;
    internal const byte ManifestKind = 6;
    internal const int FixedBytes = 132;
    internal const ushort BroadcastTopic = ushort.MaxValue;

    private readonly ReadOnlyMemory<byte> _head;
    private readonly int _unsignedFrom;
    private byte[]? _contentHash;

    internal PublicationHeader(ReadOnlyMemory<byte> head, int unsignedFrom, MessageId id, string? topic, string type)
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

    /// <summary>SHA-256 of the payload, or of a large one's manifest.</summary>
    public ReadOnlySpan<byte> PayloadHash => _head.Span.Slice(100, SHA256.HashSizeInBytes);

    /// <summary>The encoded head with its signature: the evidence in an equivocation.</summary>
    public ReadOnlyMemory<byte> Bytes => _head;

    /// <summary>Kind of signature and what belongs to it; at least one byte.</summary>
    internal ReadOnlySpan<byte> SignatureBlock => _head.Span[_unsignedFrom..];

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
        if (TryReadFront(message, maxTopicBytes, maxTypeBytes, out header, out payload)
            && payload.Length == header.PayloadLengthBytes
            && !LargePayload.IsLarge(payload.Length))
        {
            return true;
        }

        header = null;
        return false;
    }

    /// <summary>Reads the head of a large publication and its manifest, of exactly the length that the payload needs.</summary>
    internal static bool TryReadManifest(
        ReadOnlyMemory<byte> message,
        int maxTopicBytes,
        int maxTypeBytes,
        long maxPayloadBytes,
        [NotNullWhen(true)] out PublicationHeader? header,
        out ReadOnlyMemory<byte> manifest)
    {
        if (TryReadFront(message, maxTopicBytes, maxTypeBytes, out header, out manifest)
            && LargePayload.IsLarge(header.PayloadLengthBytes)
            && header.PayloadLengthBytes <= maxPayloadBytes
            && manifest.Length == LargePayload.CountChunks(header.PayloadLengthBytes) * SHA256.HashSizeInBytes)
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

    /// <summary>What the origin signs.</summary>
    internal byte[] SignedData(PublicationScope scope)
    {
        var data = new byte[scope.Prefix.Length + _unsignedFrom];
        scope.Prefix.Span.CopyTo(data);
        var head = data.AsSpan(scope.Prefix.Length);
        _head.Span[.._unsignedFrom].CopyTo(head);
        head[0] = 0;
        head[6..8].Clear();
        return data;
    }

    /// <summary>The leaf hash of what is signed.</summary>
    internal byte[] ContentHash(PublicationScope scope) => _contentHash ??= FlushTree.Leaf(SignedData(scope));

    /// <summary>The same content: everything that is signed is equal. A signature may differ, one key can make many.</summary>
    internal bool HasSameContent(PublicationHeader other) =>
        _head.Span[1..6].SequenceEqual(other._head.Span[1..6])
        && _head.Span[8.._unsignedFrom].SequenceEqual(other._head.Span[8..other._unsignedFrom]);

    private static bool IsPayloadLane(Lane lane) => lane is > Lane.Control and <= Lane.Bulk;
}
