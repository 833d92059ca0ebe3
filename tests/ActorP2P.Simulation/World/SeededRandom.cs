using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorP2P.Protocol;

namespace ActorP2P.Simulation;

/// <summary>SHA-256 in counter mode over a seed and a name: every run draws the same, whoever else draws what.</summary>
public sealed class SeededRandom(int seed, string name) : IRandomSource
{
    private readonly byte[] _key = SHA256.HashData([.. BitConverter.GetBytes(seed), .. System.Text.Encoding.UTF8.GetBytes(name)]);
    private ulong _counter;

    /// <inheritdoc />
    public void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[SHA256.HashSizeInBytes + sizeof(ulong)];
        Span<byte> block = stackalloc byte[SHA256.HashSizeInBytes];
        _key.CopyTo(input);
        while (destination.Length > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input[_key.Length..], _counter++);
            SHA256.HashData(input, block);
            var taken = Math.Min(block.Length, destination.Length);
            block[..taken].CopyTo(destination);
            destination = destination[taken..];
        }
    }
}
