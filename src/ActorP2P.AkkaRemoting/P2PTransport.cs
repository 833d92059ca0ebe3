using System.Net;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;
using Akka.Cluster;
using Akka.Remote.Transport;
using AkkaConfig = Akka.Configuration.Config;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// Akka.Remote over the node's links: authenticated by certificate, sealed with session keys, one link a pair of nodes
/// shared with everything else. Chosen by <c>akka.remote.enabled-transports = ["akka.remote.p2p"]</c>.
/// </summary>
/// <remarks>Akka.Remote calls it from its own threads; what must be in order goes through <see cref="RemotingGate"/>.</remarks>
public sealed class P2PTransport : global::Akka.Remote.Transport.Transport
{
    /// <summary>The scheme below Akka.Remote's own protocol.</summary>
    public const string Scheme = "p2p";

    /// <summary>The scheme that applications see: <c>akka.p2p://system@node:1</c>.</summary>
    public const string FullScheme = "akka.p2p";

    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(3);

    private readonly RemotingSettings _settings;
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeEnvironment? _environment;
    private IActorRef _gate = ActorRefs.Nobody;

    /// <summary>Called by Akka.Remote.</summary>
    public P2PTransport(ActorSystem system, AkkaConfig config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = Scheme;
        _settings = RemotingSettings.Read(config);
        MaximumPayloadBytes = _settings.MaximumFrameBytes;
    }

    /// <summary>Every key of the transport with its default, and the safe settings of Akka.Remote beside it.</summary>
    public static AkkaConfig Defaults { get; } = Akka.Configuration.ConfigurationFactory.FromResource("ActorP2P.AkkaRemoting.p2p.conf", typeof(P2PTransport).Assembly);

    /// <inheritdoc />
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        if (((ExtendedActorSystem)System).Provider is IClusterActorRefProvider && SeedNodes.Check(System.Settings.Config) is { Count: > 0 } errors)
        {
            throw Wrong(errors);
        }

        _environment = CreateEnvironment();
        if (System.Settings.Config.GetBoolean("akka.remote.untrusted-mode"))
        {
            new UntrustedGuard(_environment.Counters, System.Log).Install((ExtendedActorSystem)System);
        }

        var local = OwnAddress(_environment);
        var ready = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (environment, settings) = (_environment, _settings);
        _gate = ((ExtendedActorSystem)System).SystemActorOf(
            Props.Create(() => new RemotingGate(environment, settings, local, ready)).WithDeploy(Deploy.Local),
            "p2p-remoting");
        var router = await ready.Task.ConfigureAwait(false);
        P2PRemoting.Announce(System, new P2PRemoting(router, _environment));
        _ = _listener.Task.PipeTo(_gate, success: static listener => new RemotingGate.ListenerReady(listener));
        return (local, _listener);
    }

    /// <inheritdoc />
    public override bool IsResponsibleFor(Address remote) => NodeAddress.HasForm(remote.Host);

    /// <inheritdoc />
    public override Task<AssociationHandle> Associate(Address remoteAddress)
    {
        if (!NodeAddress.TryGetNode(remoteAddress.Host, out var node))
        {
            return Task.FromException<AssociationHandle>(new InvalidAssociationException($"{remoteAddress} names no node"));
        }

        var answer = new TaskCompletionSource<AssociationHandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate.Tell(new RemotingGate.Associate(remoteAddress, node, answer));
        return answer.Task;
    }

    /// <inheritdoc />
    public override async Task<bool> Shutdown()
    {
        if (_environment is null)
        {
            return true;
        }

        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate.Tell(new RemotingGate.Shutdown(done));
        var drain = _environment.Settings.Link.DrainTimeout;
        var inOrder = await Task.WhenAny(done.Task, Task.Delay(drain + drain + StopMargin)).ConfigureAwait(false) == done.Task;
        await _environment.Port.DisposeAsync().ConfigureAwait(false);
        (_environment.TrustSource as IDisposable)?.Dispose();
        _environment.Trust.Dispose();
        return inOrder;
    }

    // Members of the cluster learn from each other's addresses where to dial.
    private Address OwnAddress(NodeEnvironment environment)
    {
        var (id, network) = (environment.Identity.Id, environment.Settings.Network);
        if (environment.Settings.Discovery.Mode != DiscoveryMode.Cluster)
        {
            return NodeAddress.Of(id, System.Name);
        }

        var place = network.Advertise.Concat(network.Listen).FirstOrDefault(IsPlace)
            ?? throw Wrong(["discovery.mode = cluster needs an address that others can dial: set actorp2p.network.advertise"]);
        return NodeAddress.Of(id, System.Name, place);
    }

    private static bool IsPlace(string endpoint) =>
        NetworkAddress.TryParse(endpoint, out var host, out _) && !(IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));

    private NodeEnvironment CreateEnvironment()
    {
        var hasDirectory = ((ExtendedActorSystem)System).Provider is IClusterActorRefProvider;
        var read = _settings.ConfigFile.Length > 0
            ? SettingsReader.ReadFile(_settings.ConfigFile, hasDirectory)
            : SettingsReader.Read(OwnSection(), hasDirectory);
        if (!read.IsValid)
        {
            throw Wrong(read.Errors.Select(static error => error.ToString()));
        }

        _settings.Check(read.Settings);
        var directory = _settings.ConfigFile.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(_settings.ConfigFile))! : Environment.CurrentDirectory;

        // Akka.Remote's addresses name the node for as long as the system lives.
        var fixedKey = read.Settings with { Succession = read.Settings.Succession with { Overlap = TimeSpan.Zero } };
        var bootstrap = NodeBootstrap.Create(fixedKey, directory, TimeProvider.System);
        return bootstrap.IsReady ? bootstrap.Environment : throw Wrong(bootstrap.Errors.Select(static error => error.ToString()));
    }

    private Config OwnSection() => System.Settings.Config.HasPath(SettingsReader.SectionName)
        ? AkkaSection.Read(System.Settings.Config, SettingsReader.SectionName)
        : ConfigurationFactory.Empty;

    private static Akka.Configuration.ConfigurationException Wrong(IEnumerable<string> errors) => new(string.Join("; ", errors));
}
