using System.Runtime.InteropServices;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>What is retained counts its own bytes; as a slice it would keep the whole read buffer with its strangers' bytes alive.</summary>
internal static class OwnedBytes
{
    /// <summary>The bytes themselves when they fill at least half of their buffer, else a copy.</summary>
    internal static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var buffer) && buffer.Array!.Length / 2 <= bytes.Length ? bytes : bytes.ToArray();
}
