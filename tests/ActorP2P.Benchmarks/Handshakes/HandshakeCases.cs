using ActorP2P.Benchmarks.Wire;

namespace ActorP2P.Benchmarks.Handshakes;

/// <summary>
/// Case <c>handshake</c>: ours with P-256 beside a mutual TLS 1.3 handshake with the same certificates, by the clock and
/// by CPU time. <c>known</c>: the certificates were seen before, as at a reconnect; <c>new</c>: each path is built anew;
/// <c>tls-and-ours</c>: what a link with TLS costs in all.
/// </summary>
internal static class HandshakeCases
{
    private const int Handshakes = 300;

    public static Task RunAsync(BenchmarkArguments arguments) =>
        BenchmarkRow.PrintAsync(RowsAsync(arguments), arguments.Json, Console.Out);

    private static async IAsyncEnumerable<BenchmarkRow> RowsAsync(BenchmarkArguments arguments)
    {
        using var ends = new HandshakeEnds(new BenchmarkConsortium());
        var modes = new (string Name, Func<Task> Ours)[] { ("known", ends.OursAsync), ("new", ends.OursWithStrangersAsync), ("tls-and-ours", ends.BothAsync) };
        var measures = new (string Unit, Func<Func<Task>, int, Task<double>> Measure)[]
        {
            ("1/s", HandshakeEnds.PerSecondAsync),
            ("1/cpu-s", HandshakeEnds.PerCpuSecondAsync),
        };
        var count = arguments.Scaled(Handshakes);
        foreach (var (name, ours) in modes.Where(mode => arguments.Wants("handshake-" + mode.Name)))
        {
            foreach (var (unit, measure) in measures)
            {
                var figures = await Interleaved.MeasureAsync(arguments, () => measure(ours, count), () => measure(ends.TlsAsync, count));
                yield return new BenchmarkRow("handshake-" + name, 0, unit, RawTlsPair.Name, figures);
            }
        }
    }
}
