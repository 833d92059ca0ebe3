using ActorP2P.Protocol.Identity;

namespace ActorP2P.Guomi.Tests;

/// <summary>A chain that FISCO BCOS made (data of its own test suite), root included, with its node.nodeid.</summary>
public sealed class FiscoBcosChainTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_node_ID_is_theirs_and_the_chain_holds()
    {
        var verdict = Validator(Read("sm_ca.crt")).Validate(Sm2Pki.Chain(Read("sm_node.crt")), Now);

        var accepted = Assert.IsType<CertificateVerdict.Accepted>(verdict);
        Assert.Equal(Read("sm_node.nodeid").Trim(), accepted.Id.ToString());
        Assert.Equal(new DateTimeOffset(2031, 5, 18, 10, 44, 33, TimeSpan.Zero), accepted.NotAfter);
    }

    [Fact]
    public void It_does_not_hold_after_its_agencys_end_nor_under_another_root()
    {
        var chain = Sm2Pki.Chain(Read("sm_node.crt"));

        Assert.Equal(CertificateRefusal.Expired, Assert.IsType<CertificateVerdict.Refused>(Validator(Read("sm_ca.crt")).Validate(chain, Now.AddYears(6))).Reason);
        Assert.Equal(CertificateRefusal.UntrustedRoot, Sm2Pki.Shared.Refusal(chain));
    }

    private static CertificateValidator Validator(string rootPem) =>
        new([Sm2Pki.Load(rootPem)], GuomiSuites.Sm2, MembershipLists.Open, new ChainLimits(5, 16384));

    private static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "FiscoBcos", name));
}
