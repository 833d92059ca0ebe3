namespace ActorP2P.Simulation;

/// <summary>Draws from the seed who is killed and who joins when, and when the network is cut.</summary>
internal sealed class FaultSchedule(SimulatedNetwork world, TimeSpan span)
{
    private static readonly TimeSpan BackAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CutAfter = TimeSpan.FromSeconds(1);

    private readonly FaultPlan _plan = world.Options.Faults;

    /// <summary>When the last cut heals; zero without one.</summary>
    public TimeSpan HealsAfter { get; private set; }

    /// <summary>Plans everything from now on.</summary>
    public void Plan()
    {
        PlanKills();
        foreach (var joiner in world.Joiners)
        {
            world.Simulation.Schedule(span * world.Simulation.Random.NextDouble(), joiner.Start);
        }

        foreach (var (length, bothWays) in new[] { (_plan.Partition, true), (_plan.OneWay, false) })
        {
            if (length > TimeSpan.Zero)
            {
                world.Simulation.Schedule(CutAfter, () => world.Partition(cut: true, bothWays));
                world.Simulation.Schedule(CutAfter + length, () =>
                {
                    world.CrossedAt = null;
                    world.Partition(cut: false, bothWays: true);
                });
                HealsAfter = CutAfter + length;
            }
        }
    }

    private void PlanKills()
    {
        var (simulation, honest) = (world.Simulation, world.Alive.Where(node => !node.IsLiar).ToArray());
        simulation.Random.Shuffle(honest);
        var kills = (int)(_plan.Kill * world.Nodes.Count);
        var restarts = (int)(_plan.Restart * world.Nodes.Count);
        var wipes = (int)(_plan.Wipe * world.Nodes.Count);
        foreach (var (index, victim) in honest.Take(kills + restarts + wipes).Index())
        {
            var at = span * simulation.Random.NextDouble();
            var silent = simulation.Random.Next(2) == 0;
            simulation.Schedule(at, () => victim.Kill(silent));
            if (index < kills)
            {
                continue;
            }

            var wiped = index >= kills + restarts;
            simulation.Schedule(at + BackAfter, () =>
            {
                if (wiped)
                {
                    victim.LoseDisk(world.DrawSkew());
                }

                victim.Start();
            });
        }
    }
}
