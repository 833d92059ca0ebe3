using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class CertificateValidatorTests
{
    private static readonly DateTimeOffset Now = TestPki.Now;

    [Fact]
    public void A_chain_of_leaf_and_agency_proves_the_leafs_key()
    {
        var node = TestPki.P256.IssueNode();

        var accepted = Assert.IsType<CertificateVerdict.Accepted>(Judge(TestPki.P256, node.ChainPem));

        Assert.Equal(node.Id, accepted.Id);
        Assert.Equal(TestPki.Valid.NotAfter, accepted.NotAfter);
    }

    [Fact]
    public void A_chain_on_secp256k1_is_accepted_in_its_own_network_only()
    {
        var node = TestPki.Secp256k1.IssueNode();

        Assert.IsType<CertificateVerdict.Accepted>(Judge(TestPki.Secp256k1, node.ChainPem));
        Assert.Equal(CertificateRefusal.WrongCurve, Refusal(TestPki.P256.Validator().Validate(TestPki.Chain(node.ChainPem), Now)));
    }

    [Fact]
    public void A_leaf_straight_under_the_root_needs_no_agency()
    {
        var node = TestPki.P256.Root.IssueNode(new NodeCertificateRequest("direct", [], TestPki.Valid), TestPki.P256.Random);

        Assert.IsType<CertificateVerdict.Accepted>(Judge(TestPki.P256, node.ChainPem));
    }

    [Fact]
    public void The_end_is_the_earliest_of_the_whole_path()
    {
        var pki = TestPki.P256;
        var soon = Validity.FromNow(Now, 7);
        using var agency = pki.Root.IssueAgency("short agency", soon, pki.Random);
        var node = agency.IssueNode(new NodeCertificateRequest("n", [], TestPki.Valid), pki.Random);

        Assert.Equal(soon.NotAfter, Assert.IsType<CertificateVerdict.Accepted>(Judge(pki, node.ChainPem)).NotAfter);
    }

    [Fact]
    public void A_chain_of_another_CA_is_refused() =>
        Assert.Equal(CertificateRefusal.UntrustedRoot, Refusal(Judge(TestPki.P256, TestPki.Foreign.IssueNode().ChainPem)));

    [Fact]
    public void A_foreign_CA_of_the_same_name_that_sends_its_root_along_is_refused()
    {
        var chain = TestPki.Foreign.IssueNode().ChainPem + TestPki.Foreign.Root.CertificatePem;

        Assert.Contains(Refusal(Judge(TestPki.P256, chain)), new[] { CertificateRefusal.UntrustedRoot, CertificateRefusal.BadSignature });
    }

    [Fact]
    public void A_chain_without_its_agency_is_refused()
    {
        var leaf = TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Certificates[0];
        Assert.True(CertificateChain.TryParseDer([leaf], new ChainLimits(4, 8192), out var alone, out _));

        Assert.Equal(CertificateRefusal.UntrustedRoot, Refusal(TestPki.P256.Validator().Validate(alone, Now)));
    }

    [Fact]
    public void An_ended_leaf_is_refused() =>
        Assert.Equal(CertificateRefusal.Expired, Refusal(Judge(TestPki.P256, TestPki.P256.IssueNode(validity: new Validity(Now.AddDays(-9), Now.AddDays(-1))).ChainPem)));

    [Fact]
    public void A_leaf_that_has_not_begun_is_refused() =>
        Assert.Equal(CertificateRefusal.NotYetValid, Refusal(Judge(TestPki.P256, TestPki.P256.IssueNode(validity: new Validity(Now.AddDays(1), Now.AddDays(9))).ChainPem)));

    [Fact]
    public void An_ended_agency_is_refused()
    {
        var pki = TestPki.P256;
        using var agency = pki.Root.IssueAgency("old agency", new Validity(Now.AddDays(-9), Now.AddDays(-1)), pki.Random);

        Assert.Equal(CertificateRefusal.Expired, Refusal(Judge(pki, agency.IssueNode(new NodeCertificateRequest("n", [], TestPki.Valid), pki.Random).ChainPem)));
    }

    [Fact]
    public void An_ended_root_is_refused()
    {
        var pki = TestPki.P256;
        var longer = Validity.FromNow(Now, 9000);
        using var agency = pki.Root.IssueAgency("agency that outlives its root", longer, pki.Random);
        var chain = TestPki.Chain(agency.IssueNode(new NodeCertificateRequest("n", [], longer), pki.Random).ChainPem);

        Assert.Equal(CertificateRefusal.Expired, Refusal(pki.Validator().Validate(chain, Now.AddDays(4000))));
    }

    [Fact]
    public void A_chain_is_judged_anew_when_time_has_passed()
    {
        var validator = TestPki.P256.Validator();
        var chain = TestPki.Chain(TestPki.P256.IssueNode().ChainPem);

        Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(chain, Now));
        Assert.Equal(CertificateRefusal.Expired, Refusal(validator.Validate(chain, Now.AddDays(366))));
        Assert.Equal(CertificateRefusal.NotYetValid, Refusal(validator.Validate(chain, Now.AddDays(-2))));
    }

    [Fact]
    public void A_leaf_with_addresses_to_download_from_is_judged_without_a_download()
    {
        // A host that answers never: with downloads on, this would hang or leak that we validate.
        var chain = TestPki.P256.Leaf(request => request.CertificateExtensions.Add(
            new X509AuthorityInformationAccessExtension(["http://192.0.2.1/ocsp"], ["http://192.0.2.1/ca.crt"])));
        var lists = TestPki.P256.Leaf(request => request.CertificateExtensions.Add(
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(["http://192.0.2.1/ca.crl", "file:///etc/passwd"])));

        Assert.IsType<CertificateVerdict.Accepted>(TestPki.P256.Validator().Validate(lists, Now));
        Assert.IsType<CertificateVerdict.Accepted>(TestPki.P256.Validator().Validate(chain, Now));
    }

    [Fact]
    public void A_flipped_bit_in_the_leafs_signature_is_refused()
    {
        var ders = TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Certificates.Select(der => der.ToArray()).ToList();
        ders[0][^5] ^= 1;
        Assert.True(CertificateChain.TryParseDer([.. ders.Select(der => (ReadOnlyMemory<byte>)der)], new ChainLimits(4, 8192), out var chain, out _));

        Assert.Equal(CertificateRefusal.BadSignature, Refusal(TestPki.P256.Validator().Validate(chain, Now)));
    }

    [Fact]
    public void A_certificate_with_any_byte_changed_never_proves_its_node_ID_and_never_throws()
    {
        var validator = TestPki.P256.Validator();
        var node = TestPki.P256.IssueNode();
        var original = TestPki.Chain(node.ChainPem).Certificates.Select(der => der.ToArray()).ToList();
        for (var at = 0; at < original[0].Length; at++)
        {
            var leaf = original[0].ToArray();
            leaf[at] ^= 0x20;
            if (!CertificateChain.TryParseDer([leaf, original[1]], new ChainLimits(4, 8192), out var chain, out _))
            {
                continue;
            }

            Assert.IsType<CertificateVerdict.Refused>(validator.Validate(chain, Now));
        }
    }

    [Fact]
    public void A_sequence_that_is_no_certificate_is_malformed()
    {
        Assert.True(CertificateChain.TryParseDer([new byte[] { 0x30, 0x03, 0x02, 0x01, 0x01 }], new ChainLimits(4, 8192), out var chain, out _));

        Assert.Equal(CertificateRefusal.Malformed, Refusal(TestPki.P256.Validator().Validate(chain, Now)));
    }

    [Fact]
    public void A_chain_longer_than_the_validators_limits_is_refused()
    {
        var chain = TestPki.Chain(TestPki.P256.IssueNode().ChainPem + string.Concat(Enumerable.Repeat(TestPki.P256.Agency.CertificatePem, 3)));

        Assert.Equal(CertificateRefusal.TooLong, Refusal(TestPki.P256.Validator().Validate(chain, Now)));
    }

    [Fact]
    public void Lists_act_on_a_chain_that_was_accepted_before()
    {
        var node = TestPki.P256.IssueNode();
        var other = TestPki.P256.IssueNode();
        var chain = TestPki.Chain(node.ChainPem);
        var empty = new HashSet<NodeId>();

        Assert.Equal(CertificateRefusal.Denied, Refusal(TestPki.P256.Validator(new MembershipLists(empty, new HashSet<NodeId> { node.Id })).Validate(chain, Now)));
        Assert.Equal(CertificateRefusal.Denied, Refusal(TestPki.P256.Validator(new MembershipLists(new HashSet<NodeId> { node.Id }, new HashSet<NodeId> { node.Id })).Validate(chain, Now)));
        Assert.Equal(CertificateRefusal.NotAllowed, Refusal(TestPki.P256.Validator(new MembershipLists(new HashSet<NodeId> { other.Id }, empty)).Validate(chain, Now)));
        Assert.IsType<CertificateVerdict.Accepted>(TestPki.P256.Validator(new MembershipLists(new HashSet<NodeId> { node.Id }, empty)).Validate(chain, Now));
    }

    [Fact]
    public void A_refusals_detail_is_one_line_whatever_the_subject_says()
    {
        var chain = TestPki.P256.Leaf(_ => { }, new Validity(Now.AddDays(-9), Now.AddDays(-1)));

        var refused = Assert.IsType<CertificateVerdict.Refused>(TestPki.P256.Validator().Validate(chain, Now));
        Assert.DoesNotContain('\n', refused.Detail);
        Assert.InRange(refused.Detail.Length, 1, 300);
    }

    [Fact]
    public void The_path_cache_stays_within_its_bound()
    {
        var cache = new CertificatePathCache(2);
        var id = TestPki.P256.IssueNode().Id;
        for (byte i = 0; i < 5; i++)
        {
            cache.Keep([i], new CertificatePath(id, Now, Now.AddDays(1), Now.AddDays(1)));
        }

        Assert.Null(cache.Find([2], Now));
        Assert.NotNull(cache.Find([3], Now));
        Assert.NotNull(cache.Find([4], Now));
        Assert.Null(cache.Find([4], Now.AddDays(2)));
    }

    [Fact]
    public void A_validator_without_roots_does_not_construct() =>
        Assert.Throws<ArgumentException>(() => new CertificateValidator([], IdentityCurves.P256, MembershipLists.Open, new ChainLimits(4, 8192)));

    private static CertificateVerdict Judge(TestPki network, string chainPem) => network.Validator().Validate(TestPki.Chain(chainPem), Now);

    private static CertificateRefusal Refusal(CertificateVerdict verdict) => Assert.IsType<CertificateVerdict.Refused>(verdict).Reason;
}
