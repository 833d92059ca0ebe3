using System.Buffers.Binary;

namespace ActorP2P.Fuzz.Targets;

/// <summary>An input that is a list of parts, each behind its length as u16: how a target is fed several messages.</summary>
internal static class Parts
{
    private const int MaxParts = 64;

    public static byte[] Join(params IEnumerable<byte[]> parts)
    {
        var joined = new List<byte>();
        Span<byte> length = stackalloc byte[2];
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)part.Length);
            joined.AddRange(length);
            joined.AddRange(part);
        }

        return [.. joined];
    }

    /// <summary>Any bytes are a list: a length beyond the end takes what is left.</summary>
    public static List<byte[]> Split(byte[] joined)
    {
        var parts = new List<byte[]>();
        for (var at = 0; at + 2 <= joined.Length && parts.Count < MaxParts;)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(joined.AsSpan(at)), joined.Length - at - 2);
            parts.Add(joined[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }

        return parts;
    }

    /// <summary>Leaves out, repeats, swaps or changes one whole part, so that lengths stay true.</summary>
    public static byte[]? Mutate(byte[] joined, Random random, Func<byte[], byte[]> change)
    {
        var parts = Split(joined);
        if (parts.Count == 0)
        {
            return null;
        }

        var at = random.Next(parts.Count);
        switch (random.Next(6))
        {
            case 0:
                parts.RemoveAt(at);
                break;
            case 1:
                parts.Insert(random.Next(parts.Count + 1), parts[at]);
                break;
            case 2:
                var with = random.Next(parts.Count);
                (parts[at], parts[with]) = (parts[with], parts[at]);
                break;
            default:
                parts[at] = change(parts[at]);
                break;
        }

        return Join(parts.Where(part => part.Length <= ushort.MaxValue));
    }
}
