using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Succession;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Trust;

/// <summary>How long a key that was given up stays in memory.</summary>
public sealed class FormerKeyTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    [Fact]
    public void It_signs_until_its_overlap_has_ended_and_is_erased_then()
    {
        var (trust, former, present) = Succeeded(TimeSpan.FromHours(1));
        Assert.Equal(Now.AddHours(1), trust.EraseFormer(Now.AddMinutes(59)));
        Sign(former);
        Assert.Null(trust.EraseFormer(Now.AddHours(1)));
        Assert.Throws<ObjectDisposedException>(() => Sign(former));
        Sign(present);
        Assert.Null(trust.EraseFormer(Now.AddHours(2)));
    }

    [Fact]
    public void However_short_the_overlap_what_lies_in_mailboxes_is_still_signed()
    {
        var (trust, former, _) = Succeeded(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Now.AddMinutes(1), trust.EraseFormer(Now.AddSeconds(59)));
        Sign(former);
        Assert.Null(trust.EraseFormer(Now.AddMinutes(1)));
        Assert.Throws<ObjectDisposedException>(() => Sign(former));
    }

    [Fact]
    public void A_node_that_stops_during_the_overlap_erases_both()
    {
        var (trust, former, present) = Succeeded(TimeSpan.FromHours(1));
        trust.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Sign(former));
        Assert.Throws<ObjectDisposedException>(() => Sign(present));
    }

    private static (NodeTrust Trust, INodeKey Former, INodeKey Present) Succeeded(TimeSpan overlap)
    {
        var (former, present) = (Identity("former"), Identity("present"));
        var trust = new NodeTrust(TrustState.Of(former, former.Validator));
        var statement = SuccessionStatement.Sign("test-network", former.Key, present.Key, present.Chain.Hash, 1, Now, Now + overlap);
        trust.Begin(new PendingSuccession(TrustState.Of(present, present.Validator), statement));
        Assert.NotNull(trust.Complete(Now));
        Assert.Equal(present.Id, trust.Identity.Id);
        return (trust, former.Key, present.Key);
    }

    private static NodeIdentity Identity(string name)
    {
        var issued = Network.TestConsortium.Ours.Issue(name);
        var settings = TestMembers.Settings().Identity;
        return NodeIdentity.TryCreate(issued.KeyPem, issued.ChainPem, issued.CaPem, IdentityCurves.P256, null, settings, Now, out var identity, out var errors)
            ? identity
            : throw new InvalidOperationException(string.Join("; ", errors));
    }

    private static void Sign(INodeKey key) => key.Sign(SignatureContext.LinkState, "data"u8, new byte[IdentityCurve.SignatureLengthBytes]);
}
