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

/// <summary>Both sides of a comparison.</summary>
public sealed record InterleavedFigures(RunFigures Ours, RunFigures Theirs, int Runs)
{
    /// <summary>Ours by theirs, of the medians.</summary>
    public double Ratio => Ours.Median / Theirs.Median;
}

/// <summary>
/// Runs two measurements in turn. A shared machine drifts by half from minute to minute, so only figures that were
/// taken side by side may be compared; who begins changes every round.
/// </summary>
public static class Interleaved
{
    /// <summary>One unmeasured run of each, then <paramref name="runs"/> measured ones.</summary>
    /// <param name="runs">Measured runs of each side, at least 1.</param>
    /// <param name="ours">Gives our figure.</param>
    /// <param name="theirs">Gives the other's figure, in the same unit.</param>
    public static async Task<InterleavedFigures> MeasureAsync(int runs, Func<Task<double>> ours, Func<Task<double>> theirs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        await ours();
        await theirs();
        var (ourRuns, theirRuns) = (new List<double>(), new List<double>());
        for (var run = 0; run < runs; run++)
        {
            if (run % 2 == 0)
            {
                ourRuns.Add(await OneAsync(ours));
                theirRuns.Add(await OneAsync(theirs));
            }
            else
            {
                theirRuns.Add(await OneAsync(theirs));
                ourRuns.Add(await OneAsync(ours));
            }
        }

        return new InterleavedFigures(RunFigures.Of(ourRuns), RunFigures.Of(theirRuns), runs);
    }

    // Nobody pays for the other's garbage.
    private static Task<double> OneAsync(Func<Task<double>> run)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return run();
    }
}
