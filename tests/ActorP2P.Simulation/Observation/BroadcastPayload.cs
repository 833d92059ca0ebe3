using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorP2P.Simulation;

/// <summary>What a simulated broadcast says of itself; a node that makes one up does not know the mark.</summary>
/// <param name="Origin">Number of the node that broadcast it.</param>
/// <param name="Number">Its number among that node's broadcasts.</param>
/// <param name="PublishedAt">Virtual time.</param>
public readonly record struct BroadcastPayload(int Origin, int Number, TimeSpan PublishedAt)
{
    /// <summary>Shortest payload.</summary>
    public const int MinBytes = 32;

    private const int MarkAt = 16;
    private const int MarkBytes = 16;

    // The golden ratio, as in SplitMix64: consecutive multiples look unlike each other.
    private const ulong FillStep = 0x9E3779B97F4A7C15UL;

    /// <summary>Writes the payload, filled up to its length.</summary>
    public byte[] Write(int seed, int bytes)
    {
        var payload = new byte[Math.Max(bytes, MinBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, Origin);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), Number);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(8), PublishedAt.Ticks);
        Mark(seed, payload, payload.AsSpan(MarkAt, MarkBytes));
        Fill(payload.AsSpan(MinBytes), payload.AsSpan(MarkAt));
        return payload;
    }

    /// <summary>False for a payload that no honest node wrote, all of it.</summary>
    public static bool TryReadWhole(int seed, ReadOnlySpan<byte> payload, out BroadcastPayload read) =>
        TryRead(seed, payload, out read) && IsFilled(payload[MinBytes..], payload[MarkAt..]);

    /// <summary>False for a payload whose first bytes no honest node wrote.</summary>
    public static bool TryRead(int seed, ReadOnlySpan<byte> payload, out BroadcastPayload read)
    {
        read = default;
        Span<byte> mark = stackalloc byte[MarkBytes];
        if (payload.Length < MinBytes)
        {
            return false;
        }

        Mark(seed, payload, mark);
        if (!mark.SequenceEqual(payload.Slice(MarkAt, MarkBytes)))
        {
            return false;
        }

        read = new BroadcastPayload(
            BinaryPrimitives.ReadInt32LittleEndian(payload),
            BinaryPrimitives.ReadInt32LittleEndian(payload[4..]),
            new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(payload[8..])));
        return true;
    }

    private static void Mark(int seed, ReadOnlySpan<byte> payload, Span<byte> mark)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> input = stackalloc byte[MarkAt + sizeof(int)];
        payload[..MarkAt].CopyTo(input);
        BinaryPrimitives.WriteInt32LittleEndian(input[MarkAt..], seed);
        SHA256.HashData(input, hash);
        hash[..MarkBytes].CopyTo(mark);
    }

    // A payload differs from others in every eight bytes, so that a part of another one in it is noticed.
    private static void Fill(Span<byte> rest, ReadOnlySpan<byte> mark)
    {
        var word = BinaryPrimitives.ReadUInt64LittleEndian(mark);
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, word += FillStep);
        }
    }

    private static bool IsFilled(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> mark)
    {
        var word = BinaryPrimitives.ReadUInt64LittleEndian(mark);
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(rest) != (word += FillStep))
            {
                return false;
            }
        }

        return true;
    }
}
