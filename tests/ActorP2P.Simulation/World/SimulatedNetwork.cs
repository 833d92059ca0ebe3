using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Shared;
using ActorP2P.Transport;

namespace ActorP2P.Simulation;

/// <summary>N nodes of the product, unmodified, on one thread with virtual time and a memory transport.</summary>
public sealed class SimulatedNetwork : IDisposable
{
    private const int MaxNodesThatBothDial = 20;

    private readonly SimulatedConsortium _consortium;
    private readonly Dictionary<NodeId, int> _numbers = [];
    private CertificateValidator? _validator;

    /// <summary>Makes the nodes; <see cref="StartAll"/> starts them.</summary>
    public SimulatedNetwork(SimulationOptions options)
    {
        Options = options;
        Curve = options.Nodes <= SimulationOptions.MaxNodesWithRealSignatures ? IdentityCurves.P256 : SimulatedCurve.Instance;
        Simulation = new ActorSimulation(options.Seed);
        Weather = new Weather(options, Simulation);
        Network = new MemoryNetwork(Simulation.Schedule) { Delay = Weather.DelayOf, Observe = Traffic.Count };
        Ledger = NewLedger();
        Topics = new TopicBook(options.Seed, () => Simulation.Elapsed, Violate);
        Order = new OrderBook(Violate);
        Outcomes = new OutcomeBook(Violate);
        Board = new StatusBoard(options.Nodes);
        _consortium = new SimulatedConsortium(options.Seed, Simulation.Now);
        Links = SimulatedTopology.Links(options);
        var dials = Links.ToLookup(link => link.Low, link => link.High);
        var answers = Links.ToLookup(link => link.High, link => link.Low);

        // Both ends dial where the network is small enough for duplicate links not to be most of the work.
        var bothDial = options.Nodes <= MaxNodesThatBothDial;
        Nodes = [.. Enumerable.Range(0, options.Nodes).Select(number => new SimulatedNode(
            this,
            number,
            _consortium.Issue(SimulatedNode.NameOf(number)),
            [.. dials[number], .. bothDial ? answers[number] : []],
            DrawSkew()))];
        foreach (var node in Nodes)
        {
            _numbers.Add(node.Id, node.Number);
        }

        Wire = new Interception(this);
        Simulation.Intercept = Wire.Intercept;
    }

    /// <summary>What is simulated.</summary>
    public SimulationOptions Options { get; }

    /// <summary>Time and order.</summary>
    public ActorSimulation Simulation { get; }

    /// <summary>The wires.</summary>
    public MemoryNetwork Network { get; }

    /// <summary>How long things take on the wires.</summary>
    public Weather Weather { get; }

    /// <summary>What the wires carried.</summary>
    public TrafficMeter Traffic { get; } = new();

    /// <summary>The broadcasts: all of them, or those of the present part of a run of everything.</summary>
    public MessageLedger Ledger { get; private set; }

    /// <summary>The messages to topics.</summary>
    public TopicBook Topics { get; }

    /// <summary>The order of unicasts and requests.</summary>
    public OrderBook Order { get; }

    /// <summary>What became of unicasts and requests.</summary>
    public OutcomeBook Outcomes { get; }

    /// <summary>Links on the longest way of a unicast.</summary>
    public int MaxHops => Nodes[0].MaxHops;

    /// <summary>The statuses.</summary>
    public StatusBoard Board { get; }

    /// <summary>What stands between the nodes and their messages.</summary>
    public Interception Wire { get; }

    /// <summary>The network's curve: real up to a size, simulated above.</summary>
    public IdentityCurve Curve { get; }

    /// <summary>The members.</summary>
    public IReadOnlyList<SimulatedNode> Nodes { get; }

    /// <summary>Links of the whole topology.</summary>
    public IReadOnlyList<(int Low, int High)> Links { get; }

    /// <summary>Members that are not started with the others: the last ones.</summary>
    public IEnumerable<SimulatedNode> Joiners => Nodes.Skip(Nodes.Count - (int)(Options.Faults.Join * Nodes.Count));

    /// <summary>Members whose process lives.</summary>
    public IEnumerable<SimulatedNode> Alive => Nodes.Where(node => node.IsAlive);

    /// <summary>The first broken promise with its virtual time; null while all are kept.</summary>
    public string? Violation { get; private set; }

    /// <summary>When a link between the two halves came up last; null before.</summary>
    public TimeSpan? CrossedAt { get; set; }

    /// <summary>Notes a broken promise; the first one counts.</summary>
    public void Violate(string what) => Violation ??= FormattableString.Invariant($"{what}, at {Simulation.Elapsed.TotalSeconds:0.000000} s");

    /// <summary>
    /// A part of a run that measures something of its own begins. All of the former part has arrived or is reported missing:
    /// what still comes of it counts as never sent.
    /// </summary>
    internal void TurnPage() => Ledger = NewLedger();

    /// <summary>Starts all nodes but the joiners within the first 100 ms.</summary>
    public void StartAll()
    {
        foreach (var node in Nodes.Except(Joiners))
        {
            Simulation.Schedule(TimeSpan.FromMilliseconds(Simulation.Random.Next(100)), node.Start);
        }

        Simulation.RunFor(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>By how much another clock is wrong.</summary>
    public TimeSpan DrawSkew() => Options.Faults.Skew * ((2 * Simulation.Random.NextDouble()) - 1);

    /// <summary>The number of a member.</summary>
    public bool TryNumber(NodeId id, out int number) => _numbers.TryGetValue(id, out number);

    /// <summary>Cuts or heals the wires between the first and the second half of the nodes, or one direction of them.</summary>
    public void Partition(bool cut, bool bothWays)
    {
        foreach (var (low, high) in Links.Where(link => AreInTwoHalves(link.Low, link.High)))
        {
            var (a, b) = (Nodes[low].Name, Nodes[high].Name);
            if (!cut)
            {
                Network.Heal(a, b);
            }
            else if (bothWays)
            {
                Network.Partition(a, b);
            }
            else
            {
                Network.Cut(a, b);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var node in Alive.ToList())
        {
            node.Kill(silent: false);
        }

        _consortium.Dispose();
    }

    // One for all: its verdicts depend on nothing but the chain, and a thousand caches of a thousand paths are no use.
    internal CertificateValidator SharedValidator(CertificateValidator own) => _validator ??= own;

    internal void LinkUp(int node, int peer)
    {
        if (AreInTwoHalves(node, peer))
        {
            CrossedAt ??= Simulation.Elapsed;
        }
    }

    private MessageLedger NewLedger() => new(Options, () => Simulation.Elapsed, Violate);

    private bool AreInTwoHalves(int a, int b) => (a < Options.Nodes / 2) != (b < Options.Nodes / 2);
}
