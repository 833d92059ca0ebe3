using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Tests.Identity.Revocation;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class NodeIdentityTests
{
    [Fact]
    public void Three_files_that_fit_make_an_identity()
    {
        var node = TestPki.P256.IssueNode();

        using var identity = TestPki.Identity(node.KeyPem, node.ChainPem, node.CaPem, IdentityCurves.P256);

        Assert.Equal(node.Id, identity.Id);
        Assert.Equal(TestPki.Valid.NotAfter, identity.NotAfter);
        Assert.Equal($"node {node.Id.ShortId}", identity.ToString());
        Assert.Equal($"issued node {node.Id.ShortId}", node.ToString());
    }

    [Fact]
    public void A_key_of_another_certificate_is_a_mismatch()
    {
        var node = TestPki.P256.IssueNode();

        var error = Assert.Single(Errors(TestPki.P256.IssueNode().KeyPem, node.ChainPem, node.CaPem));
        Assert.Equal(IdentityErrorKind.KeyMismatch, error.Kind);
        Assert.Equal("actorp2p.identity.key-file", error.Setting);
    }

    [Fact]
    public void A_foreign_CA_is_named_with_its_refusal()
    {
        var node = TestPki.P256.IssueNode();

        var error = Assert.Single(Errors(node.KeyPem, node.ChainPem, TestPki.Foreign.Root.CertificatePem));
        Assert.Equal(IdentityErrorKind.Refused, error.Kind);
        Assert.NotNull(error.Refusal);
        Assert.Equal("actorp2p.identity.certificate-file", error.Setting);
    }

    [Fact]
    public void Everything_that_is_wrong_is_reported_together()
    {
        var settings = TestPki.Settings(allow: ["zz"], deny: ["00", "11"]);

        var errors = Errors("no key", "no certificate", "no ca", settings: settings);

        Assert.Equal(
            [
                "actorp2p.identity.key-file", "actorp2p.identity.certificate-file", "actorp2p.identity.ca-file",
                "actorp2p.identity.allow-node-ids[0]", "actorp2p.identity.deny-node-ids[0]", "actorp2p.identity.deny-node-ids[1]",
            ],
            errors.Select(error => error.Setting));
        Assert.All(errors, error => Assert.DoesNotContain('\n', error.Detail));
    }

    [Fact]
    public void A_key_mismatch_and_an_expired_chain_are_reported_together()
    {
        var ended = TestPki.P256.IssueNode(validity: new Validity(TestPki.Now.AddDays(-9), TestPki.Now.AddDays(-1)));

        var errors = Errors(TestPki.P256.IssueNode().KeyPem, ended.ChainPem, ended.CaPem);

        Assert.Equal([IdentityErrorKind.KeyMismatch, IdentityErrorKind.Refused], errors.Select(error => error.Kind));
        Assert.Equal(CertificateRefusal.Expired, errors[1].Refusal);
    }

    [Fact]
    public void A_root_file_with_a_node_certificate_is_refused()
    {
        var node = TestPki.P256.IssueNode();
        var leafPem = TestPki.Chain(node.ChainPem).ToPem().Split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n";

        Assert.Contains(Errors(node.KeyPem, node.ChainPem, leafPem), error => error.Kind == IdentityErrorKind.Roots);
    }

    [Fact]
    public void Several_roots_overlap()
    {
        var node = TestPki.P256.IssueNode();

        using var identity = TestPki.Identity(node.KeyPem, node.ChainPem, TestPki.Foreign.Root.CertificatePem + node.CaPem, IdentityCurves.P256);

        Assert.IsType<CertificateVerdict.Accepted>(identity.Validator.Validate(TestPki.Chain(TestPki.Foreign.IssueNode().ChainPem), TestPki.Now));
    }

    [Fact]
    public void A_node_that_denies_itself_does_not_start()
    {
        var node = TestPki.P256.IssueNode();

        var error = Assert.Single(Errors(node.KeyPem, node.ChainPem, node.CaPem, settings: TestPki.Settings(deny: [node.Id.ToString()])));
        Assert.Equal(CertificateRefusal.Denied, error.Refusal);
    }

    [Theory]
    [InlineData("secret", "secret", true)]
    [InlineData("secret", "wrong", false)]
    [InlineData("secret", null, false)]
    public void An_encrypted_key_opens_with_its_password_only(string password, string? given, bool opens)
    {
        var node = TestPki.P256.IssueNode();
        using var key = ECDsa.Create();
        key.ImportFromPem(node.KeyPem);
        var encrypted = key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

        Assert.Equal(opens, IdentityCurves.P256.TryImportKey(encrypted, given, out var imported, out var reason));
        Assert.Equal(opens, imported?.Id == node.Id);
        Assert.DoesNotContain(password, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_SEC1_key_behind_its_parameters_is_read()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + key.ExportECPrivateKeyPem();

        Assert.True(IdentityCurves.P256.TryImportKey(pem, null, out var imported, out _));
        Assert.Equal(EcdsaCurve.PublicPoint(key.ExportParameters(false)), imported.Id);
    }

    [Fact]
    public void Keys_that_are_no_private_key_of_the_curve_are_refused()
    {
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] pems =
        [
            "", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", rsa.ExportPkcs8PrivateKeyPem(), p384.ExportPkcs8PrivateKeyPem(),
            p256.ExportSubjectPublicKeyInfoPem(), p256.ExportPkcs8PrivateKeyPem() + "\n" + p256.ExportPkcs8PrivateKeyPem(),
            TestPki.Secp256k1.IssueNode().KeyPem,
        ];

        foreach (var pem in pems)
        {
            Assert.False(IdentityCurves.P256.TryImportKey(pem, null, out var key, out var reason));
            Assert.Null(key);
            Assert.NotEmpty(reason);
            Assert.DoesNotContain('\n', reason);
        }
    }

    [Fact]
    public void A_key_on_a_curve_that_nobody_knows_is_a_reason_and_no_exception()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = key.ExportPkcs8PrivateKey();
        ReadOnlySpan<byte> p256 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
        der[der.AsSpan().IndexOf(p256) + p256.Length - 1] = 0x7F;

        Assert.False(IdentityCurves.P256.TryImportKey(PemEncoding.WriteString("PRIVATE KEY", der), null, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void A_CA_certificate_with_a_damaged_extension_beside_a_revocation_list_is_an_error_of_the_CA_file()
    {
        var pki = TestPki.P256;
        var node = pki.IssueNode();
        using var root = X509Certificate2.CreateFromPem(pki.Root.CertificatePem);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(root.SubjectName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509Extension("2.5.29.14", [1, 2, 3], critical: false));
        using var damaged = request.CreateSelfSigned(TestPki.Valid.NotBefore, TestPki.Valid.NotAfter);
        var lists = new RevocationFiles([TestLists.Pem(pki.Root, 3, [])], StaleListPolicy.Refuse, RevocationLists.None.Numbers);

        var created = NodeIdentity.TryCreate(
            node.KeyPem, node.ChainPem, damaged.ExportCertificatePem() + "\n" + node.CaPem, IdentityCurves.P256, null, TestPki.Settings(), TestPki.Now, out _, out var errors, lists);

        Assert.False(created);
        Assert.Contains(errors, static error => error.Kind == IdentityErrorKind.Roots);
    }

    [Fact]
    public void A_renewed_certificate_keeps_the_node_ID()
    {
        var pki = TestPki.P256;
        using var identity = pki.Node();

        var renewed = pki.Agency.RenewNode(new NodeCertificateRequest("node", [], Validity.FromNow(TestPki.Now, 700)), identity.Key, pki.Random);

        var accepted = Assert.IsType<CertificateVerdict.Accepted>(identity.Validator.Validate(TestPki.Chain(renewed), TestPki.Now));
        Assert.Equal(identity.Id, accepted.Id);
        Assert.True(accepted.NotAfter > identity.NotAfter);
    }

    private static IReadOnlyList<IdentityError> Errors(string key, string chain, string ca, ActorP2P.Protocol.Settings.IdentitySettings? settings = null)
    {
        Assert.False(NodeIdentity.TryCreate(key, chain, ca, IdentityCurves.P256, null, settings ?? TestPki.Settings(), TestPki.Now, out var identity, out var errors));
        Assert.Null(identity);
        return errors;
    }
}
