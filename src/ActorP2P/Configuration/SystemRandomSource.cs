using System.Security.Cryptography;
using ActorP2P.Protocol;

namespace ActorP2P;

/// <summary>The operating system's generator. Strong enough for keys, and safe for concurrent calls.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    private SystemRandomSource()
    {
    }

    /// <summary>The one instance.</summary>
    public static SystemRandomSource Instance { get; } = new();

    /// <inheritdoc />
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
