using System.Security.Cryptography;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// How a payload is cut and hashed. A large one travels as a manifest, the hashes of its chunks, and then the chunks; what is
/// signed is then the hash of the manifest, so each chunk can be checked, and passed on, before the next one is there.
/// The length alone decides, and it is signed, so neither form can pass for the other. Constants of the protocol.
/// </summary>
internal static class LargePayload
{
    /// <summary>Above this a payload is large: a relay that waited for the whole would add this much to each hop.</summary>
    internal const int ThresholdBytes = 128 * 1024;

    /// <summary>Length of every chunk but the last: with its head it fits a record of the default size.</summary>
    internal const int ChunkBytes = 60 * 1024;

    internal static bool IsLarge(long payloadBytes) => payloadBytes > ThresholdBytes;

    internal static int CountChunks(int payloadBytes) => (int)(((long)payloadBytes + ChunkBytes - 1) / ChunkBytes);

    /// <summary>Length of one chunk of a payload.</summary>
    internal static int LengthOf(int payloadBytes, int index) => (int)Math.Min(ChunkBytes, payloadBytes - ((long)index * ChunkBytes));

    /// <summary>One chunk of a payload.</summary>
    internal static ReadOnlyMemory<byte> ChunkOf(ReadOnlyMemory<byte> payload, int index) =>
        payload.Slice(index * ChunkBytes, LengthOf(payload.Length, index));

    /// <summary>The manifest: SHA-256 of each chunk, in order.</summary>
    internal static byte[] Manifest(ReadOnlySpan<byte> payload)
    {
        var hashes = new byte[CountChunks(payload.Length) * SHA256.HashSizeInBytes];
        for (var i = 0; i * SHA256.HashSizeInBytes < hashes.Length; i++)
        {
            var chunk = payload.Slice(i * ChunkBytes, LengthOf(payload.Length, i));
            SHA256.HashData(chunk, hashes.AsSpan(i * SHA256.HashSizeInBytes));
        }

        return hashes;
    }

    /// <summary>The hash that the head names: of the payload, or of a large one's manifest.</summary>
    internal static void Hash(ReadOnlySpan<byte> payload, Span<byte> hash) =>
        SHA256.HashData(IsLarge(payload.Length) ? Manifest(payload) : payload, hash);
}
