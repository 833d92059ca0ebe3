using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>Attacks by peers that hold keys: each is run by a lying responder and by a lying initiator.</summary>
public sealed class HandshakeForgeryTests
{
    private static readonly Lazy<NodeIdentity> EveIdentity = new(() => TestPki.P256.Node("eve"));

    private static NodeIdentity Eve => EveIdentity.Value;

    [Fact]
    public void A_forged_peer_that_tells_the_truth_is_accepted()
    {
        Assert.IsType<HandshakeResult.Done>(ByResponder(new Forgery()));
        Assert.IsType<HandshakeResult.Done>(ByInitiator(new Forgery()));
    }

    [Fact]
    public void Identity_misbinding_with_anothers_certificate_fails_at_the_signature() =>
        AssertRefused(HandshakeRefusal.BadSignature, new Forgery { Chain = HandshakePair.Parameters(TestPki.P256.Node("victim"), 1).Identity.Chain });

    [Fact]
    public void A_chain_swapped_after_signing_fails_at_the_Finished_MAC()
    {
        // Same length, so nothing but the identity changes: a second certificate of the same key would do in practice.
        AssertRefused(HandshakeRefusal.BadFinished, new Forgery { OnProof = proof => Flip(proof, 40) });
    }

    [Fact]
    public void A_signature_changed_after_the_MAC_fails_at_the_Finished_MAC() =>
        AssertRefused(HandshakeRefusal.BadFinished, new Forgery { OnProof = proof => Flip(proof, proof.Length - 96) });

    [Fact]
    public void A_false_Finished_MAC_is_refused() =>
        AssertRefused(HandshakeRefusal.BadFinished, new Forgery { OnProof = proof => Flip(proof, proof.Length - 1) });

    [Fact]
    public void An_epoch_changed_after_signing_is_refused() =>
        AssertRefused(HandshakeRefusal.BadFinished, new Forgery { OnProof = proof => Flip(proof, 1) });

    [Fact]
    public void A_proof_for_the_other_role_is_refused()
    {
        Assert.Equal(HandshakeRefusal.WrongRole, Reason(ByResponder(new Forgery { Role = HandshakeRole.Initiator })));
        Assert.Equal(HandshakeRefusal.WrongRole, Reason(ByInitiator(new Forgery { Role = HandshakeRole.Responder })));
    }

    [Fact]
    public void A_role_that_does_not_exist_is_refused() =>
        AssertRefused(HandshakeRefusal.WrongRole, new Forgery { OnProof = proof => [9, .. proof[1..]] });

    [Fact]
    public void A_chain_length_beyond_the_proof_is_malformed() =>
        AssertRefused(HandshakeRefusal.Malformed, new Forgery { OnProof = proof => [.. proof[..17], 0xFF, 0xFF, .. proof[19..]] });

    [Fact]
    public void A_chain_that_claims_255_certificates_is_malformed() =>
        AssertRefused(HandshakeRefusal.Malformed, new Forgery { OnProof = proof => [.. proof[..19], 255, .. proof[20..]] });

    [Fact]
    public void A_proof_that_is_cut_or_empty_is_malformed()
    {
        AssertRefused(HandshakeRefusal.Malformed, new Forgery { OnProof = proof => proof[..95] });
        AssertRefused(HandshakeRefusal.Malformed, new Forgery { OnProof = _ => [] });
        AssertRefused(HandshakeRefusal.Malformed, new Forgery { OnProof = proof => proof[1..] });
    }

    [Fact]
    public void A_certificate_of_a_foreign_CA_is_refused()
    {
        using var stranger = TestPki.Foreign.Node("stranger");
        var forgery = new Forgery { Chain = stranger.Chain, Key = stranger.Key };

        AssertRefused(HandshakeRefusal.CertificateRefused, forgery);
        Assert.Equal(stranger.Id, ((HandshakeResult.Refused)ByInitiator(forgery)).ClaimedId);
    }

    [Fact]
    public void An_expired_certificate_is_refused_with_its_reason()
    {
        var ended = TestPki.P256.IssueNode(validity: new Validity(TestPki.Now.AddDays(-9), TestPki.Now.AddDays(-1)));
        Assert.True(IdentityCurves.P256.TryImportKey(ended.KeyPem, null, out var key, out _));
        var forgery = new Forgery { Chain = TestPki.Chain(ended.ChainPem), Key = key };

        AssertRefused(HandshakeRefusal.CertificateRefused, forgery);
        Assert.Equal(CertificateRefusal.Expired, ((HandshakeResult.Refused)ByResponder(forgery)).Certificate);
        Assert.Equal(CertificateRefusal.Expired, ((HandshakeResult.Refused)ByInitiator(forgery)).Certificate);
    }

    [Fact]
    public void A_certificate_of_another_curve_is_refused()
    {
        var other = TestPki.Secp256k1.IssueNode();
        var forgery = new Forgery { Chain = TestPki.Chain(other.ChainPem) };

        Assert.Equal(CertificateRefusal.WrongCurve, ((HandshakeResult.Refused)ByResponder(forgery)).Certificate);
        Assert.Equal(CertificateRefusal.WrongCurve, ((HandshakeResult.Refused)ByInitiator(forgery)).Certificate);
    }

    [Fact]
    public void A_node_on_the_deny_list_is_refused()
    {
        var denied = TestPki.P256.Validator(new MembershipLists(new HashSet<NodeId>(), new HashSet<NodeId> { Eve.Id }));

        Assert.Equal(CertificateRefusal.Denied, ((HandshakeResult.Refused)ByInitiator(new Forgery(), denied)).Certificate);
        Assert.Equal(CertificateRefusal.Denied, ((HandshakeResult.Refused)ByResponder(new Forgery(), denied)).Certificate);
    }

    [Fact]
    public void A_peer_with_our_own_key_is_refused_at_both_ends() =>
        AssertRefused(HandshakeRefusal.SelfConnection, new Forgery { Chain = HandshakePair.Alice.Chain, Key = HandshakePair.Alice.Key });

    [Fact]
    public void A_peer_that_shows_our_certificate_without_our_key_proves_nothing() =>
        Assert.Null(((HandshakeResult.Refused)ByInitiator(new Forgery { Chain = HandshakePair.Alice.Chain })).OwnKeyEpoch);

    [Fact]
    public void Unknown_key_share_by_a_relay_that_re_signs_for_itself_fails()
    {
        // Eve passes Alice's hello on to Bob, and Bob's answer to Alice, but wants Bob to believe that Eve speaks. Without
        // the agreed secret she can only replay Alice's sealed proof, which names Alice, or send one that does not open.
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        var bob = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(), message1, HandshakePair.Now);
        var (_, eveFinish) = ForgedPeer.Start(HandshakePair.Parameters(Eve, 77), new Forgery());
        var eveOwnSession = HandshakeResponder.Accept(HandshakePair.BobParameters(88), ForgedPeer.Start(HandshakePair.Parameters(Eve, 77), new Forgery()).Message1, HandshakePair.Now);
        var evesProof = eveFinish(((HandshakeResult.Awaiting)eveOwnSession).Message2);

        Assert.Equal(HandshakeRefusal.Tampered, Reason(bob.Next.HandleFinish(evesProof, HandshakePair.Now)));
    }

    [Fact]
    public void A_man_in_the_middle_cannot_pass_a_proof_from_one_key_exchange_into_another()
    {
        // Eve runs one exchange with Alice and one with Bob, and shows Alice what Bob signed for Eve's exchange.
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters() with { ExpectedRemoteId = HandshakePair.Bob.Id }, out var message1);
        byte[]? bobsProof = null;
        var eve = new Forgery { OnProof = proof => proof };
        ForgedPeer.Answer(HandshakePair.BobParameters(55), ForgedPeer.Start(HandshakePair.Parameters(Eve, 56), eve).Message1, new Forgery { OnProof = proof => bobsProof = proof });

        var forged = ForgedPeer.Answer(HandshakePair.Parameters(Eve, 57), message1, new Forgery { OnProof = _ => bobsProof! });

        Assert.Equal(HandshakeRefusal.BadFinished, Reason(alice.HandleReply(forged, HandshakePair.Now)));
    }

    [Fact]
    public void A_choice_below_the_best_common_suite_is_a_downgrade() => Assert.Equal(
        HandshakeRefusal.Downgraded,
        Reason(ByResponder(new Forgery { OnHello = hello => hello with { Suite = "chacha20-poly1305" } })));

    [Fact]
    public void A_suite_that_we_did_not_offer_is_refused() => Assert.Equal(
        HandshakeRefusal.NoCommonSuite,
        Reason(ByResponder(new Forgery { OnHello = hello => hello with { Suite = "null-cipher", Suites = ["null-cipher"] } })));

    [Fact]
    public void An_answer_in_another_version_is_refused() => Assert.Equal(
        HandshakeRefusal.WrongVersion,
        Reason(ByResponder(new Forgery { OnHello = hello => hello with { Version = 2, MaxVersion = 2 } })));

    [Fact]
    public void An_answer_with_another_encryption_flag_is_refused() => Assert.Equal(
        HandshakeRefusal.EncryptionMismatch,
        Reason(ByResponder(new Forgery { OnHello = hello => hello with { EncryptionEnabled = false } })));

    [Fact]
    public void An_answer_with_an_invalid_point_is_refused()
    {
        var point = HandshakePair.Bob.Id.Point.ToArray();
        point[63] ^= 1;

        Assert.Equal(HandshakeRefusal.InvalidPoint, Reason(ByResponder(new Forgery { OnHello = hello => hello with { Ephemeral = NodeId.FromPoint(point) } })));
    }

    [Fact]
    public void Our_own_ephemeral_key_or_nonce_in_the_answer_is_a_reflection()
    {
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        InitiatorHello.TryDecode(message1, out var ours);
        using var again = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var same);
        Assert.Equal(message1, same);

        var key = ForgedPeer.Answer(HandshakePair.Parameters(Eve, 3), message1, new Forgery { OnHello = hello => hello with { Ephemeral = ours!.Ephemeral } });
        var nonce = ForgedPeer.Answer(HandshakePair.Parameters(Eve, 3), message1, new Forgery { OnHello = hello => hello with { Nonce = ours!.Nonce } });

        Assert.Equal(HandshakeRefusal.Reflected, Reason(alice.HandleReply(key, HandshakePair.Now)));
        Assert.Equal(HandshakeRefusal.Reflected, Reason(again.HandleReply(nonce, HandshakePair.Now)));
    }

    [Fact]
    public void A_member_that_is_not_the_one_dialled_is_refused()
    {
        var outcome = HandshakePair.Run(HandshakePair.AliceParameters() with { ExpectedRemoteId = Eve.Id }, HandshakePair.BobParameters());

        Assert.Equal(HandshakeRefusal.UnexpectedIdentity, outcome.Refusal!.Reason);
        Assert.Equal(HandshakePair.Bob.Id, outcome.Refusal.ClaimedId);
    }

    private static void AssertRefused(HandshakeRefusal reason, Forgery forgery)
    {
        Assert.Equal(reason, Reason(ByResponder(forgery)));
        Assert.Equal(reason, Reason(ByInitiator(forgery)));
    }

    private static HandshakeResult ByResponder(Forgery forgery, CertificateValidator? validator = null)
    {
        var parameters = HandshakePair.AliceParameters();
        using var alice = HandshakeInitiator.Start(parameters with { Validator = validator ?? parameters.Validator }, out var message1);
        return alice.HandleReply(ForgedPeer.Answer(HandshakePair.Parameters(Eve, 21), message1, forgery), HandshakePair.Now);
    }

    private static HandshakeResult ByInitiator(Forgery forgery, CertificateValidator? validator = null)
    {
        var parameters = HandshakePair.AliceParameters();
        var (message1, finish) = ForgedPeer.Start(HandshakePair.Parameters(Eve, 22), forgery);
        var awaiting = (HandshakeResult.Awaiting)HandshakeResponder.Accept(parameters with { Validator = validator ?? parameters.Validator }, message1, HandshakePair.Now);
        return awaiting.Next.HandleFinish(finish(awaiting.Message2), HandshakePair.Now);
    }

    private static HandshakeRefusal Reason(HandshakeResult result) => Assert.IsType<HandshakeResult.Refused>(result).Reason;

    private static byte[] Flip(byte[] proof, int at)
    {
        var flipped = proof.ToArray();
        flipped[at] ^= 1;
        return flipped;
    }
}
