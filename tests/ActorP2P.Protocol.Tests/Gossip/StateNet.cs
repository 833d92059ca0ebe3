using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>Many state sync cores on virtual time.</summary>
internal sealed class StateNet
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(2);

    private readonly HashSet<(int A, int B)> _links = [];
    private readonly StateSyncSettings _settings;
    private readonly StateLimits _limits;
    private readonly int _seed;
    private readonly Random _random;
    private readonly Dictionary<NodeId, VirtualNode> _byId;

    public StateNet(int nodes, int seed, StateSyncSettings? settings = null, StateLimits? limits = null)
    {
        _limits = limits ?? TestSettings.Limits;
        _settings = settings ?? TestSettings.StateSync;
        _seed = seed;
        _random = new Random(seed);
        Nodes = Enumerable.Range(0, nodes).Select(number => new VirtualNode(number, NewCore(number, epoch: 1, number))).ToArray();
        _byId = Nodes.ToDictionary(static node => node.Id);
        foreach (var node in Nodes)
        {
            Run(node, static (core, now, effects) => core.Start(now, effects));
        }
    }

    public static StateScope Scope { get; } = StateScope.Namespace("net", "ns");

    public VirtualTime Time { get; } = new();

    public VirtualNode[] Nodes { get; }

    public double Loss { get; set; }

    public long Bytes { get; set; }

    public long Messages { get; set; }

    public Func<int, int, ReadOnlyMemory<byte>, bool> Carries { get; set; } = static (_, _, _) => true;

    public static StatusBody Status(string key, string value)
    {
        var entry = KeyValuePair.Create(key, (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(value));
        Assert.True(StatusBody.TryCreate([entry], TestSettings.Limits, out var body, out var reason), reason);
        return body;
    }

    public static InterestsBody Topics(params string[] topics)
    {
        Assert.True(InterestsBody.TryCreate(topics, [], TestSettings.Limits, out var body, out var reason), reason);
        return body;
    }

    public static IReadOnlyList<string>? TopicsOf(VirtualNode at, int owner) =>
        at.Core.Table.TryGet(SimulatedCurve.IdOf(owner), StateSection.Interests, out var entry) ? (entry.Body as InterestsBody)?.Topics : null;

    public static string? StatusOf(VirtualNode at, int owner, string key) =>
        at.Core.Table.TryGet(SimulatedCurve.IdOf(owner), StateSection.Status, out var entry)
        && entry.Body is StatusBody body
        && body.Entries.TryGetValue(key, out var value)
            ? System.Text.Encoding.UTF8.GetString(value.Span)
            : null;

    public static SignedState Signed(int owner, ulong epoch, ulong seq, string value) =>
        Signed(owner, epoch, seq, Status("height", value));

    public static SignedState Signed(int owner, ulong epoch, ulong seq, StateBody body) =>
        SignedState.Sign(Scope, SimulatedCurve.Key(owner), epoch, seq, body.Encode());

    public void SetHeight(int node, string value) => SetOwn(node, Status("height", value));

    public ulong SetOwn(int node, StateBody body)
    {
        var seq = 0ul;
        Run(Nodes[node], (core, now, effects) => seq = core.SetOwn(body, now, effects));
        return seq;
    }

    public StateNet Link(IEnumerable<(int A, int B)> links)
    {
        foreach (var link in links.ToArray())
        {
            if (_links.Add(link))
            {
                Run(Nodes[link.A], (core, now, effects) => core.HandlePeerUp(Nodes[link.B].Id, now, effects));
                Run(Nodes[link.B], (core, now, effects) => core.HandlePeerUp(Nodes[link.A].Id, now, effects));
            }
        }

        return this;
    }

    public void Cut(IEnumerable<(int A, int B)> links)
    {
        foreach (var link in links.ToArray())
        {
            if (_links.Remove(link))
            {
                Nodes[link.A].Core.HandlePeerDown(Nodes[link.B].Id);
                Nodes[link.B].Core.HandlePeerDown(Nodes[link.A].Id);
            }
        }
    }

    public void Restart(int node, ulong epoch)
    {
        var links = _links.Where(link => link.A == node || link.B == node).ToArray();
        Cut(links);
        Nodes[node].Core = NewCore(node, epoch, node);
        Run(Nodes[node], static (core, now, effects) => core.Start(now, effects));
        Link(links);
    }

    public void Receive(int node, int from, ReadOnlyMemory<byte> bytes) =>
        Run(Nodes[node], (core, now, effects) => core.HandleReceived(Nodes[from].Id, bytes, now, effects));

    public void Receive(int node, int from, params SignedState[] states) =>
        Receive(node, from, StateSyncWire.Answer(AnswerFlags.Push, states));

    public List<StateSyncEffect> Run(VirtualNode node, Action<StateSyncCore, DateTimeOffset, List<StateSyncEffect>> input)
    {
        var effects = new List<StateSyncEffect>();
        input(node.Core, Time.Now, effects);
        node.Effects.AddRange(effects.Where(static effect => effect is not (StateSyncEffect.Send or StateSyncEffect.Schedule)));
        foreach (var effect in effects)
        {
            Perform(node, effect);
        }

        return effects;
    }

    /// <summary>Time until the condition holds at every node, looked at every 10 ms.</summary>
    public TimeSpan TimeUntil(Func<VirtualNode, bool> condition, TimeSpan limit)
    {
        var start = Time.Now;
        while (!Array.TrueForAll(Nodes, node => condition(node)))
        {
            Assert.True(Time.Now - start < limit, $"not everywhere after {limit}; seed {_seed}");
            Time.RunFor(TimeSpan.FromMilliseconds(10));
        }

        return Time.Now - start;
    }

    private StateSyncCore NewCore(int number, ulong epoch, int random) => new(
        _settings,
        _limits,
        Scope,
        SimulatedCurve.Instance,
        SimulatedCurve.Key(number),
        epoch,
        TestMembership.Everybody,
        new SeededRandom((_seed * 10_000) + random));

    private void Perform(VirtualNode node, StateSyncEffect effect)
    {
        if (effect is StateSyncEffect.Send send)
        {
            if (!_byId.TryGetValue(send.To, out var to))
            {
                return;
            }

            var link = (Math.Min(node.Number, to.Number), Math.Max(node.Number, to.Number));
            Bytes += send.Bytes.Length;
            node.SentBytes += send.Bytes.Length;
            Messages++;
            Time.After(Latency, () =>
            {
                if (_links.Contains(link) && _random.NextDouble() >= Loss && Carries(node.Number, to.Number, send.Bytes))
                {
                    Receive(to.Number, node.Number, send.Bytes);
                }
            });
        }
        else if (effect is StateSyncEffect.Schedule schedule)
        {
            var core = node.Core;
            Time.After(schedule.Delay, () =>
            {
                if (core == node.Core)
                {
                    Run(node, (live, now, effects) => live.HandleTimer(schedule.Token, now, effects));
                }
            });
        }
    }

    internal sealed class VirtualNode(int number, StateSyncCore core)
    {
        public int Number { get; } = number;

        public NodeId Id { get; } = SimulatedCurve.IdOf(number);

        public StateSyncCore Core { get; set; } = core;

        public List<StateSyncEffect> Effects { get; } = [];

        public long SentBytes { get; set; }

        public int Count(StateSyncDrop reason) => Effects.OfType<StateSyncEffect.Dropped>().Count(drop => drop.Reason == reason);
    }
}
