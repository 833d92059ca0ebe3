using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Guomi.Tests;

public sealed class Sm2CertificateTests
{
    private static readonly Sm2Pki Pki = Sm2Pki.Shared;

    [Fact]
    public void A_node_of_three_levels_is_accepted_until_the_earliest_end()
    {
        var node = Pki.IssueNode();

        var accepted = Assert.IsType<CertificateVerdict.Accepted>(Pki.Judge(Sm2Pki.Chain(node.ChainPem)));

        Assert.Equal(node.Id, accepted.Id);
        Assert.Equal(Sm2Pki.Valid.NotAfter, accepted.NotAfter);
    }

    [Fact]
    public void A_node_directly_below_the_root_is_accepted()
    {
        var node = Pki.Root.IssueNode(new NodeCertificateRequest("n", [], Sm2Pki.Valid), new SeededRandom(5));

        Assert.IsType<CertificateVerdict.Accepted>(Pki.Judge(Sm2Pki.Chain(node.ChainPem)));
    }

    [Fact]
    public async Task OpenSSL_verifies_what_we_issue()
    {
        using var files = new TemporaryDirectory();
        var chain = Sm2Pki.Chain(Pki.IssueNode().ChainPem);
        foreach (var (name, der) in new[] { ("leaf", chain.Certificates[0]), ("agency", chain.Certificates[1]) })
        {
            await File.WriteAllTextAsync(files[name], PemEncoding.WriteString("CERTIFICATE", der.Span));
        }

        await File.WriteAllTextAsync(files["root"], Pki.Root.CertificatePem);

        // One step at a time: the command gives the user ID to the certificate in question only, not to its issuers.
        var time = Sm2Pki.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        foreach (var (issuer, subject) in new[] { ("root", "agency"), ("agency", "leaf") })
        {
            var said = await OpenSsl.RunAsync(
                "verify", "-partial_chain", "-vfyopt", "distid:1234567812345678", "-attime", time, "-CAfile", files[issuer], files[subject]);
            Assert.Contains("OK", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_validity_counts_on_every_certificate_and_the_root()
    {
        var chain = Sm2Pki.Chain(Pki.IssueNode().ChainPem);

        Assert.Equal(CertificateRefusal.Expired, Pki.Refusal(chain, Sm2Pki.Valid.NotAfter.AddSeconds(1)));
        Assert.Equal(CertificateRefusal.NotYetValid, Pki.Refusal(chain, Sm2Pki.Valid.NotBefore.AddSeconds(-1)));

        var (root, rootKey) = SelfSigned("short root", new Validity(Sm2Pki.Now.AddDays(-9), Sm2Pki.Now.AddDays(-1)));
        var leaf = Pki.Sign(Sm2Pki.Request("n", Pki.NewKey().SignatureGenerator.PublicKey, isCa: false), root.SubjectName, rootKey.SignatureGenerator);
        Assert.Equal(CertificateRefusal.Expired, Reason(Validator(root).Validate(Sm2Pki.Chain(leaf), Sm2Pki.Now)));
    }

    [Fact]
    public void A_foreign_CA_of_the_same_name_is_untrusted_and_a_forged_signature_is_bad()
    {
        var foreign = new Sm2Pki(2);
        Assert.Equal(CertificateRefusal.UntrustedRoot, Pki.Refusal(Sm2Pki.Chain(foreign.IssueNode().ChainPem)));

        var agency = Sm2Pki.Load(Pki.Agency.CertificatePem);
        var request = Sm2Pki.Request("forged", Pki.NewKey().SignatureGenerator.PublicKey, isCa: false);
        var forged = Pki.Sign(request, agency.SubjectName, Pki.NewKey().SignatureGenerator);
        Assert.Equal(CertificateRefusal.BadSignature, Pki.Refusal(Sm2Pki.Chain(forged, agency)));

        var root = Sm2Pki.Load(Pki.Root.CertificatePem);
        var belowRoot = Pki.Sign(request, root.SubjectName, Pki.NewKey().SignatureGenerator);
        Assert.Equal(CertificateRefusal.BadSignature, Pki.Refusal(Sm2Pki.Chain(belowRoot)));
    }

    [Fact]
    public void Certificates_that_are_missing_or_in_another_order_make_no_path()
    {
        var chain = Sm2Pki.Chain(Pki.IssueNode().ChainPem);
        var leaf = chain.Certificates[0].ToArray();
        var agency = chain.Certificates[1].ToArray();
        var stranger = Sm2Pki.Load(new Sm2Pki(3, "other").Root.CertificatePem).RawData;

        Assert.Equal(CertificateRefusal.UntrustedRoot, Pki.Refusal(Sm2Pki.Chain(leaf)));
        Assert.Equal(CertificateRefusal.UntrustedRoot, Pki.Refusal(Sm2Pki.Chain(leaf, stranger, agency)));
        Assert.Equal(CertificateRefusal.LeafIsCa, Pki.Refusal(Sm2Pki.Chain(agency)));
        Assert.IsType<CertificateVerdict.Accepted>(Pki.Judge(Sm2Pki.Chain(leaf, agency, Sm2Pki.Load(Pki.Root.CertificatePem).RawData)));
    }

    [Fact]
    public void Every_changed_byte_of_a_leaf_is_refused_without_an_exception()
    {
        var chain = Sm2Pki.Chain(Pki.IssueNode().ChainPem);
        var agency = chain.Certificates[1].ToArray();
        var length = chain.Certificates[0].Length;
        for (var at = 0; at < length; at += 3)
        {
            var leaf = chain.Certificates[0].ToArray();
            leaf[at] ^= 0x04;
            if (CertificateChain.TryParseDer([leaf, agency], new ChainLimits(5, 16384), out var changed, out _))
            {
                Assert.IsType<CertificateVerdict.Refused>(Pki.Judge(changed));
            }
        }
    }

    [Fact]
    public void An_agency_below_an_agency_exceeds_the_path_length()
    {
        var sub = Pki.Agency.IssueAgency("sub", Sm2Pki.Valid, new SeededRandom(4));
        var node = sub.IssueNode(new NodeCertificateRequest("n", [], Sm2Pki.Valid), new SeededRandom(5));

        Assert.Equal(CertificateRefusal.IssuerNotACa, Pki.Refusal(Sm2Pki.Chain(node.ChainPem)));
    }

    [Fact]
    public void The_path_length_of_the_root_counts_too()
    {
        var (root, rootKey) = SelfSigned("flat root", Sm2Pki.Valid, pathLength: 0);
        var middleKey = Pki.NewKey();
        var middle = Pki.Sign(Sm2Pki.Request("middle", middleKey.SignatureGenerator.PublicKey, isCa: true), root.SubjectName, rootKey.SignatureGenerator);
        var leaf = Pki.Sign(Sm2Pki.Request("n", Pki.NewKey().SignatureGenerator.PublicKey, isCa: false), middle.SubjectName, middleKey.SignatureGenerator);

        Assert.Equal(CertificateRefusal.IssuerNotACa, Reason(Validator(root).Validate(Sm2Pki.Chain(leaf, middle), Sm2Pki.Now)));
    }

    [Fact]
    public void A_node_that_issues_certificates_is_refused()
    {
        var node = Pki.IssueNode();
        Assert.True(GuomiSuites.Sm2.TryImportKey(node.KeyPem, null, out var key, out _));
        var chain = Sm2Pki.Chain(node.ChainPem);
        var nodeCertificate = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
        var leaf = Pki.Sign(Sm2Pki.Request("victim", Pki.NewKey().SignatureGenerator.PublicKey, isCa: false), nodeCertificate.SubjectName, ((IIssuingKey)key).SignatureGenerator);

        Assert.Equal(CertificateRefusal.IssuerNotACa, Pki.Refusal(Sm2Pki.Chain(leaf.RawData, [.. chain.Certificates[0].Span], [.. chain.Certificates[1].Span])));
    }

    [Fact]
    public void Keys_on_another_curve_or_with_explicit_parameters_are_refused_at_every_level()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var named = new PublicKey(p256);
        var explicitSm2 = Explicit(Pki.NewKey().Id);
        var agency = Sm2Pki.Load(Pki.Agency.CertificatePem);
        var agencyKey = Pki.KeyOf(Pki.Agency).SignatureGenerator;
        foreach (var key in new[] { named, explicitSm2 })
        {
            var leaf = Pki.Sign(Sm2Pki.Request("n", key, isCa: false), agency.SubjectName, agencyKey);
            Assert.Equal(CertificateRefusal.WrongCurve, Pki.Refusal(Sm2Pki.Chain(leaf, agency)));
        }

        var root = Sm2Pki.Load(Pki.Root.CertificatePem);
        var middle = Pki.Sign(Sm2Pki.Request("middle", explicitSm2, isCa: true), root.SubjectName, Pki.KeyOf(Pki.Root).SignatureGenerator);
        var below = Pki.Sign(Sm2Pki.Request("n", Pki.NewKey().SignatureGenerator.PublicKey, isCa: false), middle.SubjectName, Pki.NewKey().SignatureGenerator);
        Assert.Equal(CertificateRefusal.WrongCurve, Pki.Refusal(Sm2Pki.Chain(below, middle)));

        var p256Middle = Pki.Sign(Sm2Pki.Request("p256 middle", named, isCa: true), root.SubjectName, Pki.KeyOf(Pki.Root).SignatureGenerator);
        var p256Leaf = Pki.Sign(Sm2Pki.Request("n", Pki.NewKey().SignatureGenerator.PublicKey, isCa: false), p256Middle.SubjectName, X509SignatureGenerator.CreateForECDsa(p256));
        Assert.Equal(CertificateRefusal.WrongSignatureAlgorithm, Pki.Refusal(Sm2Pki.Chain(p256Leaf, p256Middle)));
    }

    [Fact]
    public void An_SM2_certificate_proves_nothing_on_another_curves_network()
    {
        var validator = new CertificateValidator([Sm2Pki.Load(Pki.Root.CertificatePem)], IdentityCurves.P256, MembershipLists.Open, new ChainLimits(5, 16384));

        Assert.Equal(CertificateRefusal.WrongCurve, Reason(validator.Validate(Sm2Pki.Chain(Pki.IssueNode().ChainPem), Sm2Pki.Now)));
    }

    [Fact]
    public void A_leaf_off_the_curve_is_refused()
    {
        var good = Pki.NewKey().Id;
        var bad = NodeId.FromPoint([.. good.Point[..63], (byte)(good.Point[63] ^ 1)]);
        var agency = Sm2Pki.Load(Pki.Agency.CertificatePem);
        var leaf = Pki.Sign(Sm2Pki.Request("n", NamedCurveKey.Create(bad, Sm2Curve.CurveOid), isCa: false), agency.SubjectName, Pki.KeyOf(Pki.Agency).SignatureGenerator);

        Assert.Equal(CertificateRefusal.WrongCurve, Pki.Refusal(Sm2Pki.Chain(leaf, agency)));
    }

    [Theory]
    [InlineData("1.2.3.4.5.6", true, CertificateRefusal.Malformed)]
    [InlineData("2.5.29.30", true, CertificateRefusal.Policy)]
    [InlineData("2.5.29.30", false, CertificateRefusal.Policy)]
    [InlineData("2.5.29.36", true, CertificateRefusal.Policy)]
    public void Extensions_that_nobody_processes_are_refused(string oid, bool critical, CertificateRefusal reason) =>
        Assert.Equal(reason, Pki.Refusal(Pki.Leaf(request => request.CertificateExtensions.Add(new X509Extension(oid, [0x30, 0], critical)))));

    [Fact]
    public void An_unknown_extension_that_is_not_critical_is_left_alone() =>
        Assert.IsType<CertificateVerdict.Accepted>(Pki.Judge(Pki.Leaf(request => request.CertificateExtensions.Add(new X509Extension("1.2.3.4.5.6", [5, 0], critical: false)))));

    [Fact]
    public void The_rules_of_one_certificate_hold_as_on_the_other_curves()
    {
        Assert.Equal(CertificateRefusal.KeyUsage, Pki.Refusal(Pki.Leaf(static request =>
            request.CertificateExtensions[1] = new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, critical: true))));
        Assert.Equal(CertificateRefusal.LeafIsCa, Pki.Refusal(Pki.Leaf(static request =>
            request.CertificateExtensions[0] = new X509BasicConstraintsExtension(true, false, 0, critical: true))));
    }

    [Fact]
    public void An_algorithm_outside_that_is_not_the_one_inside_is_refused()
    {
        var chain = Sm2Pki.Chain(Pki.IssueNode().ChainPem);
        var leaf = chain.Certificates[0].ToArray();
        // The identifier stands twice; its last byte outside becomes SM2-with-SHA256's.
        var algorithm = Sm2DerSignature.AlgorithmIdentifier();
        var at = leaf.AsSpan().LastIndexOf(algorithm);
        leaf[at + algorithm.Length - 1] = 0x76;

        Assert.Equal(CertificateRefusal.BadSignature, Pki.Refusal(Sm2Pki.Chain(leaf, chain.Certificates[1].ToArray())));
    }

    private static (X509Certificate2 Root, IIssuingKey Key) SelfSigned(string name, Validity validity, int? pathLength = null)
    {
        var key = Pki.NewKey();
        var request = Sm2Pki.Request(name, key.SignatureGenerator.PublicKey, isCa: true, pathLength);
        return (Pki.Sign(request, request.SubjectName, key.SignatureGenerator, validity), key);
    }

    private static CertificateValidator Validator(X509Certificate2 root) => new([root], GuomiSuites.Sm2, MembershipLists.Open, new ChainLimits(5, 16384));

    private static CertificateRefusal Reason(CertificateVerdict verdict) => Assert.IsType<CertificateVerdict.Refused>(verdict).Reason;

    // The very parameters of sm2p256v1, spelled out (SEC 1 v2.0, C.2).
    private static PublicKey Explicit(NodeId id)
    {
        var named = NamedCurveKey.Create(id, Sm2Curve.CurveOid);
        var parameters = Sm2Domain.HashedParameters;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.1.1");
                writer.WriteIntegerUnsigned(Convert.FromHexString("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF"));
            }

            using (writer.PushSequence())
            {
                writer.WriteOctetString(parameters[..32]);
                writer.WriteOctetString(parameters[32..64]);
            }

            writer.WriteOctetString([4, .. parameters[64..128]]);
            writer.WriteIntegerUnsigned(Convert.FromHexString("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123"));
            writer.WriteInteger(1);
        }

        return new PublicKey(named.Oid, new AsnEncodedData(writer.Encode()), named.EncodedKeyValue);
    }
}
