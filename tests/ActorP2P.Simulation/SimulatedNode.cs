using ActorP2P.Hocon;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Transport;

namespace ActorP2P.Simulation;

/// <summary>A whole node of the product in the simulation. Its certificate and its stored epoch outlive its process.</summary>
public sealed class SimulatedNode
{
    private const string Port = ":7000";

    private readonly SimulatedNetwork _world;
    private readonly IssuedNode _files;
    private readonly IReadOnlyList<string> _dials;
    private readonly MemoryEpochStore _epochs = new();
    private ActorSystem? _system;

    /// <summary>A node that is not started yet.</summary>
    public SimulatedNode(SimulatedNetwork world, string name, IssuedNode files, IReadOnlyList<string> dials)
    {
        _world = world;
        Name = name;
        _files = files;
        _dials = dials;
    }

    /// <summary>Host name in the memory network.</summary>
    public string Name { get; }

    /// <summary>Its identity.</summary>
    public NodeId Id => _files.Id;

    /// <summary>True while its process lives.</summary>
    public bool IsAlive => _system is not null;

    /// <summary>How often it was started.</summary>
    public int Lives { get; private set; }

    /// <summary>What its present life saw.</summary>
    public NodeRecord Record { get; private set; } = null!;

    /// <summary>Counters of its present life.</summary>
    public NodeCounters Counters { get; private set; } = new();

    /// <summary>Starts the process.</summary>
    public void Start()
    {
        Lives++;
        var simulation = _world.Simulation;
        var random = new SeededRandom(_world.Seed, $"{Name}/{Lives}");
        var settings = ReadSettings();
        if (!NodeIdentity.TryCreate(_files.KeyPem, _files.ChainPem, _files.CaPem, IdentityCurves.P256, null, settings.Identity, simulation.Now, out var identity, out var errors))
        {
            throw new InvalidOperationException(string.Join("; ", errors));
        }

        Counters = new NodeCounters();
        var environment = new NodeEnvironment(
            settings,
            identity,
            identity.Validator,
            _epochs.Next(simulation.Now, 0).Epoch,
            _world.Network.CreatePort(Name),
            simulation.Time,
            random,
            Counters,
            new ReassemblyBudget(settings.Channel));
        var record = new NodeRecord(() => simulation.Now, [(byte)Lives, .. Id.Point[..4]]);
        Record = record;
        _system = simulation.CreateSystem($"{Name}-{Lives}");
        var root = _system.ActorOf(P2PNode.Props(environment), "p2p");
        _system.ActorOf(Props.Create(() => new SimulatedModule(record, root)), "module");
    }

    /// <summary>The process is gone without a word.</summary>
    public void Kill()
    {
        _world.Network.Kill(Name);
        _ = _system!.Terminate();
        _system = null;
    }

    /// <summary>Broadcasts one numbered message.</summary>
    public void Broadcast(int number, int payloadBytes) => Record.Router.Tell(
        new NamespaceRouter.Broadcast(SimulatedModule.Namespace, SimulatedModule.Type, NodeRecord.Payload(number, _world.Simulation.Now, payloadBytes)),
        Record.Module);

    private Protocol.Settings.P2PSettings ReadSettings()
    {
        var text = $$"""
            actorp2p {
              network { id = simulated, listen = ["0.0.0.0{{Port}}"], peers = [{{string.Join(", ", _dials.Select(host => $"\"{host}{Port}\""))}}] }
              tls.enabled = off
              admission { member-rate-per-second = 1000, member-burst = 1000, rate-per-second = 1000, burst = 1000 }
              reconnect { max-concurrent-dials = 64, dials-per-second = 1000 }
              namespaces { {{SimulatedModule.Namespace}} {} }
            }
            """;
        var read = SettingsReader.Read(ConfigurationFactory.ParseString(text));
        return read.IsValid ? read.Settings : throw new InvalidOperationException(string.Join("; ", read.Errors));
    }
}
