using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Issuing;

/// <summary>
/// A CA that issues agencies and nodes, in the three levels that consortium chains use (CA → agency → node), with
/// .NET's own <see cref="CertificateRequest"/> and keys of any curve. Disposing erases its key.
/// </summary>
public sealed partial class CertificateIssuer : IDisposable
{
    // RFC 5280, 4.1.2.2 allows 20 bytes; 16 random ones cannot collide.
    private const int SerialBytes = 16;

    private const string AlternativeNamesOid = "2.5.29.17";

    private static readonly ChainLimits FileLimits = new(16, 1 << 16);

    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");

    private readonly IdentityCurve _curve;
    private readonly IIssuingKey _key;
    private readonly X509Certificate2 _certificate;
    // What nodes send along: this CA and those above it, without the root, which everybody has.
    private readonly string _travellingPem;

    private CertificateIssuer(IdentityCurve curve, IIssuingKey key, X509Certificate2 certificate, string travellingPem, string? rootPem)
    {
        _curve = curve;
        _key = key;
        _certificate = certificate;
        _travellingPem = travellingPem;
        CertificatePem = Pem(certificate);
        RootPem = rootPem ?? CertificatePem;
    }

    /// <summary>The CA's own certificate.</summary>
    public string CertificatePem { get; }

    /// <summary>The root above this CA, or the CA itself.</summary>
    public string RootPem { get; }

    /// <summary>End of the CA certificate's own validity: nothing below it is worth more.</summary>
    public DateTimeOffset NotAfter => CertificateRules.NotAfter(_certificate);

    internal IdentityCurve Curve => _curve;

    internal IIssuingKey Key => _key;

    internal X509Certificate2 Certificate => _certificate;

    /// <summary>The CA's private key as PKCS#8 PEM, not encrypted. Secret.</summary>
    public string ExportKeyPem() => _key.ExportPem();

    /// <summary>A new self-signed root with a path length of 1: agencies, then nodes.</summary>
    /// <exception cref="ArgumentException">The curve's keys cannot sign certificates.</exception>
    public static CertificateIssuer CreateRoot(IdentityCurve curve, string commonName, Validity validity, IRandomSource random)
    {
        var key = NewKey(curve, random);
        var request = CaRequest(commonName, key, pathLength: 1);
        using var certificate = Sign(request, request.SubjectName, key, validity, random);
        return new CertificateIssuer(curve, key, X509CertificateLoader.LoadCertificate(certificate.RawData), travellingPem: "", rootPem: null);
    }

    /// <summary>A CA that exists: its key and its files as they were written.</summary>
    /// <param name="curve">The network's curve.</param>
    /// <param name="keyPem">The CA's key.</param>
    /// <param name="password">Password of an encrypted key, or null.</param>
    /// <param name="chainPem">The CA's certificate, then those between it and the root; the root itself when it is the root.</param>
    /// <param name="rootPem">The root.</param>
    /// <param name="issuer">The CA when the result is true.</param>
    /// <param name="reason">One line when it is false.</param>
    public static bool TryLoad(
        IdentityCurve curve,
        string keyPem,
        string? password,
        string chainPem,
        string rootPem,
        [NotNullWhen(true)] out CertificateIssuer? issuer,
        out string reason)
    {
        issuer = null;
        if (!curve.TryImportKey(keyPem, password, out var key, out reason)
            || !CertificateChain.TryParsePem(chainPem, FileLimits, out var chain, out reason)
            || !CertificateChain.TryParsePem(rootPem, FileLimits, out var root, out reason))
        {
            key?.Dispose();
            return false;
        }

        var certificate = key is IIssuingKey ? CertificateOf(key, chain) : null;
        if (certificate is null)
        {
            reason = "the certificate is not a CA certificate of this key";
            key.Dispose();
            return false;
        }

        var isRoot = chain.LeafHash.SequenceEqual(root.LeafHash);
        issuer = new CertificateIssuer(curve, (IIssuingKey)key, certificate, isRoot ? "" : chain.ToPem(), root.ToPem());
        return true;
    }

    /// <summary>A new agency below this CA, which issues nodes only (path length 0).</summary>
    public CertificateIssuer IssueAgency(string commonName, Validity validity, IRandomSource random)
    {
        var key = NewKey(_curve, random);
        var request = CaRequest(commonName, key, pathLength: 0);
        AddAuthorityKeyId(request);
        var certificate = Sign(request, _certificate.SubjectName, _key, validity, random);
        return new CertificateIssuer(_curve, key, certificate, Pem(certificate) + _travellingPem, RootPem);
    }

    /// <summary>A node's key and certificate.</summary>
    public IssuedNode IssueNode(NodeCertificateRequest node, IRandomSource random)
    {
        using var key = NewKey(_curve, random);
        return new IssuedNode(key.Id, key.ExportPem(), RenewNode(node, key, random), RootPem);
    }

    /// <summary>A new chain for a key that exists: the node ID stays.</summary>
    /// <exception cref="ArgumentException">The key is not of this CA's curve.</exception>
    public string RenewNode(NodeCertificateRequest node, INodeKey key, IRandomSource random)
    {
        if (key is not IIssuingKey issuing || key.Curve != _curve)
        {
            throw new ArgumentException($"The key is not on the curve {_curve.Name}.", nameof(key));
        }

        return IssueLeaf(NodeRequest(node, issuing), node.Validity, random);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
    }

    private static X509Certificate2? CertificateOf(INodeKey key, CertificateChain chain)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
            if (CertificateRules.IsCa(certificate) && key.Curve.TryGetNodeId(certificate, out var id) && id == key.Id)
            {
                return certificate;
            }

            certificate.Dispose();
        }
        catch (CryptographicException)
        {
            // A DER sequence that is no certificate is no certificate of this key either.
        }

        return null;
    }

    private static IIssuingKey NewKey(IdentityCurve curve, IRandomSource random) =>
        curve.GenerateKey(random) as IIssuingKey
        ?? throw new ArgumentException($"The keys of the curve {curve.Name} cannot sign certificates.", nameof(curve));

    /// <summary>Signs whatever is asked, for tests that need certificates a CA should never issue.</summary>
    internal string IssueLeaf(CertificateRequest request, Validity validity, IRandomSource random)
    {
        AddAuthorityKeyId(request);
        using var certificate = Sign(request, _certificate.SubjectName, _key, validity, random);
        return Pem(certificate) + _travellingPem;
    }

    internal static CertificateRequest NodeRequest(NodeCertificateRequest node, IIssuingKey key) =>
        NodeRequest(Subject(node.CommonName, "node"), key.SignatureGenerator.PublicKey, AlternativeNames(node.Hosts));

    private static CertificateRequest NodeRequest(X500DistinguishedName subject, PublicKey key, X509Extension alternativeNames)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuth, ClientAuth], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(alternativeNames);
        return request;
    }

    // Newline at the end: files are concatenated.
    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static CertificateRequest CaRequest(string commonName, IIssuingKey key, int pathLength)
    {
        var request = new CertificateRequest(Subject(commonName, "ca"), key.SignatureGenerator.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X500DistinguishedName Subject(string commonName, string unit)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName);
        builder.AddOrganizationalUnitName(unit);
        return builder.Build();
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Concat(["localhost", "127.0.0.1", "::1"]).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private void AddAuthorityKeyId(CertificateRequest request)
    {
        // A CA that somebody else made may lack it.
        if (_certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } subjectKeyId)
        {
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(subjectKeyId));
        }
    }

    private static X509Certificate2 Sign(CertificateRequest request, X500DistinguishedName issuer, IIssuingKey key, Validity validity, IRandomSource random)
    {
        Span<byte> serial = stackalloc byte[SerialBytes];
        random.Fill(serial);
        // Positive and never zero (RFC 5280, 4.1.2.2).
        serial[0] = (byte)((serial[0] & 0x3f) | 0x40);
        return request.Create(issuer, key.SignatureGenerator, validity.NotBefore, validity.NotAfter, serial);
    }
}
