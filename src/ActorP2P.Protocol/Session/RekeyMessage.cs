using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Session;

/// <summary>What a session's own record says. The number is its first byte.</summary>
internal enum RekeyMessageKind : byte
{
    /// <summary>A one-time key for the generation.</summary>
    Share = 1,

    /// <summary>The sender can open the generation.</summary>
    Ready = 2,

    /// <summary>From these counters on the sender seals with the generation; the first record that does.</summary>
    Switched = 3,
}

/// <summary>
/// The plaintext of a record with the Rekey flag.
/// <code>
/// u8 kind, u32 generation, then
/// Share     64 bytes X‖Y
/// Ready     nothing
/// Switched  u64 for each lane, from control on
/// </code>
/// </summary>
internal readonly record struct RekeyMessage(RekeyMessageKind Kind, uint Generation, NodeId? Point, IReadOnlyList<ulong>? Counters)
{
    private const int HeaderBytes = 1 + sizeof(uint);

    public static RekeyMessage Share(uint generation, NodeId point) => new(RekeyMessageKind.Share, generation, point, null);

    public static RekeyMessage Ready(uint generation) => new(RekeyMessageKind.Ready, generation, null, null);

    public static RekeyMessage Switched(uint generation, IReadOnlyList<ulong> counters) => new(RekeyMessageKind.Switched, generation, null, counters);

    public byte[] Encode()
    {
        var writer = new WireWriter(HeaderBytes + NodeId.LengthBytes);
        writer.WriteByte((byte)Kind);
        writer.WriteUInt32(Generation);
        if (Point is not null)
        {
            writer.WriteBytes(Point.Point);
        }

        foreach (var counter in Counters ?? [])
        {
            writer.WriteUInt64(counter);
        }

        return writer.Span.ToArray();
    }

    /// <summary>False for any other form.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out RekeyMessage message)
    {
        message = default;
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var kind) || !reader.TryReadUInt32(out var generation))
        {
            return false;
        }

        switch ((RekeyMessageKind)kind)
        {
            case RekeyMessageKind.Share when reader.RemainingBytes == NodeId.LengthBytes:
                message = Share(generation, NodeId.FromPoint(reader.Rest.Span));
                return true;
            case RekeyMessageKind.Ready when reader.RemainingBytes == 0:
                message = Ready(generation);
                return true;
            case RekeyMessageKind.Switched when reader.RemainingBytes == Lanes.Count * sizeof(ulong):
                var counters = new ulong[Lanes.Count];
                for (var lane = 0; lane < Lanes.Count; lane++)
                {
                    reader.TryReadUInt64(out counters[lane]);
                }

                message = Switched(generation, counters);
                return true;
            default:
                return false;
        }
    }
}
