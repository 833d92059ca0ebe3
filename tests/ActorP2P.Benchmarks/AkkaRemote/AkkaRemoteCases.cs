namespace ActorP2P.Benchmarks.AkkaRemote;

/// <summary>Case <c>akka-remote</c>: Akka.Remote between two systems over our links, beside the same over dot-netty with TLS.</summary>
internal static class AkkaRemoteCases
{
    private const string Peer = "dot-netty-tls";
    private const int PingPongRounds = 100_000;

    // About half a second of work each on the machine that the figures in the documentation come from.
    private static readonly (int PayloadBytes, int Count)[] OneWay = [(1024, 60_000), (64 * 1024, 3_000), (1024 * 1024, 200)];

    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        using var systems = new RemoteSystems();
        await using var ours = await systems.ConnectOursAsync();
        await using var theirs = arguments.OursOnly ? ours : await systems.ConnectTheirsAsync();
        await BenchmarkRow.PrintAsync(RowsAsync(arguments, ours, theirs), arguments.Json, Console.Out);
    }

    private static async IAsyncEnumerable<BenchmarkRow> RowsAsync(BenchmarkArguments arguments, RemotePair ours, RemotePair theirs)
    {
        for (var players = 1; players <= RemotePair.MostClients; players++)
        {
            var (clients, name) = (players, $"akka-remote-ping-pong-{players}");
            if (arguments.Wants(name))
            {
                var rounds = arguments.Scaled(PingPongRounds) / clients;
                yield return new BenchmarkRow(name, 0, "msg/s", Peer, await Interleaved.MeasureAsync(
                    arguments, () => ours.PingPongAsync(clients, rounds), () => theirs.PingPongAsync(clients, rounds)));
            }
        }

        foreach (var (payloadBytes, most) in OneWay)
        {
            if (arguments.Wants($"akka-remote-one-way-{payloadBytes}"))
            {
                var count = RemotePair.WholeReports(payloadBytes, arguments.Scaled(most));
                yield return new BenchmarkRow("akka-remote-one-way", payloadBytes, "MB/s", Peer, await Interleaved.MeasureAsync(
                    arguments, () => ours.OneWayAsync(payloadBytes, count), () => theirs.OneWayAsync(payloadBytes, count)));
            }
        }
    }
}
