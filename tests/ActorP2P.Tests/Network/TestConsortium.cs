using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Tests.Network;

/// <summary>A CA with an agency that certifies nodes, as a consortium chain has them.</summary>
internal sealed class TestConsortium
{
    private const int CaDays = 3650;
    // Beyond every warning that is on by default.
    private const int NodeDays = 60;

    private readonly CertificateIssuer _agency;

    public TestConsortium(string name)
    {
        var root = CertificateIssuer.CreateRoot(IdentityCurves.P256, name + " ca", Validity.FromNow(DateTimeOffset.UtcNow, CaDays), SystemRandom.Instance);
        _agency = root.IssueAgency(name + " agency", Validity.FromNow(DateTimeOffset.UtcNow, CaDays), SystemRandom.Instance);
        RootPem = root.CertificatePem;
    }

    /// <summary>The consortium of every network unless a test says otherwise.</summary>
    public static TestConsortium Ours { get; } = new("test");

    /// <summary>Another CA.</summary>
    public static TestConsortium Foreign { get; } = new("foreign");

    public string RootPem { get; }

    /// <summary>node.key, node.crt and ca.crt of a new node.</summary>
    public IssuedNode Issue(string name) => Issue(name, Validity.FromNow(DateTimeOffset.UtcNow, NodeDays));

    public IssuedNode Issue(string name, Validity validity) =>
        _agency.IssueNode(new NodeCertificateRequest(name, [], validity), SystemRandom.Instance);

    /// <summary>The same key with a new certificate of this consortium, which need not be the one that issued it before.</summary>
    public IssuedNode Renew(IssuedNode node, Validity validity)
    {
        Assert.True(IdentityCurves.P256.TryImportKey(node.KeyPem, null, out var key, out var reason), reason);
        using (key)
        {
            return node with { ChainPem = _agency.RenewNode(new NodeCertificateRequest("renewed", [], validity), key, SystemRandom.Instance) };
        }
    }

    /// <summary>The agency's revocation list.</summary>
    public string RevocationList(int number, params IssuedNode[] revoked)
    {
        var now = DateTimeOffset.UtcNow;
        using var certificate = X509Certificate2.CreateFromPem(_agency.CertificatePem);
        using var key = ECDsa.Create();
        key.ImportFromPem(_agency.ExportKeyPem());
        var builder = new CertificateRevocationListBuilder();
        foreach (var node in revoked)
        {
            using var leaf = X509Certificate2.CreateFromPem(node.ChainPem);
            builder.AddEntry(leaf, now, X509RevocationReason.KeyCompromise);
        }

        var authority = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single());
        return PemEncoding.WriteString("X509 CRL", builder.Build(
            certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), new BigInteger(number), now.AddDays(7), HashAlgorithmName.SHA256, authority, now.AddMinutes(-1)));
    }
}
