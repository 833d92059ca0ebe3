using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ActorP2P.Protocol.Session;

/// <summary>The suites that a configuration may name. A provider adds its own before names are looked up (<see cref="ISuiteProvider"/>).</summary>
public static class AeadSuites
{
    private static readonly ConcurrentDictionary<string, AeadSuite> Known = new(StringComparer.Ordinal);

    static AeadSuites()
    {
        Register(Aes128Gcm);
        Register(Aes256Gcm);
        Register(ChaCha20Poly1305);
    }

    /// <summary>AES-128-GCM (NIST SP 800-38D) with SHA-256.</summary>
    public static AeadSuite Aes128Gcm { get; } = new AesGcmSuite("aes-128-gcm", 16);

    /// <summary>AES-256-GCM (NIST SP 800-38D) with SHA-256.</summary>
    public static AeadSuite Aes256Gcm { get; } = new AesGcmSuite("aes-256-gcm", 32);

    /// <summary>ChaCha20-Poly1305 (RFC 8439) with SHA-256.</summary>
    public static AeadSuite ChaCha20Poly1305 { get; } = new ChaChaSuite();

    /// <summary>Names that <see cref="TryFind"/> knows, sorted.</summary>
    public static IReadOnlyList<string> Names => [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Finds a suite that this platform supports, by its exact name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out AeadSuite? suite) =>
        Known.TryGetValue(name, out suite) && suite.IsSupported;

    /// <summary>Adds a suite. False when another one has the name already: a registered suite is never replaced.</summary>
    /// <exception cref="ArgumentException">The suite's measures do not fit the protocol.</exception>
    public static bool Register(AeadSuite suite)
    {
        var fits = suite.Name.Length is > 0 and <= AeadSuite.MaxNameLength
            && System.Text.Ascii.IsValid(suite.Name)
            && suite.KeyLengthBytes is >= 16 and <= AeadSuite.MaxKeyLengthBytes
            && suite.Hash.LengthBytes is >= 32 and <= SuiteHash.MaxLengthBytes;
        return fits
            ? ReferenceEquals(Known.GetOrAdd(suite.Name, suite), suite)
            : throw new ArgumentException($"The suite '{suite.Name}' has a name, key or hash that the protocol has no room for.", nameof(suite));
    }

    private sealed class AesGcmSuite(string name, int keyLengthBytes) : AeadSuite
    {
        public override string Name => name;

        public override int KeyLengthBytes => keyLengthBytes;

        public override SuiteHash Hash => SuiteHash.Sha256;

        public override bool IsSupported => AesGcm.IsSupported;

        public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => new Cipher(new AesGcm(key, TagLengthBytes));

        private sealed class Cipher(AesGcm aes) : IAeadCipher
        {
            public void Seal(ReadOnlySpan<byte> nonce, Span<byte> inPlace, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
                aes.Encrypt(nonce, inPlace, inPlace, tag, associatedData);

            public bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> inPlace, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
            {
                try
                {
                    aes.Decrypt(nonce, inPlace, tag, inPlace, associatedData);
                    return true;
                }
                catch (AuthenticationTagMismatchException)
                {
                    return false;
                }
            }

            public void Dispose() => aes.Dispose();
        }
    }

    private sealed class ChaChaSuite : AeadSuite
    {
        public override string Name => "chacha20-poly1305";

        public override int KeyLengthBytes => 32;

        public override SuiteHash Hash => SuiteHash.Sha256;

        public override bool IsSupported => System.Security.Cryptography.ChaCha20Poly1305.IsSupported;

        public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => new Cipher(new ChaCha20Poly1305(key));

        private sealed class Cipher(ChaCha20Poly1305 chacha) : IAeadCipher
        {
            public void Seal(ReadOnlySpan<byte> nonce, Span<byte> inPlace, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
                chacha.Encrypt(nonce, inPlace, inPlace, tag, associatedData);

            public bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> inPlace, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
            {
                try
                {
                    chacha.Decrypt(nonce, inPlace, tag, inPlace, associatedData);
                    return true;
                }
                catch (AuthenticationTagMismatchException)
                {
                    return false;
                }
            }

            public void Dispose() => chacha.Dispose();
        }
    }
}
