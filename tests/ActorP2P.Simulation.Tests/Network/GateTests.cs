namespace ActorP2P.Simulation.Tests.Network;

/// <summary>The gates that take seconds. The others: <c>--gates</c> of the simulator.</summary>
public sealed class GateTests
{
    public static TheoryData<string> SmallGates => [.. GateTable.All.Where(gate => !gate.IsLarge).Select(gate => gate.Name)];

    [Theory]
    [MemberData(nameof(SmallGates))]
    public void A_small_gate_is_passed(string name)
    {
        var gate = GateTable.All.Single(gate => gate.Name == name);
        var broken = gate.Judge(new SimulationRun(gate.Options with { Seed = 1 }).Run());
        Assert.True(broken.Count == 0, string.Join("; ", broken));
    }

    [Fact]
    public void A_gate_names_each_figure_that_is_over_its_limit()
    {
        var gate = new Gate("strict", new SimulationOptions(), MaxRedundancy: 1, MaxOverhead: 0.05, MaxDepth: 1, MaxConvergenceS: 1, MaxStateBytes: 1, MaxLivenessBytes: 1);
        var report = new SimulationReport(4, 6, 1, 1, 2, 3, 1, 1.1, 0.1, 2, 0, 0, 1.5, 1.5, 2, 2, 0, 0, 1, 1, "");
        Assert.Equal(8, gate.Judge(report).Count);
        Assert.Empty(new Gate("lax", new SimulationOptions()).Judge(report with { Duplicates = 0, Delivered = 3, Expected = 3 }));
    }
}
