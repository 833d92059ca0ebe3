using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace ActorP2P.Benchmarks.Dissemination;

/// <summary>
/// One node in this process that does what lines on standard input say and answers in JSON lines, as the comparison's
/// driver expects of every side: <c>publish COUNT BYTES INTERVAL_MS</c>, <c>report</c>, <c>quit</c>.
/// </summary>
internal static class DisseminationNode
{
    private const string Namespace = "comparison";

    // Standard output belongs to the driver.
    private const string QuietEngine = "akka { loglevel = WARNING, stdout-loglevel = OFF, log-dead-letters = off, log-dead-letters-during-shutdown = off }";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs until <c>quit</c> or the end of the input.</summary>
    /// <param name="configFile">A node's HOCON file.</param>
    /// <param name="peers">Peers to wait for before it calls itself linked.</param>
    public static async Task<int> RunAsync(string configFile, int peers)
    {
        var read = SettingsReader.ReadFile(configFile);
        var bootstrap = read.IsValid ? NodeBootstrap.Create(read.Settings, Path.GetDirectoryName(Path.GetFullPath(configFile))!, TimeProvider.System) : null;
        if (bootstrap is not { IsReady: true })
        {
            await Console.Error.WriteLineAsync(string.Join("; ", bootstrap?.Errors ?? read.Errors));
            return 1;
        }

        var system = ActorSystem.Create("comparison", QuietEngine);
        var root = system.ActorOf(P2PNode.Props(bootstrap.Environment), "p2p");
        var router = (await root.Ask<P2PNode.RouterAddress>(P2PNode.GetRouter.Instance, Patience)).Router;
        await router.Ask<Opened>(new NamespaceRouter.Open(Namespace), Patience);
        var module = system.ActorOf(Props.Create(() => new ComparisonModule(router, Namespace, peers)), "module");
        while (await Console.In.ReadLineAsync() is { } line && line != "quit")
        {
            var words = line.Split(' ');
            if (words[0] == "publish")
            {
                await PublishAsync(module, Number(words[1]), Number(words[2]), Number(words[3]));
            }
            else if (words[0] == "report")
            {
                var seen = await module.Ask<ComparisonModule.Seen>(ComparisonModule.Report.Instance, Patience);
                var duplicates = bootstrap.Environment.Counters.Value("multicast.dropped.duplicate");
                Print(new { report = new { deliveries = seen.LatenciesMs.Count, copies = seen.LatenciesMs.Count + duplicates, latencies = seen.LatenciesMs } });
            }
        }

        await root.GracefulStop(Patience, P2PNode.Leave.Instance);
        await system.Terminate();
        await bootstrap.Environment.Port.DisposeAsync();
        bootstrap.Environment.Identity.Dispose();
        return 0;
    }

    /// <summary>Milliseconds since 1970 with fractions: the clock that all processes of one machine share.</summary>
    internal static double NowMs() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    internal static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line));

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static async Task PublishAsync(IActorRef module, int count, int bytes, int intervalMs)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(intervalMs));
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[bytes];
            BinaryPrimitives.WriteDoubleLittleEndian(payload, NowMs());
            module.Tell(new ComparisonModule.Send(payload));
            await pace.WaitForNextTickAsync();
        }

        Print(new { published = count });
    }
}
