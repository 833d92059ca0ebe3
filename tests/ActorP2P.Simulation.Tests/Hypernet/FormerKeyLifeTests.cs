using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Succession;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>The keeper erases a former key by itself, whether or not it failed in between.</summary>
public sealed class FormerKeyLifeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_former_key_is_erased_when_its_overlap_ends(bool keeperFails)
    {
        using var world = new PhysicalWorld(95);
        var environment = world.CreateEnvironment("a");
        var next = world.CreateEnvironment("next").Trust.Current;
        var (former, now) = (environment.Trust.Identity, world.Simulation.Now);
        var statement = SuccessionStatement.Sign("simulated", former.Key, next.Identity.Key, next.Identity.Chain.Hash, environment.Epoch, now, now.AddHours(1));
        environment.Trust.Begin(new PendingSuccession(next, statement));
        var keeper = world.Simulation.CreateSystem("a").ActorOf(Props.Create(() => new TrustKeeper(environment, ActorRefs.Nobody)), "trust");
        environment.Trust.Complete(now);
        keeper.Tell(new TrustKeeper.Succeeded(former.Id, next.Identity.Id));
        world.Run(10);
        if (keeperFails)
        {
            keeper.Tell(new TrustKeeper.FilesRead(null!));
        }

        world.Run(3500);
        Sign(former.Key);
        world.Run(200);
        Assert.Throws<ObjectDisposedException>(() => Sign(former.Key));
        Sign(environment.Trust.Identity.Key);
    }

    private static void Sign(INodeKey key) => key.Sign(SignatureContext.LinkState, "data"u8, new byte[IdentityCurve.SignatureLengthBytes]);
}
