using System.Diagnostics;

namespace ActorP2P.Benchmarks.Local;

/// <summary>
/// The actor engine inside one process, each case beside the plainest thing of the framework that does the same work.
/// Rows whose peer is <c>limit</c> stand beside the figure that must be reached.
/// </summary>
public static class LocalCases
{
    private const double SpawnsPerSecond = 500_000;
    private const double BytesPerIdleActor = 500;
    private const double BytesPerTell = 32;

    /// <summary>Runs the wanted cases.</summary>
    public static Task RunAsync(BenchmarkArguments arguments) =>
        BenchmarkRow.PrintAsync(RowsAsync(arguments), arguments.Json, Console.Out);

    private static async IAsyncEnumerable<BenchmarkRow> RowsAsync(BenchmarkArguments arguments)
    {
        foreach (var pairs in new[] { 1, 2, 8 })
        {
            if (arguments.Wants($"local-ping-pong-{pairs}"))
            {
                var messages = arguments.Scaled(8_000_000) / pairs;
                yield return await CompareAsync(arguments, $"local-ping-pong-{pairs}", "msg/s", "channels",
                    () => PingPong.ActorsAsync(pairs, messages), () => PingPong.ChannelsAsync(pairs, messages));
            }
        }

        foreach (var senders in new[] { 1, 4 })
        {
            if (arguments.Wants($"local-tell-{senders}"))
            {
                var messages = arguments.Scaled(8_000_000) / senders;
                yield return await CompareAsync(arguments, $"local-tell-{senders}", "msg/s", "channel",
                    () => OneWay.ActorAsync(senders, messages), () => OneWay.ChannelAsync(senders, messages));
            }
        }

        if (arguments.Wants("local-ask"))
        {
            var asks = arguments.Scaled(300_000);
            yield return await CompareAsync(arguments, "local-ask", "ask/s", "tcs-channel",
                () => RoundTrip.AskAsync(asks), () => RoundTrip.ChannelAsync(asks));
        }

        if (arguments.Wants("local-spawn"))
        {
            var actors = arguments.Scaled(1_000_000);
            yield return await CompareAsync(arguments, "local-spawn-stop", "actor/s", "limit",
                () => Spawning.SpawnAndStopAsync(actors), () => Task.FromResult(SpawnsPerSecond));
            yield return await CompareAsync(arguments, "local-spawn-idle", "actor/MB", "limit",
                async () => 1_000_000 / await Spawning.BytesPerIdleActorAsync(actors), () => Task.FromResult(1_000_000 / BytesPerIdleActor));
        }

        if (arguments.Wants("local-tell-allocation"))
        {
            var messages = arguments.Scaled(4_000_000);
            yield return await CompareAsync(arguments, "local-tell-allocation", "msg/KB", "limit",
                async () => 1000 / await OneWay.BytesPerTellAsync(messages), () => Task.FromResult(1000 / BytesPerTell));
        }
    }

    private static async Task<BenchmarkRow> CompareAsync(BenchmarkArguments arguments, string name, string unit, string peer, Func<Task<double>> ours, Func<Task<double>> theirs) =>
        new(name, 0, unit, peer, await Interleaved.MeasureAsync(arguments, ours, theirs));

    internal static double PerSecond(long count, long startTimestamp) => count / Stopwatch.GetElapsedTime(startTimestamp).TotalSeconds;
}
