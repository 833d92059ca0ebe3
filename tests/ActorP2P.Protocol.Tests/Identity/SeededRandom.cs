using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorP2P.Protocol.Tests.Identity;

/// <summary>SHA-256 in counter mode over a seed: every run of a test draws the same.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private ulong _counter;

    public void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[12];
        Span<byte> block = stackalloc byte[SHA256.HashSizeInBytes];
        while (destination.Length > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(input, seed);
            BinaryPrimitives.WriteUInt64LittleEndian(input[4..], Interlocked.Increment(ref _counter) - 1);
            SHA256.HashData(input, block);
            var taken = Math.Min(block.Length, destination.Length);
            block[..taken].CopyTo(destination);
            destination = destination[taken..];
        }
    }
}
