using ActorP2P.Protocol.Tunnel;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Physical;

/// <summary>What relays and others say to a tunnel, and what it makes of it.</summary>
public sealed class RelayedLinkTests : ActorTest
{
    [Fact]
    public void A_relay_that_refuses_every_packet_has_one_way_left_and_not_all_of_them_in_turn()
    {
        var environment = TestMembers.Environment(0);
        var remote = TestMembers.Identity(1).Id;
        IReadOnlyList<Hypernet.SlotEntry> slots = [];
        var router = CreateTestProbe();
        var tunnel = router.ChildActorOf(RuntimeProps.Of(() => new RelayedLink(environment, remote, slots)));
        tunnel.Tell(RelayedLink.Open.Instance);
        var hello = router.ExpectMsg<TunnelRouter.SendPacket>(Soon);
        for (var i = 0; i < 3; i++)
        {
            tunnel.Tell(RelayedLink.WayChanged.Instance);
            router.FishForMessage<TunnelRouter.SendPacket>(_ => true, Soon);
        }

        // Four packets went out; the relay of the first way had them all, and quotes each.
        for (var i = 0; i < 4; i++)
        {
            tunnel.Tell(new RelayedLink.Refused(TunnelRefusal.NoRoute, hello.Body.AsMemory(^TunnelPacket.ProofLengthBytes..)));
        }

        AwaitCondition(() => environment.Counters.Value("tunnel.dropped.forged-refusal") == 3, Soon);
        Assert.Equal(1, environment.Counters.Value("tunnel.refused-by-relay.no-route"));
    }
}
