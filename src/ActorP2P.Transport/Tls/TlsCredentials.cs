using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Transport;

/// <summary>
/// One node's certificate chain, key and roots, ready for TLS. Immutable: rotation makes a new one and gives it to the
/// next handshakes (<see cref="TcpTransportOptions.Tls"/>).
/// </summary>
public sealed class TlsCredentials
{
    private const string EllipticCurveOid = "1.2.840.10045.2.1";

    // What OpenSSL and .NET can use in TLS 1.3 (RFC 8446, section 4.2.3); secp256k1 and SM2 have no code point there.
    private static readonly string[] Tls13CurveOids = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    private TlsCredentials(X509Certificate2 leaf, X509Certificate2Collection intermediates, X509Certificate2Collection roots)
    {
        Leaf = leaf;
        Roots = roots;
        Context = SslStreamCertificateContext.Create(leaf, intermediates, offline: true);
        SpkiHash = TlsHandshake.SpkiHashOf(leaf);
    }

    /// <summary>When the leaf expires.</summary>
    public DateTimeOffset NotAfter => Leaf.NotAfter;

    /// <summary>SHA-256 of the leaf's SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> SpkiHash { get; }

    internal X509Certificate2 Leaf { get; }

    internal X509Certificate2Collection Roots { get; }

    /// <summary>The leaf with its intermediates, which are sent so that the remote needs the root alone.</summary>
    internal SslStreamCertificateContext Context { get; }

    /// <summary>Reads PEM texts.</summary>
    /// <param name="keyPem">The leaf's private key: PKCS#8, encrypted PKCS#8 or SEC1.</param>
    /// <param name="certificatePem">The leaf first, then the issuing certificates.</param>
    /// <param name="caPem">One or more roots; nothing else is trusted.</param>
    /// <param name="password">The key's password, or null.</param>
    /// <param name="credentials">The result, or null.</param>
    /// <param name="error">One line that says what is wrong, or null.</param>
    public static bool TryCreate(
        string keyPem,
        string certificatePem,
        string caPem,
        string? password,
        [NotNullWhen(true)] out TlsCredentials? credentials,
        [NotNullWhen(false)] out string? error) =>
        TryCreate(keyPem, certificatePem, caPem, password, out credentials, out error, out _);

    /// <summary>Reads PEM texts, and says which of them is wrong.</summary>
    /// <param name="keyPem">The leaf's private key: PKCS#8, encrypted PKCS#8 or SEC1.</param>
    /// <param name="certificatePem">The leaf first, then the issuing certificates.</param>
    /// <param name="caPem">One or more roots; nothing else is trusted.</param>
    /// <param name="password">The key's password, or null.</param>
    /// <param name="credentials">The result, or null.</param>
    /// <param name="error">One line that says what is wrong, or null.</param>
    /// <param name="culprit">Where the error is; the key also when it cannot be opened or does not fit.</param>
    public static bool TryCreate(
        string keyPem,
        string certificatePem,
        string caPem,
        string? password,
        [NotNullWhen(true)] out TlsCredentials? credentials,
        [NotNullWhen(false)] out string? error,
        out TlsFile culprit)
    {
        credentials = null;
        culprit = TlsFile.Roots;
        if (!TryReadCertificates(caPem, "the CA file", out var roots, out error))
        {
            return false;
        }

        culprit = TlsFile.Certificate;
        if (!TryReadCertificates(certificatePem, "the certificate file", out var chain, out error))
        {
            return false;
        }

        // Before the key is opened: of a curve that the platform does not know it could only say that it does not fit.
        if (chain[0].PublicKey.Oid.Value == EllipticCurveOid && !IsTls13Curve(chain[0].PublicKey))
        {
            error = "TLS 1.3 has no signature scheme for this certificate's curve: use a P-256 certificate for TLS";
            return false;
        }

        culprit = TlsFile.Key;
        if (!TryReadLeaf(keyPem, certificatePem, password, out var leaf, out error))
        {
            return false;
        }

        chain.RemoveAt(0);
        credentials = new TlsCredentials(leaf, chain, roots);
        return true;
    }

    private static bool TryReadCertificates(
        string pem, string what, out X509Certificate2Collection certificates, [NotNullWhen(false)] out string? error)
    {
        certificates = [];
        try
        {
            certificates.ImportFromPem(pem);
            error = certificates.Count == 0 ? $"{what} holds no PEM certificate" : null;
        }
        catch (CryptographicException exception)
        {
            error = $"{what} is malformed: {exception.Message}";
        }

        return error is null;
    }

    private static bool TryReadLeaf(
        string keyPem,
        string certificatePem,
        string? password,
        [NotNullWhen(true)] out X509Certificate2? leaf,
        [NotNullWhen(false)] out string? error)
    {
        leaf = null;
        error = null;
        try
        {
            leaf = password is null
                ? X509Certificate2.CreateFromPem(certificatePem, keyPem)
                : X509Certificate2.CreateFromEncryptedPem(certificatePem, keyPem, password);
            if (OperatingSystem.IsWindows())
            {
                // Schannel cannot use a key that lives in memory only.
                using var ephemeral = leaf;
                leaf = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
            }

            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            error = $"the key file does not fit the certificate: {exception.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }

    private static bool IsTls13Curve(PublicKey key)
    {
        const byte ObjectIdentifier = 0x06;
        var parameters = key.EncodedParameters?.RawData ?? [];
        try
        {
            return parameters.Length > 0
                && parameters[0] == ObjectIdentifier
                && Tls13CurveOids.Contains(AsnDecoder.ReadObjectIdentifier(parameters, AsnEncodingRules.DER, out _));
        }
        catch (AsnContentException)
        {
            // No OID behind the tag of one: no curve that TLS knows.
            return false;
        }
    }
}
