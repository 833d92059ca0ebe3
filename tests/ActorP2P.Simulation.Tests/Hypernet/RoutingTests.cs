namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Unicast and request between nodes without a link, through whatever relays there are.</summary>
public sealed class RoutingTests
{
    [Fact]
    public void Both_ends_of_a_line_of_four_talk_through_the_two_in_between()
    {
        using var world = new RoutedWorld(1, ("a", "b"), ("b", "c"), ("c", "d")).Settle();
        var (a, d) = (world["a"], world["d"]);
        for (var i = 0; i < 20; i++)
        {
            a.Send(d, bytes: 100 + (i * 5000));
            d.Send(a);
        }

        a.Request(d);
        world.Until(() => a.Outcomes.Count == 21 && d.Outcomes.Count == 20, 20, "outcomes");
        Assert.Equal(Enumerable.Range(0, 21), d.From(a));
        Assert.Equal(Enumerable.Range(0, 20), a.From(d));
        Assert.Equal(20, a.Outcomes.Count(static outcome => outcome.Outcome == "sent"));
        Assert.Contains((20, "reply 20"), a.Outcomes);
        Assert.True(world["b"].Count("tunnel.relayed") > 0 && world["c"].Count("tunnel.relayed") > 0);
        Assert.Equal(0, a.CountOf("tunnel.fatal") + d.CountOf("tunnel.fatal"));
    }

    [Fact]
    public void Outsiders_of_the_namespace_carry_for_it()
    {
        using var world = new RoutedWorld(2, "", ["b"], ("a", "b"), ("b", "c")).Settle();
        world["a"].Send(world["c"]);
        world.Until(() => world["a"].Outcomes.Count == 1, 20, "an outcome");
        Assert.Equal("sent", world["a"].Outcomes[0].Outcome);
        Assert.Equal([0], world["c"].From(world["a"]));
    }

    [Fact]
    public void When_the_relay_dies_traffic_goes_on_by_another_one_within_two_seconds_and_loses_nothing()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            using var world = Diamond(seed);
            AssertNothingIsLostWithTheRelay(world, static () => { }, limitSeconds: 2, seed);
        }
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void A_clock_that_is_set_holds_up_neither_messages_under_way_nor_the_way_around_a_dead_relay(int days)
    {
        const int Seed = 7;
        using var world = Diamond(Seed);
        AssertNothingIsLostWithTheRelay(world, () => world["a"].Clock.Offset = TimeSpan.FromDays(days), limitSeconds: 5, Seed);
    }

    [Fact]
    public void A_relay_that_falls_silent_is_left_within_two_seconds_though_its_links_still_stand()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            using var world = Diamond(seed);
            var (a, d) = (world["a"], world["d"]);
            a.Send(d);
            world.Until(() => a.Outcomes.Count == 1, 10, "the first");
            var relay = world["b"].Count("tunnel.relayed") > 0 ? "b" : "c";

            // It keeps its links alive and drops what it should relay.
            world[relay].TellInside("hypernet/tunnels", new TunnelRouter.UseView(new NetworkView(Protocol.Routing.LinkGraph.Empty, Protocol.Gossip.MembershipSnapshot.Empty)));
            for (var i = 0; i < 10; i++)
            {
                a.Send(d);
                d.Send(a);
            }

            world.Until(() => a.Outcomes.Count == 11 && d.Outcomes.Count == 10, 2, $"all outcomes, seed {seed}");
            Assert.Equal(Enumerable.Range(0, 11), d.From(a));
            Assert.Equal(Enumerable.Range(0, 10), a.From(d));
            Assert.True(a.Count("tunnel.rerouted") + d.Count("tunnel.rerouted") > 0);
        }
    }

    [Fact]
    public void A_direct_link_that_comes_up_takes_over_and_one_that_goes_down_falls_back_without_loss_doubling_or_reordering()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            using var world = new RoutedWorld(seed, ("a", "b"), ("b", "c"), ("a", "c"));
            world.Network.Partition("a", "c");
            world.Settle();
            var (a, c) = (world["a"], world["c"]);
            void Talk(double seconds)
            {
                for (var time = 0.0; time < seconds; time += 0.02)
                {
                    a.Send(c, 500);
                    c.Send(a, 500);
                    world.Run(0.02);
                }
            }

            Talk(1);
            Assert.Equal(2, a.Routes!.Routes[c.Id].Hops);
            world.Network.Heal("a", "c");
            Talk(8);
            a.AskRoutes();
            world.Run(0.1);
            Assert.Equal(1, a.Routes!.Routes[c.Id].Hops);
            Assert.True(a.Count("tunnel.ended.direct-link") + c.Count("tunnel.ended.direct-link") + a.CountOf("tunnel.ended.remote-goodbye") > 0, world.ToString());
            world.Network.Partition("a", "c");
            Talk(12);
            world.Until(() => a.Outcomes.Count == a.Sent && c.Outcomes.Count == c.Sent, 10, $"all outcomes, seed {seed}");
            Assert.Equal(Enumerable.Range(0, a.Sent), c.From(a));
            Assert.Equal(Enumerable.Range(0, c.Sent), a.From(c));
            Assert.All(a.Outcomes.Concat(c.Outcomes), static outcome => Assert.Equal("sent", outcome.Outcome));
        }
    }

    [Fact]
    public void A_node_that_nobody_can_reach_any_more_fails_what_waits_at_once()
    {
        using var world = new RoutedWorld(7, ("a", "b"), ("b", "c")).Settle();
        var (a, c) = (world["a"], world["c"]);
        a.Send(c);
        world.Until(() => a.Outcomes.Count == 1, 10, "the first");
        world.Kill("b");
        world.Run(0.5);
        a.Send(c);
        a.Request(c);
        world.Until(() => a.Outcomes.Count == 3, 4, "failures");
        Assert.All(a.Outcomes.Skip(1), static outcome => Assert.Contains(outcome.Outcome, new[] { "PeerDown", "DeliveryUnknown" }));
    }

    [Fact]
    public void A_namespace_that_restarts_gets_a_fresh_session_over_the_same_tunnel()
    {
        using var world = new RoutedWorld(8, ("a", "b"), ("b", "c")).Settle();
        var (a, c) = (world["a"], world["c"]);
        a.Send(c);
        world.Until(() => a.Outcomes.Count == 1, 10, "the first");
        c.TellInside("manager/ledger/events", new PeerManagerEventHub.Raise(null!));
        world.Until(() => c.Count("namespace.restarted") == 1, 5, "the restart");

        // What is under way at this moment is unknown to the restarted side; what comes after its new offer is not.
        world.Run(1);
        a.Send(c);
        world.Until(() => a.Outcomes.Count == 2, 10, "the second");
        Assert.Equal([0, 1], c.From(a));
        Assert.Equal(1, a.Count("tunnel.up"));
    }

    [Fact]
    public void An_idle_tunnel_is_closed_and_the_next_message_opens_another()
    {
        using var world = new RoutedWorld(9, "actorp2p.routing.idle-timeout = 5s", [], ("a", "b"), ("b", "c")).Settle();
        var (a, c) = (world["a"], world["c"]);
        a.Send(c);
        world.Until(() => a.Outcomes.Count == 1, 10, "the first");
        world.Until(() => a.CountOf("tunnel.ended") == 1 && c.CountOf("tunnel.ended") == 1, 20, "the end");
        a.Send(c);
        world.Until(() => a.Outcomes.Count == 2, 10, "the second");
        Assert.Equal([0, 1], c.From(a));
        Assert.Equal(2, a.Count("tunnel.up"));
    }

    [Fact]
    public void A_way_longer_than_the_hop_limit_is_none_and_the_sender_is_told_so()
    {
        using var world = new RoutedWorld(10, "actorp2p.routing.hop-limit = 1", [], ("a", "b"), ("b", "c"), ("c", "d")).Settle();
        world["a"].Send(world["c"]);
        world["a"].Send(world["d"]);
        world["a"].Request(world["d"]);
        world.Until(() => world["a"].Outcomes.Count == 3, 20, "outcomes");
        Assert.Equal([(0, "sent"), (1, "HopLimit"), (2, "HopLimit")], world["a"].Outcomes.Order());
        Assert.InRange(world["a"].Count("tunnel.refused.too-far"), 1, 2);
    }

    private static RoutedWorld Diamond(int seed) => new RoutedWorld(seed, ("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")).Settle();

    // Both ends send, and one asks, while the relay in use dies right after what else happens.
    private static void AssertNothingIsLostWithTheRelay(RoutedWorld world, Action before, double limitSeconds, int seed)
    {
        var (a, d) = (world["a"], world["d"]);
        a.Send(d);
        world.Until(() => a.Outcomes.Count == 1, 10, "the first");
        var relay = world["b"].Count("tunnel.relayed") > 0 ? "b" : "c";
        for (var i = 0; i < 50; i++)
        {
            a.Send(d, 3000);
            d.Send(a, 3000);
            a.Request(d);
            if (i == 25)
            {
                before();
                world.Kill(relay);
            }

            world.Run(0.005);
        }

        world.Until(() => a.Outcomes.Count == 101 && d.Outcomes.Count == 50, limitSeconds, $"all outcomes, seed {seed}");
        Assert.Equal(Enumerable.Range(0, 101), d.From(a));
        Assert.Equal(Enumerable.Range(0, 50), a.From(d));
        Assert.All(a.Outcomes.Concat(d.Outcomes), static outcome => Assert.True(outcome.Outcome == "sent" || outcome.Outcome.StartsWith("reply", StringComparison.Ordinal), outcome.Outcome));
    }
}
