using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>A head that is not signed yet.</summary>
internal sealed class PublicationDraft
{
    private readonly byte[] _front;

    internal PublicationDraft(MessageId id, ulong floor, Lane lane, string? topic, string type, ReadOnlyMemory<byte> payload)
    {
        (Id, Topic, Type, Payload) = (id, topic, type, payload);
        Manifest = LargePayload.IsLarge(payload.Length) ? LargePayload.Manifest(payload.Span) : default(ReadOnlyMemory<byte>);
        var topicBytes = topic is null ? [] : Encoding.UTF8.GetBytes(topic);
        var typeBytes = Encoding.UTF8.GetBytes(type);
        _front = new byte[PublicationHeader.FixedBytes + topicBytes.Length + typeBytes.Length];
        _front[1] = (byte)lane;
        BinaryPrimitives.WriteUInt16LittleEndian(_front.AsSpan(2), topic is null ? PublicationHeader.BroadcastTopic : (ushort)topicBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_front.AsSpan(4), (ushort)typeBytes.Length);
        id.Origin.Point.CopyTo(_front.AsSpan(8));
        BinaryPrimitives.WriteUInt64LittleEndian(_front.AsSpan(72), id.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(_front.AsSpan(80), id.Seq);
        BinaryPrimitives.WriteUInt64LittleEndian(_front.AsSpan(88), floor);
        BinaryPrimitives.WriteUInt32LittleEndian(_front.AsSpan(96), (uint)payload.Length);
        SHA256.HashData((Manifest.IsEmpty ? payload : Manifest).Span, _front.AsSpan(100));
        topicBytes.CopyTo(_front, PublicationHeader.FixedBytes);
        typeBytes.CopyTo(_front, PublicationHeader.FixedBytes + topicBytes.Length);
    }

    internal MessageId Id { get; }

    internal string? Topic { get; }

    internal string Type { get; }

    internal ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Hashes of the chunks of a large payload, else empty.</summary>
    internal ReadOnlyMemory<byte> Manifest { get; }

    /// <summary>Length of a head with the longest signature block.</summary>
    internal static int MaxLength(string? topic, string type) =>
        PublicationHeader.FixedBytes + (topic is null ? 0 : Encoding.UTF8.GetByteCount(topic)) + Encoding.UTF8.GetByteCount(type) + PublicationProof.MaxBlockBytes;

    /// <summary>What the origin signs: kind and length of the signature block are still 0 here.</summary>
    internal byte[] SignedData(PublicationScope scope) => [.. scope.Prefix.Span, .. _front];

    /// <summary>The head with its signature block.</summary>
    internal PublicationHeader Complete(ReadOnlySpan<byte> block)
    {
        var head = new byte[_front.Length + block.Length];
        _front.CopyTo(head, 0);
        head[0] = Manifest.IsEmpty ? PublicationHeader.Kind : PublicationHeader.ManifestKind;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), (ushort)block.Length);
        block.CopyTo(head.AsSpan(_front.Length));
        return new PublicationHeader(head, _front.Length, Id, Topic, Type);
    }
}
