using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Tests.Identity.Revocation;

/// <summary>Which lists may come into force.</summary>
public sealed class RevocationListTests
{
    private static readonly DateTimeOffset Now = TestPki.Now;
    private static readonly TestPki Pki = TestPki.P256;

    private readonly CertificateChain _node = TestPki.Chain(Pki.IssueNode().ChainPem);

    [Fact]
    public void A_list_is_read_as_it_was_made()
    {
        var list = TestLists.List(TestLists.Pem(Pki.Agency, 300, [_node], Now.AddDays(-1), Now.AddDays(7)));

        Assert.Equal((300, 1, Now.AddDays(-1), Now.AddDays(7)), ((int)list.Number, list.Count, list.ThisUpdate, list.NextUpdate));
        Assert.Contains("test agency", list.IssuerName.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_never_falls_below_one_that_was_in_force()
    {
        Assert.True(TryCreate([TestLists.Pem(Pki.Agency, 5, [_node])], RevocationLists.None, out var five, out _));
        Assert.True(TryCreate([TestLists.Pem(Pki.Agency, 5, [_node])], five!, out _, out _));
        Assert.True(TryCreate([TestLists.Pem(Pki.Agency, 6, [])], five!, out var six, out _));

        Assert.False(TryCreate([TestLists.Pem(Pki.Agency, 5, [_node])], six!, out _, out var problems));
        Assert.Equal(RevocationListError.RolledBack, Assert.Single(problems).Error);
    }

    [Fact]
    public void A_number_is_remembered_while_its_list_is_taken_out()
    {
        Assert.True(TryCreate([TestLists.Pem(Pki.Agency, 5, [])], RevocationLists.None, out var five, out _));
        Assert.True(TryCreate([], five!, out var none, out _));

        Assert.False(TryCreate([TestLists.Pem(Pki.Agency, 4, [])], none!, out _, out var problems));
        Assert.Equal(RevocationListError.RolledBack, Assert.Single(problems).Error);
    }

    [Fact]
    public void A_list_signed_by_somebody_else_is_refused_when_its_issuer_is_at_hand() =>
        AssertRefused(RevocationListError.BadSignature, TestLists.Pem(Pki.Root, 1, [], signedBy: TestPki.Foreign.Root));

    [Fact]
    public void A_list_from_the_future_is_refused_as_a_wrong_clock() =>
        AssertRefused(RevocationListError.NotYetValid, TestLists.Pem(Pki.Root, 1, [], Now.AddDays(730), Now.AddDays(737)));

    [Fact]
    public void A_stale_list_comes_into_force_with_a_warning()
    {
        Assert.True(TryCreate([TestLists.Pem(Pki.Root, 1, [], Now.AddDays(-9), Now.AddDays(-2))], RevocationLists.None, out _, out var warnings));
        Assert.Equal(RevocationListError.Stale, Assert.Single(warnings).Error);
    }

    [Fact]
    public void A_list_of_an_issuer_that_is_not_at_hand_comes_into_force_with_a_warning()
    {
        Assert.True(TryCreate([TestLists.Pem(Pki.Agency, 1, [])], RevocationLists.None, out _, out var warnings));
        Assert.Equal(RevocationListError.UnknownIssuer, Assert.Single(warnings).Error);
    }

    [Fact]
    public void An_issuer_without_cRLSign_may_not_revoke()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=no lists", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var ca = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(9));
        var der = new CertificateRevocationListBuilder().Build(
            ca.SubjectName, X509SignatureGenerator.CreateForECDsa(key), 1, Now.AddDays(1), HashAlgorithmName.SHA256, X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(key.ExportSubjectPublicKeyInfo().AsSpan(0, 20)), Now.AddDays(-1));
        Assert.Equal(RevocationListError.None, RevocationList.TryParseDer(der, out var list));

        Assert.Equal(RevocationListError.IssuerMayNotSign, list!.JudgeIssuer(ca, IdentityCurves.P256));
    }

    [Theory]
    [InlineData("2.5.29.27")]
    [InlineData("2.5.29.28")]
    public void Delta_and_partial_lists_are_refused(string criticalOid) =>
        Assert.Equal(RevocationListError.UnknownCriticalExtension, RevocationList.TryParseDer(Rebuild(extraExtensionOid: criticalOid), out _));

    [Fact]
    public void An_indirect_entry_is_refused_with_its_whole_list() =>
        Assert.Equal(RevocationListError.UnknownCriticalExtension, RevocationList.TryParseDer(Rebuild(criticalEntry: true), out _));

    [Fact]
    public void A_list_without_number_without_nextUpdate_or_of_version_1_is_refused()
    {
        Assert.Equal(RevocationListError.None, RevocationList.TryParseDer(Rebuild(), out _));
        Assert.Equal(RevocationListError.NoNumber, RevocationList.TryParseDer(Rebuild(withNumber: false), out _));
        Assert.Equal(RevocationListError.NoNextUpdate, RevocationList.TryParseDer(Rebuild(withNextUpdate: false), out _));
        Assert.Equal(RevocationListError.WrongVersion, RevocationList.TryParseDer(Rebuild(withVersion: false), out _));
    }

    [Fact]
    public void Any_changed_byte_gives_another_list_or_none_and_never_an_exception()
    {
        var pem = TestLists.Pem(Pki.Agency, 1, [_node]);
        var der = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        using var agency = X509Certificate2.CreateFromPem(Pki.Agency.CertificatePem);
        for (var at = 0; at < der.Length; at++)
        {
            var changed = der.ToArray();
            changed[at] ^= 0x20;
            if (RevocationList.TryParseDer(changed, out var list) == RevocationListError.None && list!.IsNamedBy(agency))
            {
                Assert.NotEqual(RevocationListError.None, list.JudgeIssuer(agency, Pki.Curve));
            }
        }

        for (var length = 0; length < der.Length; length++)
        {
            Assert.NotEqual(RevocationListError.None, RevocationList.TryParseDer(der.AsMemory(0, length), out _));
        }
    }

    [Fact]
    public void A_file_without_a_list_or_with_too_many_is_refused()
    {
        var pem = TestLists.Pem(Pki.Agency, 1, []) + "\n";
        Assert.Equal(RevocationListError.Malformed, RevocationList.TryParsePem(Pki.Agency.CertificatePem, out _));
        Assert.Equal(RevocationListError.None, RevocationList.TryParsePem(string.Concat(Enumerable.Repeat(pem, 16)), out _));
        Assert.Equal(RevocationListError.TooMany, RevocationList.TryParsePem(string.Concat(Enumerable.Repeat(pem, 17)), out _));
    }

    [Fact]
    public void An_identity_reports_a_bad_list_by_its_file()
    {
        var issued = Pki.IssueNode();
        var files = new RevocationFiles([TestLists.Pem(Pki.Agency, 1, []), "no list"], StaleListPolicy.Refuse, RevocationLists.None.Numbers);

        Assert.False(NodeIdentity.TryCreate(issued.KeyPem, issued.ChainPem, issued.CaPem, Pki.Curve, null, TestPki.Settings(), Now, out _, out var errors, files));
        var error = Assert.Single(errors);
        Assert.Equal(("actorp2p.crl.files.1", IdentityErrorKind.RevocationList, RevocationListError.Malformed), (error.Setting, error.Kind, error.RevocationList!.Value));
    }

    [Fact]
    public void A_node_starts_with_a_stale_list_but_not_when_it_is_revoked_itself()
    {
        var issued = Pki.IssueNode();
        bool Starts(string list, out IReadOnlyList<IdentityError> errors) => NodeIdentity.TryCreate(
            issued.KeyPem, issued.ChainPem, issued.CaPem, Pki.Curve, null, TestPki.Settings(), Now, out _, out errors, new RevocationFiles([list], StaleListPolicy.Refuse, RevocationLists.None.Numbers));

        Assert.True(Starts(TestLists.Pem(Pki.Agency, 1, [], Now.AddDays(-9), Now.AddDays(-2)), out _));
        Assert.False(Starts(TestLists.Pem(Pki.Agency, 1, [TestPki.Chain(issued.ChainPem)]), out var errors));
        Assert.Equal(CertificateRefusal.Revoked, Assert.Single(errors).Refusal);
    }

    private static void AssertRefused(RevocationListError expected, string pem)
    {
        Assert.False(TryCreate([pem], RevocationLists.None, out _, out var problems));
        Assert.Equal(expected, Assert.Single(problems).Error);
    }

    private static bool TryCreate(string[] pems, RevocationLists before, out RevocationLists? lists, out IReadOnlyList<RevocationListProblem> problems)
    {
        using var root = X509Certificate2.CreateFromPem(Pki.Root.CertificatePem);
        return RevocationLists.TryCreate([.. pems.Select(TestLists.List)], StaleListPolicy.Refuse, before.Numbers, [root], Pki.Curve, Now, out lists, out problems);
    }

    // A list as a CA may write it that does not keep to the profile; the signature is not what is tested.
    private static byte[] Rebuild(bool withVersion = true, bool withNextUpdate = true, bool withNumber = true, bool criticalEntry = false, string? extraExtensionOid = null)
    {
        var w = new AsnWriter(AsnEncodingRules.DER);
        using (w.PushSequence())
        {
            using (w.PushSequence())
            {
                if (withVersion)
                {
                    w.WriteInteger(1);
                }

                WriteAlgorithm(w);
                w.WriteEncodedValue(new X500DistinguishedName("CN=issuer").RawData);
                w.WriteUtcTime(Now);
                if (withNextUpdate)
                {
                    w.WriteGeneralizedTime(Now.AddYears(50), omitFractionalSeconds: true);
                }

                WriteEntry(w, criticalEntry);
                using (w.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                using (w.PushSequence())
                {
                    if (withNumber)
                    {
                        WriteExtension(w, "2.5.29.20", isCritical: false);
                    }

                    if (extraExtensionOid is not null)
                    {
                        WriteExtension(w, extraExtensionOid, isCritical: true);
                    }
                }
            }

            WriteAlgorithm(w);
            w.WriteBitString([1, 2, 3]);
        }

        return w.Encode();
    }

    private static void WriteAlgorithm(AsnWriter w)
    {
        using (w.PushSequence())
        {
            w.WriteObjectIdentifier("1.2.840.10045.4.3.2");
        }
    }

    private static void WriteEntry(AsnWriter w, bool isCritical)
    {
        using (w.PushSequence())
        using (w.PushSequence())
        {
            w.WriteInteger(77);
            w.WriteUtcTime(Now);
            using (w.PushSequence())
            {
                WriteExtension(w, isCritical ? "2.5.29.29" : "2.5.29.21", isCritical);
            }
        }
    }

    private static void WriteExtension(AsnWriter w, string oid, bool isCritical)
    {
        using (w.PushSequence())
        {
            w.WriteObjectIdentifier(oid);
            if (isCritical)
            {
                w.WriteBoolean(true);
            }

            w.WriteOctetString([2, 1, 9]);
        }
    }
}
