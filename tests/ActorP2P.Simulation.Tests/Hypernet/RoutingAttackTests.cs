using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Relays and sources that lie, flood or swallow: what it costs the others, at whole nodes.</summary>
public sealed class RoutingAttackTests
{
    [Fact]
    public void A_flood_of_handshakes_in_a_members_name_costs_that_name_its_burst_and_the_others_nothing()
    {
        // b, a member, is the liar: it invents handshakes of c, and brings them over its own link.
        using var world = new RoutedWorld(21, ("a", "b"), ("b", "c"), ("b", "d")).Settle();
        var (a, c, d) = (world["a"], world["c"], world["d"]);
        for (var i = 0; i < 1000; i++)
        {
            Inject(a, world["b"], Hello(c.Id, a.Id, i));
        }

        world.Until(() => a.Count("tunnel.dropped.hello-rate") >= 990, 5, "refusals");
        Assert.InRange(a.Count("tunnel.dropped.hello-rate"), 990, 1000 - 1);
        d.Send(a);
        world.Until(() => d.Outcomes.Count == 1, 10, "the outcome of another source");
        Assert.Equal((0, "sent"), d.Outcomes[0]);
        world.Run(5);
        c.Send(a);
        world.Until(() => c.Outcomes.Count == 1, 15, "the outcome of the source that was named");
        Assert.Equal((0, "sent"), c.Outcomes[0]);
    }

    [Fact]
    public void Handshakes_of_invented_sources_are_dropped_before_anything_is_computed()
    {
        using var world = new RoutedWorld(22, ("a", "b"), ("b", "c")).Settle();
        var a = world["a"];
        for (var i = 0; i < 1000; i++)
        {
            var point = new byte[NodeId.LengthBytes];
            BitConverter.TryWriteBytes(point, i + 1);
            Inject(a, world["b"], Hello(NodeId.FromPoint(point), a.Id, i));
        }

        world.Until(() => a.Count("tunnel.dropped.not-behind-link") == 1000, 5, "drops");
        Assert.Equal(0, a.CountOf("tunnel.ended") + a.Count("tunnel.dropped.hello-rate"));
        world["c"].Send(a);
        world.Until(() => world["c"].Outcomes.Count == 1, 10, "the outcome of a true source");
        Assert.Equal("sent", world["c"].Outcomes[0].Outcome);
    }

    [Fact]
    public void A_relay_whose_room_for_an_origin_is_used_up_says_so_and_everything_arrives_all_the_same()
    {
        using var world = new RoutedWorld(23, "actorp2p.routing.relay-queue-bytes = 64 KiB", [], ("a", "b"), ("b", "c")).Settle();
        var (a, c) = (world["a"], world["c"]);
        for (var i = 0; i < 8; i++)
        {
            a.Send(c, 400_000);
        }

        world.Until(() => a.Outcomes.Count == 8, 60, "outcomes");
        Assert.True(world["b"].Count("tunnel.dropped.relay-busy") > 0, world["b"].ToString());
        Assert.All(a.Outcomes, static outcome => Assert.Equal("sent", outcome.Outcome));
        Assert.Equal(Enumerable.Range(0, 8), c.From(a));
    }

    [Fact]
    public void Packets_in_anothers_name_beyond_his_room_are_dropped_and_cost_him_only_what_comes_over_that_link()
    {
        using var world = new RoutedWorld(24, ("a", "b"), ("b", "c"), ("d", "b")).Settle();
        var (a, b, c, d) = (world["a"], world["b"], world["c"], world["d"]);

        // d floods b with packets that seem to come from itself, all at one instant.
        for (var i = 0; i < 200; i++)
        {
            Inject(b, d, new TunnelPacket(TunnelPacketKind.Sealed, 10, d.Id, c.Id, AvoidedNodes.None, new byte[16_000]));
        }

        a.Send(c);
        world.Until(() => a.Outcomes.Count == 1, 10, "an honest outcome");
        Assert.Equal("sent", a.Outcomes[0].Outcome);
        Assert.True(b.Count("tunnel.dropped.relay-busy") > 150, b.ToString());
    }

    [Fact]
    public void An_edge_that_only_a_liar_claims_leads_no_packet_astray()
    {
        // The true way from a to d is by c and x. b signs that it is linked to d, which d does not.
        using var world = new RoutedWorld(25, ("a", "b"), ("a", "c"), ("c", "x"), ("x", "d")).Settle();
        var (a, b, d) = (world["a"], world["b"], world["d"]);
        Claim(b, d);
        world.Run(5);
        a.AskRoutes();
        world.Run(0.1);
        Assert.Equal((3, world["c"].Id), (a.Routes!.Routes[d.Id].Hops, a.Routes.Routes[d.Id].NextHop));
        a.Send(d);
        world.Until(() => a.Outcomes.Count == 1, 10, "an outcome");
        Assert.Equal("sent", a.Outcomes[0].Outcome);
        Assert.Equal(0, b.Count("tunnel.relayed"));
    }

    [Fact]
    public void An_edge_that_two_colluders_claim_attracts_packets_and_what_they_swallow_goes_another_way()
    {
        // b and e claim a link that is none, so a to d seems to be three links by them; truly it is four by c, x and y.
        using var world = new RoutedWorld(26, ("a", "b"), ("e", "d"), ("a", "c"), ("c", "x"), ("x", "y"), ("y", "d")).Settle();
        var (a, b, e, d) = (world["a"], world["b"], world["e"], world["d"]);
        Claim(b, e);
        Claim(e, b);
        world.Until(() => a.Routes?.Routes.GetValueOrDefault(d.Id) is { Hops: 3 } route && route.NextHop == b.Id, 20, "the false way", askRoutes: true);
        Swallow(b);
        Swallow(e);
        for (var i = 0; i < 10; i++)
        {
            a.Send(d);
        }

        world.Until(() => a.Outcomes.Count == 10, 5, "outcomes");
        Assert.All(a.Outcomes, static outcome => Assert.Equal("sent", outcome.Outcome));
        Assert.Equal(Enumerable.Range(0, 10), d.From(a));
        a.AskRoutes();
        world.Run(0.1);
        Assert.Equal([world["c"].Id, world["x"].Id, world["y"].Id], a.Routes!.Routes[d.Id].Tunnel);
    }

    private static TunnelPacket Hello(NodeId source, NodeId destination, int number) =>
        new(TunnelPacketKind.Hello, 10, source, destination, AvoidedNodes.None, BitConverter.GetBytes(number).Concat(new byte[300]).ToArray());

    // As if the neighbour's link had brought it.
    private static void Inject(RoutedNode at, RoutedNode from, TunnelPacket packet) =>
        at.TellInside("hypernet/tunnels", new TunnelRouter.PacketReceived(from.Id, packet, packet.Encode(), 0));

    // The liar's own topology believes in the link, and signs it.
    private static void Claim(RoutedNode liar, RoutedNode neighbour)
    {
        var identity = neighbour.Environment.Identity;
        liar.TellInside("hypernet/topology", new Topology.LinkUp(neighbour.Id, ActorRefs.Nobody, identity.Chain.Encoded, identity.NotAfter));
    }

    // It keeps its links alive and drops what it should relay.
    private static void Swallow(RoutedNode relay) =>
        relay.TellInside("hypernet/tunnels", new TunnelRouter.UseView(new NetworkView(LinkGraph.Empty, MembershipSnapshot.Empty)));
}
