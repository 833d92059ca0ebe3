namespace ActorP2P.Tests.Network;

/// <summary>Several nodes in one process, each with its own actor system, linked as a test wants them.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private readonly NetworkOptions _options;
    private readonly List<TestNode> _nodes = [];

    private TestNetwork(NetworkOptions options) => _options = options;

    public IReadOnlyList<TestNode> Nodes => _nodes;

    public NetworkOptions Options => _options;

    public TestNode this[int index] => _nodes[index];

    /// <summary>Every node has a link with every other one.</summary>
    public static Task<TestNetwork> FullAsync(int count, NetworkOptions options) => StartAsync(count, options, static (dialler, listener) => listener < dialler);

    /// <summary>Each node has a link with its neighbours alone: the ends of three nodes have none.</summary>
    public static Task<TestNetwork> LineAsync(int count, NetworkOptions options) => StartAsync(count, options, static (dialler, listener) => listener == dialler - 1);

    /// <summary>Starts nodes one after the other, each dialling the earlier ones that are chosen, and waits for all links in all namespaces.</summary>
    /// <param name="count">Nodes.</param>
    /// <param name="options">What they have in common.</param>
    /// <param name="dials">True when the later node, named first, shall dial the earlier one.</param>
    public static async Task<TestNetwork> StartAsync(int count, NetworkOptions options, Func<int, int, bool> dials)
    {
        var network = new TestNetwork(options);
        try
        {
            for (var index = 0; index < count; index++)
            {
                var dialled = network._nodes.Where((_, listener) => dials(index, listener)).Select(static node => node.Address);
                await network.AddAsync(options.NodeOptions(NameOf(index)) with { Peers = [.. dialled] });
            }

            await network.LinkedAsync(dials);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more node; the network stops it.</summary>
    public async Task<TestNode> AddAsync(TestNodeOptions options)
    {
        var node = new TestNode(options) { Diagnosis = CountersText };
        _nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    /// <summary>The counters of all nodes, a line each.</summary>
    public string CountersText() => string.Join(Environment.NewLine, _nodes.Select(static node => node.CountersText()));

    /// <summary>Waits until each node reaches all the others.</summary>
    public async Task AllReachAllAsync(string @namespace)
    {
        foreach (var node in _nodes)
        {
            await node.ReachesAsync(@namespace, _nodes.Where(other => other != node));
        }
    }

    /// <summary>
    /// Waits until a node knows all links of these nodes, and not only one way to each of them. Each gets one more neighbour: its state that
    /// names the new link names the earlier ones, too, so who reaches the neighbour has it. The neighbours stay.
    /// </summary>
    public async Task KnowsLinksOfAsync(TestNode knower, params IReadOnlyList<TestNode> nodes)
    {
        var neighbours = new List<TestNode>();
        foreach (var node in nodes)
        {
            neighbours.Add(await AddAsync(_options.NodeOptions(NameOf(_nodes.Count)) with { Peers = [node.Address] }));
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                var routes = (await knower.AskAsync<RoutesSnapshot>(new NamespaceRouter.GetRoutes())).Routes;
                return neighbours.All(neighbour => routes.TryGetValue(neighbour.Id, out var route) && route.Hops > 0);
            },
            CountersText,
            "the new neighbours are known");
    }

    /// <summary>Registers a module for a type on every node.</summary>
    public async Task<IReadOnlyList<TestModule>> RegisterAllAsync(string @namespace, string type, Func<Delivery, object?>? answer = null)
    {
        var modules = new List<TestModule>();
        foreach (var node in _nodes)
        {
            modules.Add(await node.RegisterAsync(@namespace, type, answer));
        }

        return modules;
    }

    /// <summary>Messages that came a second time, at all nodes together.</summary>
    public long Repeats() => _nodes.Sum(static node => node.Counters.Value("multicast.dropped.duplicate"));

    /// <summary>
    /// Waits until broadcasts go along settled trees, in one copy: trees follow the link states, which come after the links. A repeat
    /// shows at the latest in the round after its message.
    /// </summary>
    public async Task TreesAreSettledAsync(string @namespace)
    {
        const int MaxRounds = 100;
        const string Type = "settling";
        var modules = await RegisterAllAsync(@namespace, Type);
        for (var (round, clean) = (0, 0); clean < 3; round++)
        {
            Assert.True(round < MaxRounds, $"still repeats after {round} rounds: {CountersText()}");
            var before = Repeats();
            foreach (var node in _nodes)
            {
                var id = (await node.BroadcastAsync(@namespace, Type, new byte[1])).MessageId;
                foreach (var (module, _) in modules.Zip(_nodes).Where(pair => pair.Second != node))
                {
                    await module.Log.FirstAsync<Delivery>(delivery => delivery.MessageId == id);
                }
            }

            clean = Repeats() == before ? clean + 1 : 0;
        }
    }

    /// <summary>Stops all nodes in order.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync();
        }
    }

    private static string NameOf(int index) => ((char)('a' + index)).ToString();

    private async Task LinkedAsync(Func<int, int, bool> dials)
    {
        for (var index = 0; index < _nodes.Count; index++)
        {
            var neighbours = _nodes.Where((_, other) => dials(Math.Max(index, other), Math.Min(index, other)) && other != index).ToArray();
            foreach (var name in _options.Namespaces)
            {
                await _nodes[index].LinkedToAsync(name, neighbours);
            }
        }
    }
}
