using ActorP2P.Hocon;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Succession;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Trust;

/// <summary>What a reload does, decided without a file or an actor.</summary>
public sealed class TrustRotationTests
{
    // A certificate holds whole seconds.
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    private static readonly Validity Year = Validity.FromNow(Now, 365);
    private static readonly TestConsortium Ours = TestConsortium.Ours;
    private static readonly TestConsortium Next = new("next");

    private readonly IssuedNode _node = Ours.Issue("node");
    private readonly IssuedNode _other = Ours.Issue("other");

    [Fact]
    public void The_same_files_change_nothing()
    {
        var rotation = Start();
        var before = rotation.State;
        Assert.IsType<RotationOutcome.Unchanged>(rotation.Offer(Files(), Now));
        Assert.Same(before, rotation.State);
    }

    [Fact]
    public void A_renewed_certificate_comes_into_force_under_the_same_key_object()
    {
        var rotation = Start();
        var before = rotation.State;
        var renewed = Ours.Renew(_node, Year);
        var changed = Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(renewed), Now));

        Assert.Equal(["certificate", "tls"], changed.Parts);
        Assert.Same(before.Identity.Key, changed.State.Identity.Key);
        Assert.Equal(Year.NotAfter, changed.State.Identity.NotAfter);
        Assert.NotEqual(before.Tls!.NotAfter, changed.State.Tls!.NotAfter);
    }

    [Theory]
    [InlineData("actorp2p.identity.certificate-file", "-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData("actorp2p.identity.certificate-file", "")]
    public void A_half_written_certificate_changes_nothing_and_is_named(string path, string text)
    {
        var rotation = Start();
        var before = rotation.State;
        var refused = Assert.IsType<RotationOutcome.Refused>(rotation.Offer(Files(_node with { ChainPem = text }), Now));
        Assert.Contains(refused.Errors, e => e.Path == path);
        Assert.Same(before, rotation.State);
        Assert.IsType<RotationOutcome.Unchanged>(rotation.Offer(Files(), Now));
    }

    [Fact]
    public void One_bad_part_keeps_the_good_parts_out()
    {
        var rotation = Start();
        var files = Files(Ours.Renew(_node, Year), "identity.deny-node-ids = [\"" + _other.Id + "\"]", ["no list"]);
        var refused = Assert.IsType<RotationOutcome.Refused>(rotation.Offer(files, Now));
        Assert.Equal("actorp2p.crl.files.0", Assert.Single(refused.Errors).Path);
        Assert.IsType<CertificateVerdict.Accepted>(Judge(rotation, _other));
    }

    [Fact]
    public void A_new_key_is_taken_with_the_former_state_beside_it_and_is_not_taken_back()
    {
        var rotation = Start();
        var before = rotation.State;
        var changed = Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(_other), Now));
        Assert.Equal(["certificate", "key", "tls"], changed.Parts);
        Assert.Same(before, changed.Former);
        Assert.Equal(_other.Id, rotation.State.Identity.Id);
        var refused = Assert.IsType<RotationOutcome.Refused>(rotation.Offer(Files(), Now.AddDays(2)));
        Assert.Contains("gave up", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);

        // Both keys are still there: the former one signs that it is succeeded.
        before.Identity.Key.Sign(SignatureContext.SuccessionPredecessor, "data"u8, new byte[64]);
        rotation.State.Identity.Key.Sign(SignatureContext.SuccessionSuccessor, "data"u8, new byte[64]);
    }

    [Fact]
    public void A_key_changes_so_often_within_the_overlap_and_no_more()
    {
        var rotation = Start();
        for (var change = 0; change < SuccessionTable.MaxChain; change++)
        {
            Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(Ours.Issue("again")), Now));
        }

        var refused = Assert.IsType<RotationOutcome.Refused>(rotation.Offer(Files(_other), Now.AddMinutes(59)));
        Assert.Contains("succession.overlap", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
        Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(_other), Now.AddMinutes(61)));
    }

    [Fact]
    public void Without_overlap_a_new_key_is_a_new_identity_and_is_refused()
    {
        var rotation = Start();
        var refused = Assert.IsType<RotationOutcome.Refused>(rotation.Offer(Files(_other, "succession.overlap = 0s"), Now));
        Assert.Contains(refused.Errors, static e => e.Path == "actorp2p.identity.key-file" && e.Message.Contains("new identity", StringComparison.Ordinal));
        Assert.Equal(_node.Id, rotation.State.Identity.Id);

        // The key in use was not disposed with the refused one.
        rotation.State.Identity.Key.Sign(SignatureContext.LinkState, "data"u8, new byte[64]);
    }

    [Fact]
    public void Lists_act_at_once_and_are_taken_back_at_once()
    {
        var rotation = Start();
        var changed = Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(_node, "identity.deny-node-ids = [\"" + _other.Id + "\"]"), Now));
        Assert.Equal(["deny-list"], changed.Parts);
        Assert.Equal(CertificateRefusal.Denied, Assert.IsType<CertificateVerdict.Refused>(Judge(rotation, _other)).Reason);
        Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(), Now));
        Assert.IsType<CertificateVerdict.Accepted>(Judge(rotation, _other));
    }

    [Fact]
    public void A_revocation_list_never_falls_back_across_reloads()
    {
        var rotation = Start();
        Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(_node, "", [Ours.RevocationList(7, _other)]), Now));
        Assert.Equal(CertificateRefusal.Revoked, Assert.IsType<CertificateVerdict.Refused>(Judge(rotation, _other)).Reason);

        var refused = Assert.IsType<RotationOutcome.Refused>(rotation.Offer(Files(_node, "", [Ours.RevocationList(6)]), Now));
        Assert.Equal("actorp2p.crl.files.0", Assert.Single(refused.Errors).Path);
        Assert.Equal(CertificateRefusal.Revoked, Assert.IsType<CertificateVerdict.Refused>(Judge(rotation, _other)).Reason);
    }

    [Fact]
    public void An_old_root_stays_trusted_for_the_overlap_and_no_longer()
    {
        const string Overlap = "rotation.root-overlap = 2h";
        var rotation = Start();
        var moved = Next.Renew(_node, Year) with { CaPem = Next.RootPem };
        var ofNext = Next.Issue("of next");
        Assert.Equal(["certificate", "roots", "tls"], Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(moved, Overlap), Now)).Parts);
        Assert.IsType<CertificateVerdict.Accepted>(Judge(rotation, _other));
        Assert.IsType<CertificateVerdict.Accepted>(Judge(rotation, ofNext));

        // The same files an hour later mean the same, and when the overlap is over they mean less.
        Assert.Equal(Now.AddHours(2), rotation.NextCheck(Now));
        Assert.IsType<RotationOutcome.Unchanged>(rotation.Offer(Files(moved, Overlap), Now.AddHours(1)));
        Assert.Equal(["roots", "tls"], Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(moved, Overlap), Now.AddHours(2))).Parts);
        Assert.IsType<CertificateVerdict.Refused>(Judge(rotation, _other));
        Assert.Null(rotation.NextCheck(Now.AddHours(2)));
    }

    [Fact]
    public void Without_overlap_a_root_that_is_taken_out_is_out_at_once()
    {
        var rotation = Start();
        var moved = Next.Renew(_node, Year) with { CaPem = Next.RootPem };
        Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(moved, "rotation.root-overlap = 0s"), Now));
        Assert.IsType<CertificateVerdict.Refused>(Judge(rotation, _other));
    }

    [Fact]
    public void A_root_that_comes_back_overlaps_no_longer()
    {
        var rotation = Start();
        Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(_node with { CaPem = _node.CaPem + Next.RootPem }), Now));
        Assert.Null(rotation.NextCheck(Now));
        Assert.IsType<RotationOutcome.Unchanged>(rotation.Offer(Files(), Now));
        Assert.Equal(Now.AddHours(1), rotation.NextCheck(Now));
        rotation.Offer(Files(_node with { CaPem = _node.CaPem + Next.RootPem }), Now);
        Assert.Null(rotation.NextCheck(Now));
    }

    [Fact]
    public void Members_of_a_namespace_are_those_named_and_this_node()
    {
        var rotation = Start();
        Assert.Null(rotation.State.MembersOf("chain"));
        Assert.True(rotation.State.MayJoin("chain", _other.Id));
        Assert.Equal(["members"], Assert.IsType<RotationOutcome.Changed>(rotation.Offer(Files(_node, "namespaces.chain.members = []"), Now)).Parts);
        Assert.Equal([_node.Id], rotation.State.MembersOf("chain")!);
        rotation.Offer(Files(_node, "namespaces.chain.members = [\"" + _other.Id + "\"]"), Now);
        Assert.True(rotation.State.MayJoin("chain", _other.Id) && rotation.State.MayJoin("chain", _node.Id));
        Assert.False(rotation.State.MayJoin("chain", Ours.Issue("third").Id));
    }

    [Fact]
    public void Nothing_of_the_key_shows_in_the_text_of_what_was_read()
    {
        Assert.DoesNotContain("PRIVATE", Files().ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", Start().State.ToString(), StringComparison.Ordinal);
    }

    private static CertificateVerdict Judge(TrustRotation rotation, IssuedNode node)
    {
        Assert.True(CertificateChain.TryParsePem(node.ChainPem, rotation.State.Validator.Limits, out var chain, out var reason), reason);
        return rotation.State.Validator.Validate(chain, Now);
    }

    private TrustRotation Start()
    {
        Assert.True(TrustRotation.TryStart(Files(), Now, out var rotation, out var errors), string.Join("; ", errors));
        return rotation;
    }

    private TrustFiles Files(IssuedNode? node = null, string hocon = "", string[]? lists = null)
    {
        node ??= _node;
        var read = SettingsReader.Read(ConfigurationFactory.ParseString($"actorp2p {{\nnetwork.id = test\n{hocon}\n}}"));
        Assert.True(read.IsValid, string.Join("; ", read.Errors));
        return new TrustFiles
        {
            Settings = read.Settings,
            Key = node.KeyPem,
            Certificate = node.ChainPem,
            Roots = node.CaPem,
            TlsKey = node.KeyPem,
            TlsCertificate = node.ChainPem,
            TlsRoots = node.CaPem,
            RevocationLists = lists ?? [],
        };
    }
}
