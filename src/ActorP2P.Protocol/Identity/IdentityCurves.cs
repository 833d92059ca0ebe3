using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Handshake;

namespace ActorP2P.Protocol.Identity;

/// <summary>The identity curves that a configuration may name. A provider adds its own before names are looked up (<see cref="ISuiteProvider"/>).</summary>
public static class IdentityCurves
{
    private static readonly ConcurrentDictionary<string, IdentityCurve> Known = new(StringComparer.Ordinal);

    static IdentityCurves()
    {
        Register(P256);
        Register(Secp256k1);
    }

    /// <summary>NIST P-256 (secp256r1) with ECDSA and SHA-256; the default.</summary>
    public static EcdsaCurve P256 { get; } = new("p256", "1.2.840.10045.3.1.7", WeierstrassParameters.Secp256r1);

    /// <summary>secp256k1 with ECDSA and SHA-256. TLS 1.3 has no code point for it: TLS needs certificates of its own.</summary>
    public static EcdsaCurve Secp256k1 { get; } = new("secp256k1", "1.3.132.0.10", WeierstrassParameters.Secp256k1);

    /// <summary>Names that <see cref="TryFind"/> knows, sorted.</summary>
    public static IReadOnlyList<string> Names => [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Finds a curve by its exact name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out IdentityCurve? curve) => Known.TryGetValue(name, out curve);

    /// <summary>Adds a curve. False when another one has the name already: a registered curve is never replaced.</summary>
    /// <exception cref="ArgumentException">The name has no place in a handshake: 1 to 32 printable ASCII characters.</exception>
    public static bool Register(IdentityCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        var fits = curve.Name.Length is > 0 and <= HandshakeLimits.MaxCurveNameLength && !curve.Name.AsSpan().ContainsAnyExceptInRange('!', '~');
        return fits
            ? ReferenceEquals(Known.GetOrAdd(curve.Name, curve), curve)
            : throw new ArgumentException($"The curve's name \"{curve.Name}\" has no place in a handshake.", nameof(curve));
    }
}
