using System.Security.Cryptography;
using ActorP2P.Protocol;

namespace ActorP2P.Tests.Network;

/// <summary>The operating system's randomness, as a node in production has it; safe for concurrent calls.</summary>
internal sealed class SystemRandom : IRandomSource
{
    public static readonly SystemRandom Instance = new();

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
