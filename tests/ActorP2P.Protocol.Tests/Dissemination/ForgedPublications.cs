using System.Buffers.Binary;
using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>Messages as a lying member writes them.</summary>
internal static class ForgedPublications
{
    internal static ReadOnlyMemory<byte> MessageOf(
        int origin,
        ulong seq,
        byte[] payload,
        PublicationScope? scope = null,
        ulong epoch = 1,
        ulong floor = 1,
        Lane lane = Lane.Gossip)
    {
        var header = TestPublication.Sign(
            scope ?? new PublicationScope("net", "ns"),
            SimulatedCurve.Key(origin),
            new MessageId(SimulatedCurve.IdOf(origin), epoch, seq),
            floor,
            lane,
            topic: null,
            "type",
            payload);
        return header.Bytes.ToArray().Concat(payload).ToArray();
    }

    internal static byte[] AnnouncementOf(int origin, ulong first, uint count, ulong sum = 0) =>
        [2, 0, 1, 0, .. RangeBytes(origin, first, count), .. BitConverter.GetBytes(sum)];

    internal static byte[] RangeBytes(int origin, ulong first, uint count)
    {
        var bytes = new byte[30];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SimulatedCurve.IdOf(origin).Reference);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(18), first);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(26), count);
        return bytes;
    }
}
