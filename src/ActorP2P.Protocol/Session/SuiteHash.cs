using System.Security.Cryptography;

namespace ActorP2P.Protocol.Session;

/// <summary>The hash of a suite: transcript, HMAC and HKDF are built on it.</summary>
public abstract class SuiteHash
{
    /// <summary>Longest output that the protocol has room for.</summary>
    public const int MaxLengthBytes = 64;

    /// <summary>SHA-256 (FIPS 180-4).</summary>
    public static SuiteHash Sha256 { get; } = new Sha256Hash();

    /// <summary>Name, e.g. <c>sha256</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Length of a digest, 32 to <see cref="MaxLengthBytes"/>.</summary>
    public abstract int LengthBytes { get; }

    /// <summary>Writes the digest of <paramref name="data"/>.</summary>
    public abstract void Hash(ReadOnlySpan<byte> data, Span<byte> digest);

    /// <summary>Writes the HMAC (RFC 2104) of <paramref name="data"/>.</summary>
    public abstract void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac);

    private sealed class Sha256Hash : SuiteHash
    {
        public override string Name => "sha256";

        public override int LengthBytes => SHA256.HashSizeInBytes;

        public override void Hash(ReadOnlySpan<byte> data, Span<byte> digest) => SHA256.HashData(data, digest);

        public override void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac) => HMACSHA256.HashData(key, data, mac);
    }
}
