using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Names a large message on the wire.</summary>
internal readonly record struct ShortId(ulong OriginReference, ulong Epoch, ulong Seq)
{
    internal static ShortId Of(MessageId id) => new(id.Origin.Reference, id.Epoch, id.Seq);
}

/// <summary>A run of chunks.</summary>
internal readonly record struct ChunkRun(uint First, uint Count);

/// <summary>
/// Chunks and questions for them:
/// <code>
/// Chunk       u8 7, u64 reference, u64 epoch, u64 seq, u32 index, the chunk
/// WantChunks  u8 8, u64 reference, u64 epoch, u64 seq, u16 count, count x (u32 first index, u32 how many)
/// </code>
/// </summary>
internal static class ChunkWire
{
    private const int ChunkHeadBytes = 29;

    internal static ReadOnlyMemory<byte> ComposeChunkHead(MessageId id, int index)
    {
        var writer = new WireWriter(ChunkHeadBytes);
        Write(writer, MulticastKind.Chunk, ShortId.Of(id));
        writer.WriteUInt32((uint)index);
        return writer.Detach();
    }

    internal static bool TryReadChunk(ReadOnlyMemory<byte> message, out ShortId id, out uint index, out ReadOnlyMemory<byte> data)
    {
        var reader = new WireReader(message);
        index = 0;
        data = default;
        if (!TryRead(ref reader, out id) || !reader.TryReadUInt32(out index))
        {
            return false;
        }

        data = reader.Rest;
        return true;
    }

    internal static ReadOnlyMemory<byte> ComposeWant(MessageId id, IReadOnlyList<ChunkRun> runs)
    {
        var writer = new WireWriter(27 + (runs.Count * 8));
        Write(writer, MulticastKind.WantChunks, ShortId.Of(id));
        writer.WriteUInt16((ushort)runs.Count);
        foreach (var run in runs)
        {
            writer.WriteUInt32(run.First);
            writer.WriteUInt32(run.Count);
        }

        return writer.Detach();
    }

    internal static bool TryReadWant(ReadOnlyMemory<byte> message, out ShortId id, out List<ChunkRun> runs)
    {
        var reader = new WireReader(message);
        runs = [];
        if (!TryRead(ref reader, out id) || !reader.TryReadUInt16(out var count))
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt32(out var first) || !reader.TryReadUInt32(out var length))
            {
                return false;
            }

            runs.Add(new ChunkRun(first, length));
        }

        return reader.RemainingBytes == 0;
    }

    private static void Write(WireWriter writer, MulticastKind kind, ShortId id)
    {
        writer.WriteByte((byte)kind);
        writer.WriteUInt64(id.OriginReference);
        writer.WriteUInt64(id.Epoch);
        writer.WriteUInt64(id.Seq);
    }

    private static bool TryRead(ref WireReader reader, out ShortId id)
    {
        id = default;
        if (!reader.TryReadByte(out _)
            || !reader.TryReadUInt64(out var reference)
            || !reader.TryReadUInt64(out var epoch)
            || !reader.TryReadUInt64(out var seq))
        {
            return false;
        }

        id = new ShortId(reference, epoch, seq);
        return true;
    }
}
