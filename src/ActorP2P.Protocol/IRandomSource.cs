namespace ActorP2P.Protocol;

/// <summary>
/// Randomness as an argument: the operating system's generator in production, a seeded one in simulation.
/// Implementations used for keys must be cryptographically strong (NIST SP 800-90A or the OS generator).
/// </summary>
public interface IRandomSource
{
    /// <summary>Fills the whole of <paramref name="destination"/> with random bytes.</summary>
    void Fill(Span<byte> destination);

    /// <summary>A uniform number in [0, 1), with 53 bits of precision.</summary>
    double NextDouble()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return (BitConverter.ToUInt64(bytes) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>A uniform number in [0, <paramref name="exclusiveMax"/>); 0 when the maximum is 0 or less.</summary>
    int NextInt(int exclusiveMax) => exclusiveMax <= 0 ? 0 : (int)(NextDouble() * exclusiveMax);

    /// <summary>64 uniform bits.</summary>
    ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
