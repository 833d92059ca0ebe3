namespace ActorP2P.Benchmarks.Wire;

/// <summary>What is sent in every wire benchmark, and how often.</summary>
internal static class WireWorkload
{
    private const int RequestBytes = 100;

    // About half a second of work each on the machine that the figures in the documentation come from.
    private static readonly (int PayloadBytes, int Count)[] OneWay = [(1024, 60_000), (64 * 1024, 6_000)];
    private const int RoundTrips = 6_000;

    /// <summary>All rows of one pair beside the raw one.</summary>
    public static async IAsyncEnumerable<BenchmarkRow> RowsAsync(
        string prefix,
        string mode,
        BenchmarkArguments arguments,
        RawTlsPair raw,
        Func<int, int, Task<double>> oneWay,
        Func<int, int, Task<double>> roundTrips)
    {
        foreach (var (payloadBytes, count) in OneWay)
        {
            var name = $"{prefix}-one-way-{mode}";
            if (arguments.Wants($"{name}-{payloadBytes}"))
            {
                var messages = arguments.Scaled(count);
                var figures = await Interleaved.MeasureAsync(
                    arguments, () => oneWay(payloadBytes, messages), () => raw.OneWayAsync(payloadBytes, messages));
                yield return new BenchmarkRow(name, payloadBytes, "MB/s", RawTlsPair.Name, figures);
            }
        }

        if (arguments.Wants($"{prefix}-request-{mode}-{RequestBytes}"))
        {
            var requests = arguments.Scaled(RoundTrips);
            var figures = await Interleaved.MeasureAsync(
                arguments, () => roundTrips(RequestBytes, requests), () => raw.RoundTripsAsync(RequestBytes, requests));
            yield return new BenchmarkRow($"{prefix}-request-{mode}", RequestBytes, "1/s", RawTlsPair.Name, figures);
        }
    }
}
