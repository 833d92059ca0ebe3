namespace ActorP2P.Simulation.Tests.Network;

/// <summary>The gates that take seconds. The others: <c>--gates</c> of the simulator.</summary>
public sealed class GateTests
{
    public static TheoryData<string> SmallGates => [.. GateTable.All.Where(gate => gate.Size == GateSize.Small).Select(gate => gate.Name)];

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
        var report = new SimulationReport(4, 6, 1, 1, 2, 3, 1, 1.1, 0.1, 2, 0, 0, 1.5, 1.5, 2, 2, 0, 0, 1, 1, "")
        {
            OverheadInWindow = 0.06,
            UnicastExpected = 2,
            UnicastDelivered = 1,
            RequestExpected = 1,
            RequestAnswered = 0,
        };
        Assert.Equal(11, gate.Judge(report).Count);
        var good = report with { Duplicates = 0, Delivered = 3, UnicastDelivered = 2, RequestAnswered = 1 };
        Assert.Empty(new Gate("lax", new SimulationOptions()).Judge(good));
    }

    [Fact]
    public void The_table_shows_the_worst_of_all_seeds_and_the_line_of_a_failure_how_to_replay_it()
    {
        var gate = GateTable.All[0];
        var report = new SimulationReport(4, 6, 1, 1, 3, 3, 0, 1, 0.1, 1, 0, 0, 1.5, 1.5, 2, 2, 0, 0, 1, 1, "");
        GateResult[] results = [new(gate, report, []), new(gate, report with { Seed = 2, Redundancy = 1.25 }, ["redundancy 1.25 over 1"])];
        Assert.Matches("FAIL.* 1/2 +1\\.250 ", GateRunner.Table(results).Last());
        Assert.Contains("--nodes 4 --seed 2", GateRunner.Line(results[1]), StringComparison.Ordinal);
        Assert.DoesNotContain("replay", GateRunner.Line(results[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_replays_a_gate_is_read_as_the_same_run()
    {
        foreach (var gate in GateTable.All)
        {
            var command = CommandLine.Replay(gate.Options with { Seed = 7 });
            Assert.True(CommandLine.TryParse(command.Split(" -- ")[1].Split(' '), out var options, out _, out var error), error);
            Assert.Equal(gate.Options with { Seed = 7 }, options);
        }
    }

    [Fact]
    public void Two_runs_side_by_side_are_the_same_as_one_after_the_other()
    {
        var options = new SimulationOptions { Nodes = 4, Seed = 12, MessagesPerNode = 1, Duration = TimeSpan.FromSeconds(8) };
        var alone = new SimulationRun(options).Run().Trace;
        var beside = new string[2];
        var threads = beside.Select((_, at) => new Thread(() => beside[at] = new SimulationRun(options).Run().Trace)).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        Assert.Equal([alone, alone], beside);
    }
}
