using System.Buffers.Binary;

namespace ActorP2P.Fuzz.Engine;

/// <summary>Changes that need no knowledge of a format: bits, bytes, interesting numbers, blocks cut, copied and spliced.</summary>
public static class ByteMutator
{
    private const int MaxBlockBytes = 64;

    // Boundaries where signed, unsigned, masked and summed lengths go wrong.
    private static readonly ulong[] Numbers =
        [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 127, 128, 255, 256, 4095, 4096, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, ulong.MaxValue];

    /// <summary>One to eight changes at once.</summary>
    public static byte[] Mutate(byte[] input, byte[] other, int maxBytes, Random random)
    {
        for (var changes = 1 << random.Next(4); changes > 0; changes--)
        {
            input = Once(input, other, random);
        }

        return input.Length > maxBytes ? input[..maxBytes] : input;
    }

    private static byte[] Once(byte[] input, byte[] other, Random random)
    {
        if (input.Length == 0)
        {
            return Noise(random);
        }

        var at = random.Next(input.Length);
        var block = Math.Min(1 + random.Next(MaxBlockBytes), input.Length - at);
        return random.Next(10) switch
        {
            0 => Changed(input, at, bytes => bytes[0] ^= (byte)(1 << random.Next(8))),
            1 => Changed(input, at, bytes => bytes[0] = (byte)random.Next(256)),
            2 => Changed(input, at, bytes => bytes[0] += (byte)(random.Next(2) == 0 ? 1 : 255)),
            3 => Changed(input, at, bytes => WriteNumber(bytes, random)),
            4 => [.. input[..at], .. input[(at + block)..]],
            5 => [.. input[..at], .. input[at..(at + block)], .. input[at..]],
            6 => [.. input[..at], .. Noise(random), .. input[at..]],
            7 => input[..at],
            8 => Splice(input, at, other, random),
            _ => Overwrite(input, at, block, random),
        };
    }

    private static byte[] Changed(byte[] input, int at, Change change)
    {
        var copy = (byte[])input.Clone();
        change(copy.AsSpan(at));
        return copy;
    }

    private static void WriteNumber(Span<byte> bytes, Random random)
    {
        Span<byte> number = stackalloc byte[8];
        var value = Numbers[random.Next(Numbers.Length)];
        var width = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(number, value);
            number = number[(8 - width)..];
        }

        number[..Math.Min(width, bytes.Length)].CopyTo(bytes);
    }

    private static byte[] Noise(Random random)
    {
        var noise = new byte[1 + random.Next(MaxBlockBytes)];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Splice(byte[] input, int at, byte[] other, Random random) =>
        other.Length == 0 ? input : [.. input[..at], .. other[random.Next(other.Length)..]];

    private static byte[] Overwrite(byte[] input, int at, int length, Random random)
    {
        var copy = (byte[])input.Clone();
        var from = random.Next(input.Length - length + 1);
        Array.Copy(input, from, copy, at, length);
        return copy;
    }

    private delegate void Change(Span<byte> bytes);
}
