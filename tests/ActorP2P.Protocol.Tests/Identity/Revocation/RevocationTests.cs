using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Tests.Identity.Revocation;

/// <summary>What lists do to chains.</summary>
public sealed class RevocationTests
{
    private static readonly DateTimeOffset Now = TestPki.Now;
    private static readonly TestPki Pki = TestPki.P256;

    private readonly CertificateChain _node = TestPki.Chain(Pki.IssueNode().ChainPem);
    private readonly CertificateChain _other = TestPki.Chain(Pki.IssueNode().ChainPem);

    [Fact]
    public void A_node_on_its_agencys_list_is_revoked_and_its_neighbour_is_not()
    {
        var validator = TestLists.Validator(Pki, TestLists.Pem(Pki.Agency, 1, [_node]));

        Assert.Equal(CertificateRefusal.Revoked, Refusal(validator.Validate(_node, Now)));
        Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(_other, Now));
    }

    [Fact]
    public void A_revoked_agency_takes_all_its_nodes_with_it()
    {
        var validator = TestLists.Validator(Pki, TestLists.Pem(Pki.Root, 1, [TestPki.Chain(Pki.Agency.CertificatePem)]));

        Assert.Equal(CertificateRefusal.Revoked, Refusal(validator.Validate(_node, Now)));
        Assert.Equal(CertificateRefusal.Revoked, Refusal(validator.Validate(_other, Now)));
    }

    [Fact]
    public void Lists_of_several_issuers_count_side_by_side()
    {
        var validator = TestLists.Validator(Pki, TestLists.Pem(Pki.Root, 4, []), TestLists.Pem(Pki.Agency, 9, [_other]));

        Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(_node, Now));
        Assert.Equal(CertificateRefusal.Revoked, Refusal(validator.Validate(_other, Now)));
    }

    [Fact]
    public void Of_two_lists_of_one_issuer_the_higher_number_counts()
    {
        var validator = TestLists.Validator(Pki, TestLists.Pem(Pki.Agency, 8, []), TestLists.Pem(Pki.Agency, 7, [_node]));

        Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(_node, Now));
    }

    [Fact]
    public void On_secp256k1_lists_are_judged_alike()
    {
        var node = TestPki.Chain(TestPki.Secp256k1.IssueNode().ChainPem);

        Assert.Equal(CertificateRefusal.Revoked, Refusal(TestLists.Validator(TestPki.Secp256k1, TestLists.Pem(TestPki.Secp256k1.Agency, 1, [node])).Validate(node, Now)));
    }

    [Fact]
    public void A_stale_list_refuses_its_issuers_certificates_and_no_proof_lasts_longer_than_the_list()
    {
        var due = Now.AddDays(3);
        var validator = TestLists.Validator(Pki, TestLists.Pem(Pki.Agency, 1, [], nextUpdate: due));

        var accepted = Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(_node, Now));
        Assert.Equal((due, TestPki.Valid.NotAfter), (accepted.NotAfter, accepted.CertificateNotAfter));
        Assert.Equal(CertificateRefusal.RevocationStale, Refusal(validator.Validate(_node, due.AddSeconds(1))));
    }

    [Fact]
    public void With_warn_a_stale_list_goes_on_counting()
    {
        var validator = TestLists.Validator(Pki, StaleListPolicy.Warn, null, TestLists.Pem(Pki.Agency, 1, [_node], nextUpdate: Now.AddDays(3)));
        var later = Now.AddDays(4);

        Assert.Equal(CertificateRefusal.Revoked, Refusal(validator.Validate(_node, later)));
        Assert.Equal(TestPki.Valid.NotAfter, Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(_other, later)).NotAfter);
    }

    [Fact]
    public void A_list_that_names_the_agencys_key_and_is_signed_by_another_refuses_rather_than_revoking_nobody()
    {
        var validator = TestLists.Validator(Pki, TestLists.Pem(Pki.Agency, 1, [], signedBy: TestPki.Foreign.Agency));

        Assert.Equal(CertificateRefusal.RevocationUnknown, Refusal(validator.Validate(_node, Now)));
    }

    [Fact]
    public void The_list_of_a_foreign_CA_of_the_same_name_touches_nobody_of_ours()
    {
        var validator = TestLists.Validator(Pki, TestLists.Pem(TestPki.Foreign.Agency, 1, [_node]));

        Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(_node, Now));
    }

    [Fact]
    public void A_new_list_judges_paths_anew_and_an_unchanged_one_keeps_what_was_verified()
    {
        var clean = TestLists.Pem(Pki.Agency, 1, []);
        var before = TestLists.Validator(Pki, clean);
        Assert.IsType<CertificateVerdict.Accepted>(before.Validate(_node, Now));

        Assert.True(TestLists.Validator(Pki, StaleListPolicy.Refuse, before, clean).Remembers(_node, Now));
        var after = TestLists.Validator(Pki, StaleListPolicy.Refuse, before, TestLists.Pem(Pki.Agency, 2, [_node]));
        Assert.False(after.Remembers(_node, Now));
        Assert.Equal(CertificateRefusal.Revoked, Refusal(after.Validate(_node, Now)));
    }

    private static CertificateRefusal Refusal(CertificateVerdict verdict) => Assert.IsType<CertificateVerdict.Refused>(verdict).Reason;
}
