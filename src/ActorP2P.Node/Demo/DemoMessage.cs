using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorP2P.Program.Demo;

/// <summary>
/// A message of the demo: who sent it, in which phase and round, to whom; then filler, then the SHA-256 of it all, so
/// that a receiver proves every byte. Layout: u16 length of the key, key, filler, 32 bytes of hash.
/// </summary>
/// <param name="Kind">unicast, request, multicast or broadcast.</param>
/// <param name="Phase">1 or 2.</param>
/// <param name="From">Index of the sender.</param>
/// <param name="Target">Index of the receiver, a topic, or empty.</param>
/// <param name="Round">From 0.</param>
public sealed record DemoMessage(string Kind, int Phase, int From, string Target, int Round)
{
    private const int HashBytes = SHA256.HashSizeInBytes;
    private const int PrefixBytes = sizeof(ushort);
    private const int SmallBytes = 256;

    // Larger than one record, so that some messages of every kind travel in chunks.
    private const int LargeBytes = 100_000;
    private const int LargeEvery = 10;

    /// <summary>The message's one name.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Kind}|{Phase}|{From}|{Target}|{Round}");

    /// <summary>The bytes that travel.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Round % LargeEvery == 0 ? LargeBytes : SmallBytes];
        var key = Encoding.UTF8.GetBytes(Key);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)key.Length);
        key.CopyTo(bytes, PrefixBytes);
        for (var i = PrefixBytes + key.Length; i < bytes.Length - HashBytes; i++)
        {
            bytes[i] = (byte)(i * (Round + 7));
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes), bytes.AsSpan(bytes.Length - HashBytes));
        return bytes;
    }

    /// <summary>Reads and proves a message; false when its hash or form is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DemoMessage? message)
    {
        message = null;
        if (bytes.Length < PrefixBytes + HashBytes)
        {
            return false;
        }

        var content = bytes[..^HashBytes];
        var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (keyLength > content.Length - PrefixBytes || !SHA256.HashData(content).AsSpan().SequenceEqual(bytes[^HashBytes..]))
        {
            return false;
        }

        var parts = Encoding.UTF8.GetString(content.Slice(PrefixBytes, keyLength)).Split('|');
        if (parts.Length != 5 || !Number(parts[1], out var phase) || !Number(parts[2], out var from) || !Number(parts[4], out var round))
        {
            return false;
        }

        message = new DemoMessage(parts[0], phase, from, parts[3], round);
        return true;
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
