namespace ActorP2P.EngineTests;

/// <summary>Measures the memory of the process, so that no other test may run at the same time.</summary>
[CollectionDefinition(nameof(SimulationSizeTests), DisableParallelization = true)]
[Collection(nameof(SimulationSizeTests))]
public sealed class SimulationSizeTests
{
    [Fact]
    public void A_thousand_systems_of_thirty_actors_fit_into_one_simulation()
    {
        var simulation = new ActorSimulation(11);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var node = 0; node < 1000; node++)
        {
            var system = simulation.CreateSystem($"node-{node}");
            var members = Enumerable.Range(0, 30).Select(i => system.ActorOf(Props.Create(() => new Gossiper(simulation.Random)), $"a{i}")).ToArray();
            foreach (var member in members)
                member.Tell(members);
        }

        simulation.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(simulation.Steps > 500_000, $"{simulation.Steps} steps");
        var bytesPerActor = (GC.GetTotalMemory(forceFullCollection: true) - before) / 30_000;
        Assert.True(bytesPerActor < 8192, $"{bytesPerActor} bytes an actor, its handlers, timer and share of the system included");
    }
}
