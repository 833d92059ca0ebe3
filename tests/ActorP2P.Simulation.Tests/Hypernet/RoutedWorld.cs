using System.Buffers.Binary;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Whole nodes in virtual time, each with a module that numbers what it sends and records what it gets.</summary>
internal sealed class RoutedWorld : IDisposable
{
    public const string Namespace = "ledger";

    private const string Quick = """
        actorp2p {
          reconnect { min-delay = 100ms, max-delay = 500ms }
          state-sync.announce-interval = 500ms
        }
        """;

    private readonly PhysicalWorld _world;
    private readonly Dictionary<string, RoutedNode> _nodes = [];

    /// <param name="seed">Of everything random.</param>
    /// <param name="links">Pairs of hosts: the first dials the second.</param>
    public RoutedWorld(int seed, params (string From, string To)[] links)
        : this(seed, "", [], links)
    {
    }

    /// <param name="seed">Of everything random.</param>
    /// <param name="config">Overrides for all.</param>
    /// <param name="outsiders">Hosts without the namespace.</param>
    /// <param name="links">Pairs of hosts: the first dials the second.</param>
    public RoutedWorld(int seed, string config, string[] outsiders, params (string From, string To)[] links)
    {
        _world = new PhysicalWorld(seed);
        foreach (var host in links.SelectMany(static link => new[] { link.From, link.To }).Distinct().Order(StringComparer.Ordinal))
        {
            var dials = string.Join(", ", links.Where(link => link.From == host).Select(static link => $"\"{link.To}:7000\""));
            var name = outsiders.Contains(host) ? "elsewhere" : Namespace;
            var text = $"actorp2p {{ network.peers = [{dials}], namespaces {{ {name} {{}} }} }}\n{Quick}\n{config}";
            var clock = new SettableTime(Simulation.Time);
            var validity = new Validity(Simulation.Now.AddDays(-20), Simulation.Now.AddDays(20));
            var environment = _world.CreateEnvironment(host, text, _world.Issue(host, validity: validity), clock);
            _nodes[host] = new RoutedNode(this, host, environment, name) { Clock = clock };
        }
    }

    public ActorSimulation Simulation => _world.Simulation;

    public ActorP2P.Transport.MemoryNetwork Network => _world.Network;

    public IEnumerable<RoutedNode> Nodes => _nodes.Values;

    public RoutedNode this[string host] => _nodes[host];

    /// <summary>Waits until each node named knows a way to each other.</summary>
    public RoutedWorld Settle(params string[] hosts)
    {
        var nodes = hosts.Length == 0 ? [.. Nodes] : hosts.Select(host => _nodes[host]).ToArray();
        Until(() => nodes.All(node => nodes.All(other => node == other || node.Routes?.Routes.GetValueOrDefault(other.Id)?.Hops > 0)), 30, "routes", askRoutes: true);
        return this;
    }

    public void Run(double seconds) => Simulation.RunFor(TimeSpan.FromSeconds(seconds));

    public void Until(Func<bool> condition, double limitSeconds, string what, bool askRoutes = false)
    {
        var end = Simulation.Now + TimeSpan.FromSeconds(limitSeconds);
        while (!condition())
        {
            if (Simulation.Now >= end)
            {
                Assert.Fail($"not within {limitSeconds} s: {what}\n{string.Join("\n", Nodes)}");
            }

            if (askRoutes)
            {
                foreach (var node in Nodes)
                {
                    node.AskRoutes();
                }
            }

            Simulation.RunFor(TimeSpan.FromMilliseconds(20));
        }
    }

    public void Kill(string host)
    {
        Network.Kill(host);
        _nodes[host].Stop();
    }

    public void Dispose() => _world.Dispose();
}

/// <summary>One node and its module.</summary>
internal sealed class RoutedNode
{
    private readonly ActorSystem _system;
    private readonly IActorRef _root;
    private readonly IActorRef _module;

    public RoutedNode(RoutedWorld world, string host, NodeEnvironment environment, string ns)
    {
        Host = host;
        Environment = environment;
        World = world;
        _system = world.Simulation.CreateSystem(host);
        _root = _system.ActorOf(P2PNode.Props(environment), "p2p");
        var (root, node) = (_root, this);
        _module = _system.ActorOf(Props.Create(() => new NumberingModule(root, node, ns)), "module");
    }

    public RoutedWorld World { get; }

    public string Host { get; }

    public NodeEnvironment Environment { get; }

    /// <summary>Sets the node's wall clock.</summary>
    public required SettableTime Clock { get; init; }

    public NodeId Id => Environment.Identity.Id;

    public List<(NodeId Origin, int Number)> Deliveries { get; } = [];

    /// <summary>Outcomes of what was sent, by number.</summary>
    public List<(int Number, string Outcome)> Outcomes { get; } = [];

    public List<ControlEvent> Events { get; } = [];

    public RoutesSnapshot? Routes { get; set; }

    public int Sent { get; private set; }

    public IEnumerable<int> From(RoutedNode origin) => Deliveries.Where(delivery => delivery.Origin == origin.Id).Select(static delivery => delivery.Number);

    public long Count(string counter) => Environment.Counters.Value(counter);

    public long CountOf(string prefix) => Environment.Counters.Snapshot().Values.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(static pair => pair.Value);

    /// <summary>Sends the next number, confirmed.</summary>
    public int Send(RoutedNode to, int bytes = 100)
    {
        var payload = new byte[bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, Sent);
        _module.Tell(new NamespaceRouter.Unicast(RoutedWorld.Namespace, to.Id, "m", payload, Confirm: true, CorrelationId: Sent));
        return Sent++;
    }

    /// <summary>Asks with the next number; the other side answers it back.</summary>
    public int Request(RoutedNode to, double timeoutSeconds = 20)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, Sent);
        _module.Tell(new NamespaceRouter.Request(RoutedWorld.Namespace, to.Id, "m", payload, TimeSpan.FromSeconds(timeoutSeconds), Sent));
        return Sent++;
    }

    public void AskRoutes() => _module.Tell(new NamespaceRouter.GetRoutes());

    /// <summary>A message straight to an actor inside, by its path below the root.</summary>
    public void TellInside(string path, object message) => _system.ActorSelection("/user/p2p/" + path).Tell(message, ActorRefs.NoSender);

    public void Stop() => _ = _system.Terminate();

    public override string ToString() =>
        $"{Host}: got {Deliveries.Count}, sent {Sent}, outcomes {Outcomes.Count}; {string.Join(", ", Environment.Counters.Snapshot().Values.Select(static pair => $"{pair.Key}={pair.Value}"))}";
}

/// <summary>Registers for one type, passes on what its node sends, and answers requests with what they hold.</summary>
internal sealed class NumberingModule : ReceiveActor
{
    private readonly Queue<object> _early = [];
    private IActorRef _router = ActorRefs.Nobody;

    public NumberingModule(IActorRef root, RoutedNode node, string ns)
    {
        Receive<P2PNode.RouterAddress>(address =>
        {
            _router = address.Router;
            _router.Tell(new NamespaceRouter.Register(ns, "m", Self));
            _router.Tell(new NamespaceRouter.Observe(ns, Self, []));
            while (_early.TryDequeue(out var message))
            {
                _router.Tell(message);
            }
        });
        Receive<NamespaceRouter.INamespaceMessage>(Pass);
        Receive<NamespaceRouter.GetRoutes>(Pass);
        Receive<Delivery>(delivery =>
        {
            node.Deliveries.Add((delivery.Origin, BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span)));
            if (!Sender.IsNobody())
            {
                Sender.Tell(delivery.Payload);
            }
        });
        Receive<Sent>(sent => node.Outcomes.Add(((int)sent.CorrelationId!, "sent")));
        Receive<SendFailed>(failed => node.Outcomes.Add(((int)failed.CorrelationId!, failed.Reason.ToString())));
        Receive<Reply>(reply => node.Outcomes.Add(((int)reply.CorrelationId!, "reply " + BinaryPrimitives.ReadInt32LittleEndian(reply.Payload.Span))));
        Receive<RequestFailed>(failed => node.Outcomes.Add(((int)failed.CorrelationId!, failed.Reason.ToString())));
        Receive<RoutesSnapshot>(routes => node.Routes = routes);
        Receive<ControlEvent>(node.Events.Add);
        ReceiveAny(static _ => { });
        root.Tell(P2PNode.GetRouter.Instance, Self);
    }

    private void Pass(object message)
    {
        if (_router.IsNobody())
        {
            _early.Enqueue(message);
        }
        else
        {
            _router.Tell(message);
        }
    }
}
