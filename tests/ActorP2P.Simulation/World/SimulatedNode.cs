using System.Buffers.Binary;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P.Simulation;

/// <summary>A whole node of the product in the simulation. Its certificate and its stored epoch outlive its process.</summary>
public sealed class SimulatedNode
{
    /// <summary>Where every node listens.</summary>
    public const string Port = ":7000";

    // Requests of the module's type go in the lane Request, as notes do; the judge of order keeps them apart.
    private const int RequestLane = -1;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly SimulatedNetwork _world;
    private readonly IssuedNode _files;
    private readonly P2PSettings _settings;
    private readonly HashSet<int> _peers = [];
    private TimeSpan _skew;
    private MemoryEpochStore _epochs = new();
    private ActorSystem? _system;
    private IActorRef _module = ActorRefs.Nobody;

    /// <summary>A node that is not started yet.</summary>
    public SimulatedNode(SimulatedNetwork world, int number, IssuedNode files, IReadOnlyList<int> dials, TimeSpan skew)
    {
        _world = world;
        _files = files;
        _skew = skew;
        Number = number;
        Name = NameOf(number);
        _settings = ReadSettings(world.Options, dials);
    }

    /// <summary>Its place among the nodes.</summary>
    public int Number { get; }

    /// <summary>Host name in the memory network.</summary>
    public string Name { get; }

    /// <summary>Its identity.</summary>
    public NodeId Id => _files.Id;

    /// <summary>True when its outgoing messages pass a liar.</summary>
    public bool IsLiar { get; set; }

    /// <summary>True while its process lives.</summary>
    public bool IsAlive => _system is not null;

    /// <summary>How often it was started.</summary>
    public int Lives { get; private set; }

    /// <summary>When its present life began.</summary>
    public TimeSpan StartedAt { get; private set; }

    /// <summary>The status that it sets about itself.</summary>
    public int Status => _world.Board.PresentOf(Number);

    /// <summary>Its key, for a liar that signs in its name.</summary>
    internal INodeKey? Key { get; private set; }

    /// <summary>Limits on what it signs.</summary>
    internal StateLimits Limits => StateLimits.From(_settings.StateSync, _settings.Dissemination);

    /// <summary>Links on the longest way to a node that it can send to.</summary>
    internal int MaxHops => _settings.Routing.HopLimit + 1;

    /// <summary>Its configuration.</summary>
    internal P2PSettings Settings => _settings;

    /// <summary>How long it holds a broadcast for others.</summary>
    internal TimeSpan RetentionTime => _settings.Dissemination.RetentionTime;

    /// <summary>Peers with a session now, by number.</summary>
    public IReadOnlySet<int> Peers => _peers;

    /// <summary>Counters of its present life.</summary>
    public NodeCounters Counters { get; private set; } = new();

    /// <summary>Starts the process.</summary>
    public void Start()
    {
        Lives++;
        StartedAt = _world.Simulation.Elapsed;
        _peers.Clear();
        var simulation = _world.Simulation;
        var time = _skew == TimeSpan.Zero ? simulation.Time : new SkewedTime(simulation.Time, _skew);
        var random = new SeededRandom(_world.Options.Seed, $"{Name}/{Lives}");
        if (!NodeIdentity.TryCreate(_files.KeyPem, _files.ChainPem, _files.CaPem, _world.Curve, null, _settings.Identity, simulation.Now, out var identity, out var errors))
        {
            throw new InvalidOperationException(string.Join("; ", errors));
        }

        Counters = new NodeCounters();
        Key = identity.Key;
        var epoch = _epochs.Next(time.GetUtcNow(), 0).Epoch;
        var environment = new NodeEnvironment(
            _settings,
            identity,
            _world.SharedValidator(identity.Validator),
            epoch,
            _world.Network.CreatePort(Name),
            time,
            random,
            Counters,
            new ReassemblyBudget(_settings.Channel))
        {
            Epochs = new NodeEpoch(epoch, _epochs, time, static work => work()),
        };
        _world.Board.Start(Number);
        _system = simulation.CreateSystem($"{Name}-{Lives}");
        var root = _system.ActorOf(P2PNode.Props(environment), "p2p");
        _module = _system.ActorOf(Props.Create(() => new SimulatedModule(this, root)), "module");
    }

    /// <summary>The process is gone without a word; with its machine when silent, so that nobody hears of it.</summary>
    public void Kill(bool silent)
    {
        _world.Network.Kill(Name, silent);
        _ = _system!.Terminate();
        _system = null;
        _peers.Clear();
        _world.Board.End(Number);
        _world.Ledger.Forget(Number);
        _world.Topics.Forget(Number);
    }

    /// <summary>The disk is gone, and the machine with it: the next life knows no earlier epoch and has another clock.</summary>
    /// <param name="skew">By how much that clock is wrong.</param>
    public void LoseDisk(TimeSpan skew)
    {
        _epochs = new MemoryEpochStore();
        _skew = skew;
    }

    /// <summary>Broadcasts one numbered message of so many bytes.</summary>
    public void Broadcast(int number, int bytes)
    {
        var payload = new BroadcastPayload(Number, number, _world.Simulation.Elapsed);
        _world.Ledger.Publish(payload);
        Tell(new NamespaceRouter.Broadcast(SimulatedModule.Namespace, SimulatedModule.BroadcastType, payload.Write(_world.Options.Seed, bytes)));
    }

    /// <summary>Sends one numbered message to all who follow a topic.</summary>
    public void Multicast(string topic, int number)
    {
        var payload = new BroadcastPayload(Number, number, _world.Simulation.Elapsed);
        _world.Topics.Publish(payload, topic);
        Tell(new NamespaceRouter.Multicast(
            SimulatedModule.Namespace, topic, SimulatedModule.BroadcastType, payload.Write(_world.Options.Seed, _world.Options.PayloadBytes)));
    }

    /// <summary>Follows a topic, or leaves it when it is followed.</summary>
    public void Toggle(string topic) => Tell(_world.Topics.Toggle(Number, topic)
        ? new NamespaceRouter.Subscribe(SimulatedModule.Namespace, topic)
        : new NamespaceRouter.Unsubscribe(SimulatedModule.Namespace, topic));

    /// <summary>Sends one numbered message to another node, in one of the lanes.</summary>
    public void Unicast(SimulatedNode to, int turn)
    {
        var (type, lane) = SimulatedModule.UnicastTypes[turn % SimulatedModule.UnicastTypes.Count];
        var number = _world.Outcomes.Begin(Number, Lives, to.Number, isRequest: false);
        Tell(new NamespaceRouter.Unicast(
            SimulatedModule.Namespace, to.Id, type, _world.Order.Next(Number, Lives, to.Number, (int)lane, number).Write(), Confirm: true, number));
    }

    /// <summary>Asks another node.</summary>
    public void Request(SimulatedNode to)
    {
        var number = _world.Outcomes.Begin(Number, Lives, to.Number, isRequest: true);
        Tell(new NamespaceRouter.Request(
            SimulatedModule.Namespace, to.Id, SimulatedModule.RequestType, _world.Order.Next(Number, Lives, to.Number, RequestLane, number).Write(), RequestTimeout, number));
    }

    /// <summary>Sets a new status.</summary>
    public void ChangeStatus() => Tell(new NamespaceRouter.SetStatus(
        SimulatedModule.Namespace, SimulatedModule.StatusKey, SimulatedModule.StatusValue(_world.Board.Change(Number))));

    internal static string NameOf(int number) => $"n{number:0000}";

    internal void Succeeded(object? number)
    {
        if (number is int known)
        {
            _world.Outcomes.Succeeded(known);
        }
    }

    internal void Failed(object? number, SendFailure reason)
    {
        if (number is int known)
        {
            _world.Outcomes.Failed(known, reason);
        }
        else
        {
            _world.Violate($"node {Number} could not broadcast: {reason}");
        }
    }

    internal void StateRefused(StateRefused refused) => _world.Violate($"node {Number} was refused {refused.Subject}: {refused.Reason}");

    internal void Refused(object message, SendFailure reason) => Failed((message as NamespaceRouter.Unicast)?.CorrelationId, reason);

    internal void Delivered(Delivery delivery, IActorRef sender)
    {
        if (!_world.TryNumber(delivery.Origin, out var origin))
        {
            _world.Violate($"node {Number} was given a message of an origin that does not exist");
        }
        else if (delivery.Topic is { } topic)
        {
            _world.Topics.Deliver(Number, origin, topic, delivery.Payload.Span);
        }
        else if (delivery.Type == SimulatedModule.BroadcastType)
        {
            _world.Ledger.Delivered(Number, origin, _world.Nodes[origin].IsLiar, delivery.Payload.Span);
        }
        else if (_world.Order.Delivered(Number, Lives, origin, delivery.Payload.Span) is { } note)
        {
            _world.Outcomes.Arrived(note.Number);
            if (delivery.Type == SimulatedModule.RequestType)
            {
                sender.Tell(delivery.Payload, ActorRefs.NoSender);
            }
        }
    }

    internal void StatusSeen(NodeId about, ReadOnlySpan<byte> value)
    {
        if (value.Length == sizeof(int) && _world.TryNumber(about, out var number))
        {
            _world.Board.Learn(Number, number, BinaryPrimitives.ReadInt32LittleEndian(value));
        }
    }

    internal void PeerCameUp(NodeId peer)
    {
        if (_world.TryNumber(peer, out var number))
        {
            _peers.Add(number);
            _world.LinkUp(Number, number);
        }
    }

    internal void PeerWentDown(NodeId peer)
    {
        if (_world.TryNumber(peer, out var number))
        {
            _peers.Remove(number);
        }
    }

    private void Tell(object message) => _module.Tell(new SimulatedModule.Command(message), ActorRefs.NoSender);

    private static P2PSettings ReadSettings(SimulationOptions options, IReadOnlyList<int> dials)
    {
        var suites = "";
        if (options.Nodes > SimulationOptions.MaxNodesWithRealSignatures)
        {
            SimulatedSuites.Register();
            suites = $"encryption.suites = [{SimulatedSuites.Name}]";
        }

        var text = $$"""
            actorp2p {
              {{suites}}
              network { id = simulated, listen = ["0.0.0.0{{Port}}"], peers = [{{string.Join(", ", dials.Select(to => $"\"{NameOf(to)}{Port}\""))}}], insecure = {{(options.Encryption ? "off" : "on")}} }
              tls.enabled = off
              encryption.enabled = {{(options.Encryption ? "on" : "off")}}
              admission { member-rate-per-second = 1000, member-burst = 1000, rate-per-second = 1000, burst = 1000, max-half-open = 1000 }
              reconnect { max-concurrent-dials = 64, dials-per-second = 1000 }
              state-sync.push-on-change = {{(options.PushOnChange ? "on" : "off")}}
              namespaces { {{SimulatedModule.Namespace}} {} }
            }
            """;
        var read = SettingsReader.Read(ConfigurationFactory.ParseString(text));
        return read.IsValid ? read.Settings : throw new InvalidOperationException(string.Join("; ", read.Errors));
    }
}
