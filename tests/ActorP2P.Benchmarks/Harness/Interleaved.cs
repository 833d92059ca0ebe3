namespace ActorP2P.Benchmarks;

/// <summary>The runs of one side.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Spread">(highest - lowest) / median.</param>
public readonly record struct RunFigures(double Median, double Spread)
{
    /// <summary>From one figure a run.</summary>
    public static RunFigures Of(IReadOnlyCollection<double> runs)
    {
        var sorted = runs.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new RunFigures(median, (sorted[^1] - sorted[0]) / median);
    }
}

/// <summary>Both sides of a comparison; the peer's is null where it was left out.</summary>
public sealed record InterleavedFigures(RunFigures Ours, RunFigures? Theirs, int Runs)
{
    /// <summary>Ours by theirs, of the medians.</summary>
    public double? Ratio => Ours.Median / Theirs?.Median;
}

/// <summary>
/// Runs two measurements in turn. A shared machine drifts by half from minute to minute, so only figures that were
/// taken side by side may be compared; who begins changes every round.
/// </summary>
public static class Interleaved
{
    /// <summary>One unmeasured run of each side, then the measured ones.</summary>
    /// <param name="arguments">How many runs, and whether the other takes part.</param>
    /// <param name="ours">Gives our figure.</param>
    /// <param name="theirs">Gives the other's figure, in the same unit.</param>
    public static async Task<InterleavedFigures> MeasureAsync(BenchmarkArguments arguments, Func<Task<double>> ours, Func<Task<double>> theirs)
    {
        var (ourRuns, theirRuns) = (new List<double>(), new List<double>());
        (Func<Task<double>> Run, List<double> Figures)[] sides = arguments.OursOnly ? [(ours, ourRuns)] : [(ours, ourRuns), (theirs, theirRuns)];
        foreach (var (run, _) in sides)
        {
            await run();
        }

        for (var round = 0; round < arguments.Runs; round++)
        {
            foreach (var (run, figures) in round % 2 == 0 ? sides : sides.Reverse())
            {
                figures.Add(await OneAsync(run));
            }
        }

        return new InterleavedFigures(RunFigures.Of(ourRuns), arguments.OursOnly ? null : RunFigures.Of(theirRuns), arguments.Runs);
    }

    // Nobody pays for the other's garbage.
    private static Task<double> OneAsync(Func<Task<double>> run)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return run();
    }
}
