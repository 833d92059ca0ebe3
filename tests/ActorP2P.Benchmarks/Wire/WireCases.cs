namespace ActorP2P.Benchmarks.Wire;

/// <summary>
/// Case <c>wire</c>: module to module through two whole nodes, in each secured mode, beside a raw SslStream that
/// carries the same payloads.
/// </summary>
internal static class WireCases
{
    public static Task RunAsync(BenchmarkArguments arguments) =>
        BenchmarkRow.PrintAsync(RowsAsync(arguments), arguments.Json, Console.Out);

    private static async IAsyncEnumerable<BenchmarkRow> RowsAsync(BenchmarkArguments arguments)
    {
        var consortium = new BenchmarkConsortium();
        await using var raw = await RawTlsPair.ConnectAsync(consortium);
        foreach (var (mode, tls, encryption) in new[] { ("tls", true, false), ("encryption", false, true), ("both", true, true) })
        {
            await using var pair = await NodePair.StartAsync(consortium, tls, encryption);
            await foreach (var row in WireWorkload.RowsAsync("wire", mode, arguments, raw, pair.OneWayAsync, pair.RoundTripsAsync))
            {
                yield return row;
            }
        }
    }
}
