using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>First byte of a message of this core.</summary>
internal enum MulticastKind : byte
{
    /// <summary>A publication, see <see cref="PublicationHeader"/>.</summary>
    Publication = PublicationHeader.Kind,

    /// <summary>u8 flags, then runs of ids that the sender holds, each with the sum of its fingerprints.</summary>
    Announce = 2,

    /// <summary>u8 0, then runs of ids that the sender wants.</summary>
    Want = 3,

    /// <summary>u8 0, then one run whose sum differs from ours: answered by a finer Announce, or by a Head for one id.</summary>
    Compare = 4,

    /// <summary>A signed head without its payload: evidence.</summary>
    Head = 5,

    /// <summary>The signed head of a large publication and the hashes of its chunks.</summary>
    Manifest = PublicationHeader.ManifestKind,

    /// <summary>One chunk of a large publication: see <see cref="ChunkWire"/>.</summary>
    Chunk = 7,

    /// <summary>Chunks that the sender wants.</summary>
    WantChunks = 8,
}

/// <summary>Bits of an announcement's flags.</summary>
[Flags]
internal enum IdFlags : byte
{
    None = 0,

    /// <summary>No push is on its way: ask at once.</summary>
    History = 1,
}

/// <summary>
/// Composes and reads runs of ids:
/// <code>
/// u8 kind, u8 flags, u16 origins
/// origins x (u64 reference, u64 epoch, u16 count, count x (u64 first seq, u32 count, in an Announce u64 sum))
/// </code>
/// </summary>
internal static class MulticastWire
{
    internal static ReadOnlyMemory<byte> Compose(MulticastKind kind, IdFlags flags, IReadOnlyCollection<OriginRanges> origins)
    {
        var writer = new WireWriter(4 + (origins.Count * 38));
        writer.WriteByte((byte)kind);
        writer.WriteByte((byte)flags);
        writer.WriteUInt16((ushort)origins.Count);
        foreach (var origin in origins)
        {
            writer.WriteUInt64(origin.OriginReference);
            writer.WriteUInt64(origin.Epoch);
            writer.WriteUInt16((ushort)origin.Ranges.Count);
            foreach (var range in origin.Ranges)
            {
                writer.WriteUInt64(range.First);
                writer.WriteUInt32(range.Count);
                if (kind == MulticastKind.Announce)
                {
                    writer.WriteUInt64(range.Sum);
                }
            }
        }

        return writer.Detach();
    }

    /// <summary>Reads at most <paramref name="maxRanges"/> runs; false for more and for any other form.</summary>
    internal static bool TryRead(ReadOnlyMemory<byte> message, int maxRanges, out IdFlags flags, [NotNullWhen(true)] out List<OriginRanges>? origins)
    {
        origins = null;
        flags = IdFlags.None;
        var reader = new WireReader(message);
        if (!reader.TryReadByte(out var kind) || !reader.TryReadByte(out var flagByte) || !reader.TryReadUInt16(out var count))
        {
            return false;
        }

        var read = new List<OriginRanges>();
        var left = maxRanges;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out var reference)
                || !reader.TryReadUInt64(out var epoch)
                || !reader.TryReadUInt16(out var ranges)
                || ranges > left
                || !TryReadRanges(ref reader, ranges, (MulticastKind)kind == MulticastKind.Announce, out var list))
            {
                return false;
            }

            left -= ranges;
            read.Add(new OriginRanges(reference, epoch, list));
        }

        flags = (IdFlags)flagByte;
        origins = read;
        return reader.RemainingBytes == 0;
    }

    private static bool TryReadRanges(ref WireReader reader, int count, bool hasSums, out List<SeqRange> ranges)
    {
        ranges = [];
        for (var i = 0; i < count; i++)
        {
            var sum = 0UL;
            if (!reader.TryReadUInt64(out var first)
                || !reader.TryReadUInt32(out var length)
                || (hasSums && !reader.TryReadUInt64(out sum))
                || length == 0
                || first > ulong.MaxValue - length)
            {
                return false;
            }

            ranges.Add(new SeqRange(first, length, sum));
        }

        return true;
    }
}
