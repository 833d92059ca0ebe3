using System.Diagnostics;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>What a network of eight costs while nobody says anything, on real sockets.</summary>
public sealed class IdleFlows
{
    private const string Chain = "chain";

    // What a node may send a second: state sync of the network and of the namespace, and on each of its links signs of life.
    private const double StateSyncBytesPerSecond = 1.5 * 1024;
    private const double LinkBytesPerSecond = 80;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    // The settings of an operator in place of the flows' hurry.
    private const string Unhurried = """
        dissemination { announce-interval = 500ms, want-delay = 500ms, want-timeout = 2s }
        state-sync { announce-interval = 1s, push-debounce = 50ms }
        """;

    [Fact]
    public async Task Eight_idle_nodes_send_no_more_than_state_sync_and_signs_of_life_may_cost()
    {
        const int Nodes = 8;
        await using var network = await TestNetwork.FullAsync(Nodes, NetworkOptions.OnTcp with { Hocon = Unhurried });
        await network.AllReachAllAsync(Chain);
        var budget = Nodes * ((2 * StateSyncBytesPerSecond) + ((Nodes - 1) * LinkBytesPerSecond));
        var found = 0.0;

        // What was still on its way may spoil the first looks. A machine that stands still gives a look only more time.
        await Eventually.HoldsAsync(
            async () =>
            {
                var (watch, before) = (Stopwatch.StartNew(), SentBytes(network));
                await Eventually.HoldsAsync(() => watch.Elapsed > Look, network.CountersText);
                found = (SentBytes(network) - before) / watch.Elapsed.TotalSeconds;
                return found <= budget;
            },
            () => $"{found} bytes a second, {budget} allowed");
    }

    private static long SentBytes(TestNetwork network) => network.Nodes.Sum(static node => node.Counters.Value("link.sent-bytes"));
}
