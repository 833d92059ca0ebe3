namespace ActorP2P.Simulation.Tests.Network;

/// <summary>Whole nodes of the product in simulation. A failure names its seed, which replays it.</summary>
public sealed class SimulatedNetworkTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 3)]
    public void A_full_mesh_delivers_every_broadcast_once_with_one_copy_each_at_depth_one(int nodes, int seed)
    {
        var report = Run(new SimulationOptions { Nodes = nodes, Seed = seed });
        Assert.Equal(1.0, report.Redundancy);
        Assert.Equal(1, report.Depth);
        Assert.Equal(0, report.Duplicates);
        Assert.Equal(nodes * 5 * (nodes - 1), report.Expected);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_message_for_message()
    {
        var options = new SimulationOptions { Nodes = 4, Seed = 11, Faults = new FaultPlan { Restart = 0.25, Loss = 0.1, Jitter = TimeSpan.FromMilliseconds(20) } };
        Assert.Equal(Run(options) with { WallS = 0 }, Run(options) with { WallS = 0 });
    }

    [Fact]
    public void Another_seed_gives_another_run() =>
        Assert.NotEqual(Run(new SimulationOptions { Seed = 1 }).Trace, Run(new SimulationOptions { Seed = 2 }).Trace);

    [Theory]
    [InlineData(TopologyKind.Line)]
    [InlineData(TopologyKind.Ring)]
    [InlineData(TopologyKind.Star)]
    [InlineData(TopologyKind.Islands)]
    [InlineData(TopologyKind.Regular)]
    public void Nodes_without_a_link_to_the_origin_get_its_broadcasts_too(TopologyKind topology) =>
        Assert.InRange(Run(new SimulationOptions { Nodes = 6, Seed = 5, Topology = topology, Degree = 2 }).Depth, 2, 5);

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void A_network_cut_in_two_for_ten_seconds_delivers_everything_after_it_healed(int seed) => Run(new SimulationOptions
    {
        Nodes = 4,
        Seed = seed,
        Faults = new FaultPlan { Partition = TimeSpan.FromSeconds(10) },
        Duration = TimeSpan.FromSeconds(60),
    });

    [Fact]
    public void A_network_whose_halves_hear_each_other_one_way_only_delivers_everything_after_it_healed() => Run(new SimulationOptions
    {
        Nodes = 4,
        Seed = 23,
        Faults = new FaultPlan { OneWay = TimeSpan.FromSeconds(10) },
        Duration = TimeSpan.FromSeconds(60),
    });

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Survivors_deliver_everything_when_nodes_die_among_the_broadcasts(int seed) =>
        Run(new SimulationOptions { Nodes = 6, Seed = seed, Faults = new FaultPlan { Kill = 0.34 } });

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void A_node_that_comes_back_gets_what_is_retained(int seed) =>
        Run(new SimulationOptions { Nodes = 5, Seed = seed, Faults = new FaultPlan { Restart = 0.2 } });

    [Fact]
    public void A_node_that_comes_back_without_its_disk_is_a_member_again() =>
        Run(new SimulationOptions { Nodes = 5, Seed = 43, Faults = new FaultPlan { Wipe = 0.2 } });

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public void Everything_arrives_once_though_every_tenth_message_is_lost(int seed)
    {
        var report = Run(new SimulationOptions { Nodes = 8, Seed = seed, Faults = new FaultPlan { Loss = 0.1 } });
        Assert.NotEqual(0, report.Lost);
        Assert.True(report.Redundancy > 1, "a lost copy counts as received");
    }

    [Fact]
    public void Jitter_slow_links_and_wrong_clocks_change_nothing_but_the_time_it_takes() => Run(new SimulationOptions
    {
        Nodes = 8,
        Seed = 61,
        PayloadBytes = 64 * 1024,
        Faults = new FaultPlan { Jitter = TimeSpan.FromMilliseconds(50), Slow = 0.2, Skew = TimeSpan.FromSeconds(2) },
    });

    [Fact]
    public void Above_a_hundred_nodes_signatures_are_simulated_and_all_else_stays()
    {
        var report = Run(new SimulationOptions
        {
            Nodes = SimulationOptions.MaxNodesWithRealSignatures + 1,
            Topology = TopologyKind.Regular,
            Degree = 6,
            Senders = 2,
            MessagesPerNode = 1,
            UnicastsPerNode = 1,
            Seed = 71,
            Duration = TimeSpan.FromSeconds(8),
        });
        Assert.Equal(2 * SimulationOptions.MaxNodesWithRealSignatures, report.Delivered);
    }

    [Fact]
    public void One_run_measures_idle_cost_small_and_large_broadcasts_talk_and_a_change_apart()
    {
        var report = Run(new SimulationOptions { Nodes = 5, Kind = RunKind.Everything, Senders = 2, MessagesPerNode = 1, Talkers = 3, UnicastsPerNode = 1, RequestsPerNode = 1, Seed = 81, Duration = TimeSpan.FromSeconds(40) });
        Assert.Equal(["idle", "1 KiB", "64 KiB", "one change"], report.Phases!.Select(static phase => phase.Name));
        Assert.Equal([0, 8, 8, 0], report.Phases!.Select(static phase => phase.Delivered));
        Assert.All(report.Phases!, static phase => Assert.InRange(phase.VirtualS, 10, 11));
        Assert.Equal((16, 3, 3), (report.Delivered, report.UnicastDelivered, report.RequestAnswered));
        Assert.InRange(report.StateBytes, 1, 10_000);
        Assert.InRange(report.LivenessBytes, 1, 1_000);
        Assert.InRange(report.ConvergenceS, 0.001, 1);
        Assert.Equal(report.Phases!.Max(static phase => phase.Overhead), report.Overhead);
    }

    private static SimulationReport Run(SimulationOptions options)
    {
        var report = new SimulationRun(options).Run();
        Assert.True(report.Failure is null, $"seed {options.Seed}: {report.Failure} {report}");
        Assert.Equal(report.Expected, report.Delivered);
        return report;
    }
}
