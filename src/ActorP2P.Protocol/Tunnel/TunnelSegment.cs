using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>
/// A piece of the stream between two nodes without a link, and what the sender has received of the other direction.
/// <code>
/// u8 flags (1 = data, 2 = data and the last), u64 number, u64 next, u64 later, u8 room, data
/// </code>
/// </summary>
/// <param name="Flags">Whether there is data; a segment without any is an acknowledgement.</param>
/// <param name="Number">Position in the stream, from 0 without gaps; 0 without data.</param>
/// <param name="Next">The first position not received of the other direction.</param>
/// <param name="Later">Bit i is set when position <c>Next + 1 + i</c> was received.</param>
/// <param name="Room">Segments behind <paramref name="Next"/> that are taken now; 0 asks to wait.</param>
/// <param name="Data">Bytes of the stream.</param>
internal readonly record struct TunnelSegment(TunnelSegmentFlags Flags, ulong Number, ulong Next, ulong Later, byte Room, ReadOnlyMemory<byte> Data)
{
    public const int HeaderLengthBytes = 1 + 8 + 8 + 8 + 1;

    public bool HasData => Flags != TunnelSegmentFlags.None;

    public byte[] Encode()
    {
        var writer = new WireWriter(HeaderLengthBytes + Data.Length);
        writer.WriteByte((byte)Flags);
        writer.WriteUInt64(Number);
        writer.WriteUInt64(Next);
        writer.WriteUInt64(Later);
        writer.WriteByte(Room);
        writer.WriteBytes(Data.Span);
        return writer.Span.ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out TunnelSegment segment)
    {
        segment = default;
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var flags) || flags > (byte)TunnelSegmentFlags.Last
            || !reader.TryReadUInt64(out var number)
            || !reader.TryReadUInt64(out var next)
            || !reader.TryReadUInt64(out var later)
            || !reader.TryReadByte(out var room)
            || reader.RemainingBytes > (flags == 0 ? 0 : TunnelStream.MaxSegmentBytes))
        {
            return false;
        }

        segment = new TunnelSegment((TunnelSegmentFlags)flags, number, next, later, room, reader.Rest);
        return true;
    }
}

/// <summary>What a segment carries.</summary>
internal enum TunnelSegmentFlags : byte
{
    /// <summary>Nothing but an acknowledgement.</summary>
    None = 0,

    /// <summary>Bytes of the stream.</summary>
    Data = 1,

    /// <summary>The last bytes; nothing follows.</summary>
    Last = 2,
}
