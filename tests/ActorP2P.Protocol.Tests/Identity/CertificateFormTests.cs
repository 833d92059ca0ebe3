using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Protocol.Tests.Identity;

/// <summary>Certificates that a CA signed and should not have: each breaks one rule of form.</summary>
public sealed class CertificateFormTests
{
    private static readonly DateTimeOffset Now = TestPki.Now;

    [Fact]
    public void A_leaf_that_is_a_CA_is_refused() =>
        Assert.Equal(CertificateRefusal.LeafIsCa, Refusal(TestPki.P256.Validator().Validate(TestPki.P256.Leaf(MakeCa), Now)));

    [Fact]
    public void An_agencys_own_certificate_is_no_node()
    {
        var chain = TestPki.Chain(TestPki.P256.Agency.CertificatePem);

        Assert.Equal(CertificateRefusal.LeafIsCa, Refusal(TestPki.P256.Validator().Validate(chain, Now)));
    }

    [Fact]
    public void A_node_that_issues_certificates_is_refused()
    {
        var pki = TestPki.P256;
        using var key = (EcdsaNodeKey)pki.Curve.GenerateKey(pki.Random);
        var middle = pki.Leaf(_ => { });
        var request = CertificateIssuer.NodeRequest(new NodeCertificateRequest("victim", [], TestPki.Valid), key);
        var forged = pki.Agency.IssueLeaf(request, TestPki.Valid, pki.Random);
        var certificates = new List<ReadOnlyMemory<byte>> { TestPki.Chain(forged).Certificates[0] };
        certificates.AddRange(middle.Certificates);
        Assert.True(CertificateChain.TryParseDer(certificates, new ChainLimits(4, 8192), out var chain, out _));

        Assert.Equal(CertificateRefusal.IssuerNotACa, Refusal(pki.Validator().Validate(chain, Now)));
    }

    [Fact]
    public void An_agency_below_an_agency_exceeds_the_path_length()
    {
        var pki = TestPki.P256;
        using var sub = pki.Agency.IssueAgency("sub agency", TestPki.Valid, pki.Random);
        var node = sub.IssueNode(new NodeCertificateRequest("n", [], TestPki.Valid), pki.Random);

        Assert.Equal(CertificateRefusal.IssuerNotACa, Refusal(Judge(pki, node.ChainPem)));
    }

    [Fact]
    public void An_RSA_leaf_is_refused() =>
        Assert.Equal(CertificateRefusal.NotEllipticCurve, Refusal(TestPki.P256.Validator().Validate(TestPki.P256.RsaLeaf(), Now)));

    [Fact]
    public void A_leaf_with_explicit_curve_parameters_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var named = new PublicKey(key);
        var explicitKey = new PublicKey(named.Oid, new AsnEncodedData(ExplicitParameters(key)), named.EncodedKeyValue);
        var request = new CertificateRequest(new X500DistinguishedName("CN=explicit"), explicitKey, HashAlgorithmName.SHA256);
        var chain = TestPki.Chain(TestPki.P256.Agency.IssueLeaf(request, TestPki.Valid, TestPki.P256.Random));
        Assert.Equal(CertificateRefusal.WrongCurve, Refusal(TestPki.P256.Validator().Validate(chain, Now)));
    }

    [Fact]
    public void A_leaf_without_digitalSignature_is_refused() => Assert.Equal(
        CertificateRefusal.KeyUsage,
        Refusal(TestPki.P256.Validator().Validate(
            TestPki.P256.Leaf(request => Replace(request, new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, true))), Now)));

    [Fact]
    public void A_leaf_for_code_signing_only_is_refused() => Assert.Equal(
        CertificateRefusal.KeyUsage,
        Refusal(TestPki.P256.Validator().Validate(
            TestPki.P256.Leaf(request => Replace(request, new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], false))), Now)));

    [Fact]
    public void A_leaf_with_an_unknown_critical_extension_is_refused() => Assert.Equal(
        CertificateRefusal.Malformed,
        Refusal(TestPki.P256.Validator().Validate(
            TestPki.P256.Leaf(request => request.CertificateExtensions.Add(new X509Extension("1.2.3.4.5.6", [5, 0], critical: true))), Now)));

    private static CertificateVerdict Judge(TestPki network, string chainPem) => network.Validator().Validate(TestPki.Chain(chainPem), Now);

    private static CertificateRefusal Refusal(CertificateVerdict verdict) => Assert.IsType<CertificateVerdict.Refused>(verdict).Reason;

    private static void MakeCa(CertificateRequest request) => Replace(request, new X509BasicConstraintsExtension(true, false, 0, true));

    private static void Replace(CertificateRequest request, X509Extension extension)
    {
        var old = request.CertificateExtensions.Single(candidate => candidate.Oid!.Value == extension.Oid!.Value);
        request.CertificateExtensions.Remove(old);
        request.CertificateExtensions.Add(extension);
    }

    // ECParameters with a specified curve (SEC 1 v2.0, C.2), here the very one that the network uses.
    private static byte[] ExplicitParameters(ECDsa key)
    {
        var curve = key.ExportExplicitParameters(includePrivateParameters: false).Curve;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.1.1");
                writer.WriteIntegerUnsigned(curve.Prime);
            }

            using (writer.PushSequence())
            {
                writer.WriteOctetString(curve.A);
                writer.WriteOctetString(curve.B);
            }

            writer.WriteOctetString([4, .. curve.G.X!, .. curve.G.Y!]);
            writer.WriteIntegerUnsigned(curve.Order);
            writer.WriteInteger(1);
        }

        return writer.Encode();
    }
}
