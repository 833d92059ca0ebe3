using ActorP2P.Hocon;

namespace ActorP2P.Program.Hosting;

/// <summary>
/// One node in this process: its environment, an ActorSystem, and <see cref="P2PNode"/> in it. Leaves the network in
/// order when it is stopped.
/// </summary>
internal sealed class NodeHost : IAsyncDisposable
{
    // On top of what the node itself takes for draining its links.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    // Standard output belongs to events and answers; the engine's own log stays quiet unless the file says otherwise.
    private const string QuietEngine = "akka { loglevel = WARNING, stdout-loglevel = OFF, log-dead-letters = off, log-dead-letters-during-shutdown = off }";

    private bool _isStopped;

    private NodeHost(NodeEnvironment environment, ActorSystem system, IActorRef root, IActorRef router)
    {
        Environment = environment;
        System = system;
        Root = root;
        Router = router;
    }

    /// <summary>What the node runs with.</summary>
    public NodeEnvironment Environment { get; }

    /// <summary>The system that the node and its modules live in.</summary>
    public ActorSystem System { get; }

    /// <summary>The node's root actor. It stops by itself when a part of the node failed for good.</summary>
    public IActorRef Root { get; }

    /// <summary>Where modules send to.</summary>
    public IActorRef Router { get; }

    /// <summary>Reads the file and starts the node.</summary>
    /// <returns>The host, or null after every reason was handed to <paramref name="report"/>, one line each.</returns>
    public static async Task<NodeHost?> StartAsync(string configFile, Action<string> report)
    {
        var read = SettingsReader.ReadFile(configFile);
        if (!read.IsValid)
        {
            ReportAll(read.Errors, report);
            return null;
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(configFile))!;
        var bootstrap = NodeBootstrap.Create(read.Settings, directory, TimeProvider.System, () => SettingsReader.ReadFile(configFile), configFile);
        if (!bootstrap.IsReady)
        {
            ReportAll(bootstrap.Errors, report);
            return null;
        }

        foreach (var warning in bootstrap.Warnings)
        {
            report($"warning: {warning}");
        }

        var system = ActorSystem.Create("actorp2p", EngineConfig(configFile));
        var root = system.ActorOf(P2PNode.Props(bootstrap.Environment), "p2p");
        var address = await root.Ask<P2PNode.RouterAddress>(P2PNode.GetRouter.Instance, AnswerLimit);
        return new NodeHost(bootstrap.Environment, system, root, address.Router);
    }

    /// <summary>Says goodbye, drains, stops every actor, closes the port and erases the key. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        var drain = Environment.Settings.Link.DrainTimeout;
        await Root.GracefulStop(drain + drain + StopMargin, P2PNode.Leave.Instance);
        await System.Terminate();
        await Environment.Port.DisposeAsync();
        (Environment.TrustSource as IDisposable)?.Dispose();
        Environment.Trust.Dispose();
    }

    private static void ReportAll(IReadOnlyList<SettingsError> errors, Action<string> report)
    {
        foreach (var error in errors)
        {
            report(error.ToString());
        }
    }

    // Handed over as text: each engine reads its own keys with its own Config type.
    private static string EngineConfig(string configFile) =>
        ConfigurationFactory.TryParseFile(configFile, null, out var config, out _) && config.WithFallback(SettingsReader.Defaults) is var whole && whole.HasPath("akka")
            ? $"{QuietEngine}\n{whole.GetValue("akka")!.AtKey("akka")}"
            : QuietEngine;
}
