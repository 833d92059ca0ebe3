using ActorP2P.Hocon;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Physical layers of several nodes in one simulation, with recording stand-ins for the namespaces above.</summary>
internal sealed class PhysicalWorld : IDisposable
{
    public const string Namespace = "payments";

    private readonly CertificateIssuer _root;
    private readonly SeededRandom _random;

    public PhysicalWorld(int seed)
    {
        Simulation = new ActorSimulation(seed);
        Network = new MemoryNetwork(Simulation.Schedule) { Delay = (_, _, _) => TimeSpan.FromMilliseconds(1 + Simulation.Random.Next(20)) };
        _random = new SeededRandom(seed, "physical");
        _root = CertificateIssuer.CreateRoot(IdentityCurves.P256, "root", new Validity(Simulation.Now.AddDays(-30), Simulation.Now.AddDays(365)), _random);
    }

    public ActorSimulation Simulation { get; }

    public MemoryNetwork Network { get; }

    /// <summary>The same key under another certificate of the root.</summary>
    public NodeIdentity Renew(PhysicalNode node, Validity validity, string config = "")
    {
        var chain = _root.RenewNode(new NodeCertificateRequest(node.Host, [], validity), node.Environment.Identity.Key, _random);
        Assert.True(
            NodeIdentity.TryCreate(
                node.Issued.KeyPem, chain, node.Issued.CaPem, IdentityCurves.P256, null, Read(config).Identity, node.Environment.Time.GetUtcNow(), out var identity, out var errors, null, node.Environment.Trust.Identity),
            string.Join("; ", errors));
        return identity;
    }

    public PhysicalNode Start(string host, string config = "", IssuedNode? issued = null, TimeProvider? time = null)
    {
        var certificates = issued ?? Issue(host);
        return new PhysicalNode(this, host, CreateEnvironment(host, config, certificates, time), certificates);
    }

    public NodeEnvironment CreateEnvironment(string host, string config = "", IssuedNode? issued = null, TimeProvider? time = null) =>
        Environment(Network.CreatePort(host), issued ?? Issue(host), config, NextEpoch(), time ?? Simulation.Time);

    public IssuedNode Issue(string host, CertificateIssuer? issuer = null, Validity? validity = null) =>
        (issuer ?? _root).IssueNode(new NodeCertificateRequest(host, [], validity ?? Validity.FromNow(Simulation.Now, 30)), _random);

    public CertificateIssuer ForeignRoot() =>
        CertificateIssuer.CreateRoot(IdentityCurves.P256, "foreign", Validity.FromNow(Simulation.Now, 365), _random);

    public void Until(Func<bool> condition, double limitSeconds, string what, params PhysicalNode[] nodes)
    {
        if (!Simulation.RunUntil(condition, TimeSpan.FromSeconds(limitSeconds)))
        {
            Assert.Fail($"not within {limitSeconds} s: {what}\n{string.Join("\n", nodes.AsEnumerable())}");
        }
    }

    public void Run(double seconds) => Simulation.RunFor(TimeSpan.FromSeconds(seconds));

    public void Dispose() => _root.Dispose();

    private ulong NextEpoch() => (ulong)(Simulation.Now - DateTimeOffset.UnixEpoch).TotalMilliseconds;

    private NodeEnvironment Environment(MemoryTransportPort port, IssuedNode issued, string config, ulong epoch, TimeProvider time)
    {
        var settings = Read(config);
        Assert.True(
            NodeIdentity.TryCreate(issued.KeyPem, issued.ChainPem, issued.CaPem, IdentityCurves.P256, null, settings.Identity, time.GetUtcNow(), out var identity, out var errors),
            string.Join("; ", errors));
        return new NodeEnvironment(
            settings, identity, identity.Validator, epoch, port, time, _random, new NodeCounters(), new ReassemblyBudget(settings.Channel));
    }

    private static P2PSettings Read(string config)
    {
        const string Common = """
            actorp2p {
              network { id = simulated, listen = ["0.0.0.0:7000"] }
              tls.enabled = off
            }
            """;
        var read = SettingsReader.Read(ConfigurationFactory.ParseString(config).WithFallback(ConfigurationFactory.ParseString(Common)));
        Assert.True(read.IsValid, string.Join("; ", read.Errors));
        return read.Settings;
    }
}

/// <summary>One node's physical layer.</summary>
internal sealed class PhysicalNode
{
    private readonly PhysicalWorld _world;

    public PhysicalNode(PhysicalWorld world, string host, NodeEnvironment environment, IssuedNode issued)
    {
        Issued = issued;
        _world = world;
        Host = host;
        Environment = environment;
        System = world.Simulation.CreateSystem(host);
        var log = System.ActorOf(Props.Create(() => new LogRecorder(Log)), "log");
        System.EventStream.Subscribe(log, typeof(LogEvent));
        var listeners = new Listeners(environment);
        var starts = new TopologyStarts();
        Hypernet = System.ActorOf(Props.Create(() => new Hypernet(environment, listeners, starts)), "hypernet");
        Manager = OpenNamespace(PhysicalWorld.Namespace);
    }

    public string Host { get; }

    public NodeEnvironment Environment { get; }

    public IssuedNode Issued { get; }

    public ActorSystem System { get; }

    public IActorRef Hypernet { get; }

    public NamespaceRecord Manager { get; }

    public List<string> Log { get; } = [];

    public NodeId Id => Environment.Identity.Id;

    public NamespaceRecord OpenNamespace(string name)
    {
        var record = new NamespaceRecord(name);
        var hypernet = Hypernet;
        record.Actor = System.ActorOf(Props.Create(() => new RecordingManager(record, hypernet)), "manager-" + name);
        return record;
    }

    /// <summary>Puts an identity with its rules in force, as a reload does.</summary>
    public void Use(NodeIdentity identity)
    {
        Environment.Trust.Use(TrustState.Of(identity, identity.Validator));
        Hypernet.Tell(ActorP2P.Hypernet.TrustChanged.Instance);
    }

    public long Count(string counter) => Environment.Counters.Value(counter);

    public long CountOf(string prefix) => Environment.Counters.Snapshot().Values.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(pair => pair.Value);

    public bool IsLinkedTo(PhysicalNode other) => Manager.Sessions.ContainsKey(other.Id);

    public override string ToString() =>
        $"{Host}: {string.Join(", ", Environment.Counters.Snapshot().Values.Select(pair => $"{pair.Key}={pair.Value}"))}\n{string.Join("\n", Log)}";

    /// <summary>The process is gone without a word; silently, so are its machine and the ends of its connections.</summary>
    public void Kill(bool silently = false)
    {
        _world.Network.Kill(Host, silently);
        _ = System.Terminate();
    }
}

/// <summary>Keeps what a system logs, to explain a failed test.</summary>
internal sealed class LogRecorder : ReceiveActor
{
    public LogRecorder(List<string> log) => Receive<LogEvent>(entry => log.Add(entry.ToString() ?? ""));
}
