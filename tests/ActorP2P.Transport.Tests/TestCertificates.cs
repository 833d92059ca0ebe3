using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Transport.Tests;

/// <summary>A consortium: root, agency and node certificates, made in the test.</summary>
internal sealed class TestCertificates
{
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _agency;

    public TestCertificates(string name)
    {
        var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Authority($"CN={name} root", rootKey, pathLength: 1).CreateSelfSigned(Start, End);
        var agencyKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var agency = Authority($"CN={name} agency", agencyKey, pathLength: 0).Create(_root, Start, End, Serial());
        _agency = agency.CopyWithPrivateKey(agencyKey);
    }

    private static DateTimeOffset Start => DateTimeOffset.UtcNow.AddDays(-30);

    private static DateTimeOffset End => DateTimeOffset.UtcNow.AddDays(30);

    public string CaPem => _root.ExportCertificatePem();

    /// <summary>Key and chain of a node.</summary>
    public (string KeyPem, string CertificatePem) IssueNode(
        string name,
        DateTimeOffset? notAfter = null,
        bool withAgency = true,
        ECCurve? curve = null,
        params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var leaf = request.Create(_agency, Start.AddDays(1), notAfter ?? End.AddDays(-1), Serial());
        var chain = leaf.ExportCertificatePem() + "\n" + (withAgency ? _agency.ExportCertificatePem() + "\n" : "");
        return (key.ExportPkcs8PrivateKeyPem(), chain);
    }

    public TlsCredentials Credentials(string name, DateTimeOffset? notAfter = null, string? caPem = null, bool withAgency = true)
    {
        var (key, chain) = IssueNode(name, notAfter, withAgency);
        return Create(key, chain, caPem ?? CaPem);
    }

    public static TlsCredentials Create(string keyPem, string certificatePem, string caPem)
    {
        Assert.True(TlsCredentials.TryCreate(keyPem, certificatePem, caPem, null, out var credentials, out var error), error);
        return credentials!;
    }

    private static CertificateRequest Authority(string subject, ECDsa key, int pathLength)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request;
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        return serial;
    }
}
