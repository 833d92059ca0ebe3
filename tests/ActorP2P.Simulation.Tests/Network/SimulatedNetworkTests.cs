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
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_message_for_message()
    {
        var options = new SimulationOptions { Nodes = 4, Seed = 11, Restart = 0.25 };
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
    public void Nodes_without_a_link_to_the_origin_get_its_broadcasts_too(TopologyKind topology) =>
        Run(new SimulationOptions { Nodes = 6, Seed = 5, Topology = topology });

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void A_network_cut_in_two_for_ten_seconds_delivers_everything_after_it_healed(int seed) =>
        Run(new SimulationOptions { Nodes = 4, Seed = seed, Partition = TimeSpan.FromSeconds(10), Duration = TimeSpan.FromSeconds(60) });

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Survivors_deliver_everything_when_a_node_dies_among_the_broadcasts(int seed) =>
        Run(new SimulationOptions { Nodes = 6, Seed = seed, Kill = 0.34 });

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void A_node_that_comes_back_gets_what_is_retained(int seed) =>
        Run(new SimulationOptions { Nodes = 5, Seed = seed, Restart = 0.2 });

    private static SimulationReport Run(SimulationOptions options)
    {
        var report = new SimulationRun(options).Run();
        Assert.True(report.Failure is null, $"seed {options.Seed}: {report}");
        return report;
    }
}
