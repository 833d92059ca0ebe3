using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class CertificateIssuerTests
{
    [Fact]
    public void A_nodes_certificate_serves_TLS_at_both_ends_for_its_hosts_and_loopback()
    {
        var node = TestPki.P256.Agency.IssueNode(new NodeCertificateRequest("n", ["node.example", "192.0.2.7", "LOCALHOST"], TestPki.Valid), TestPki.P256.Random);
        using var leaf = X509CertificateLoader.LoadCertificate(TestPki.Chain(node.ChainPem).Certificates[0].Span);

        foreach (var host in new[] { "node.example", "192.0.2.7", "localhost", "127.0.0.1", "::1" })
        {
            Assert.True(leaf.MatchesHostname(host), host);
        }

        Assert.False(leaf.MatchesHostname("other.example"));
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, leaf.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(2, leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Count);
        Assert.False(leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void Serial_numbers_are_positive_16_bytes_and_differ()
    {
        var serials = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var leaf = X509CertificateLoader.LoadCertificate(TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Certificates[0].Span);
            Assert.Equal(16, leaf.SerialNumberBytes.Length);
            Assert.InRange(leaf.SerialNumberBytes.Span[0], 0x40, 0x7F);
            Assert.True(serials.Add(leaf.SerialNumber));
        }
    }

    [Fact]
    public void The_chain_that_travels_holds_the_agency_and_not_the_root()
    {
        var chain = TestPki.Chain(TestPki.P256.IssueNode().ChainPem);
        var agency = TestPki.Chain(TestPki.P256.Agency.CertificatePem);

        Assert.Equal(2, chain.Certificates.Count);
        Assert.Equal(agency.Certificates[0].ToArray(), chain.Certificates[1].ToArray());
    }

    [Fact]
    public void A_CA_read_back_from_its_files_goes_on_issuing()
    {
        var pki = TestPki.P256;
        Assert.True(CertificateIssuer.TryLoad(pki.Curve, pki.Agency.ExportKeyPem(), null, pki.Agency.CertificatePem, pki.Root.CertificatePem, out var agency, out _));
        Assert.True(CertificateIssuer.TryLoad(pki.Curve, pki.Root.ExportKeyPem(), null, pki.Root.CertificatePem, pki.Root.CertificatePem, out var root, out _));

        foreach (var (issuer, length) in new[] { (agency, 2), (root, 1) })
        {
            var node = issuer.IssueNode(new NodeCertificateRequest("later", [], TestPki.Valid), pki.Random);
            Assert.Equal(length, TestPki.Chain(node.ChainPem).Certificates.Count);
            Assert.Equal(pki.Root.CertificatePem, node.CaPem);
            Assert.IsType<CertificateVerdict.Accepted>(pki.Validator().Validate(TestPki.Chain(node.ChainPem), TestPki.Now));
            issuer.Dispose();
        }
    }

    [Fact]
    public void A_CA_whose_files_do_not_fit_is_refused_with_a_reason()
    {
        var pki = TestPki.P256;
        var node = pki.IssueNode();

        Assert.False(CertificateIssuer.TryLoad(pki.Curve, node.KeyPem, null, node.ChainPem, node.CaPem, out _, out var notCa));
        Assert.False(CertificateIssuer.TryLoad(pki.Curve, pki.Root.ExportKeyPem(), null, pki.Agency.CertificatePem, node.CaPem, out _, out var otherKey));
        Assert.False(CertificateIssuer.TryLoad(pki.Curve, "no key", null, pki.Agency.CertificatePem, node.CaPem, out _, out var noKey));
        Assert.False(CertificateIssuer.TryLoad(pki.Curve, pki.Root.ExportKeyPem(), null, "nothing", node.CaPem, out _, out var noCertificate));
        Assert.False(CertificateIssuer.TryLoad(pki.Curve, pki.Root.ExportKeyPem(), null, "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n", node.CaPem, out _, out var noX509));
        Assert.All(new[] { notCa, otherKey, noKey, noCertificate, noX509 }, Assert.NotEmpty);
    }

    [Fact]
    public void A_key_of_another_curve_is_not_renewed()
    {
        using var key = IdentityCurves.Secp256k1.GenerateKey(new SeededRandom(1));

        Assert.Throws<ArgumentException>(() => TestPki.P256.Agency.RenewNode(new NodeCertificateRequest("n", [], TestPki.Valid), key, TestPki.P256.Random));
    }
}
