namespace ActorP2P.Benchmarks.Wire;

/// <summary>Case <c>transport</c>: the port alone, with and without TLS, beside a raw SslStream.</summary>
internal static class TransportCases
{
    public static Task RunAsync(BenchmarkArguments arguments) =>
        BenchmarkRow.PrintAsync(RowsAsync(arguments), arguments.Json, Console.Out);

    private static async IAsyncEnumerable<BenchmarkRow> RowsAsync(BenchmarkArguments arguments)
    {
        var consortium = new BenchmarkConsortium();
        await using var raw = await RawTlsPair.ConnectAsync(consortium);
        foreach (var (mode, tls) in new[] { ("plain", null), ("tls", consortium) })
        {
            await using var pair = await TransportPair.ConnectAsync(tls);
            await foreach (var row in WireWorkload.RowsAsync("transport", mode, arguments, raw, pair.OneWayAsync, pair.RoundTripsAsync))
            {
                yield return row;
            }
        }
    }
}
