using ActorP2P.Hocon;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;
using ActorP2P.Tests.Manager;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Network;

/// <summary>
/// A whole node of the product in an actor system of its own: settings from <c>reference.conf</c>, real certificates,
/// the runtime's root actor. It can be stopped in order, killed, and started again under its next epoch.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private const string MemoryPort = ":30300";
    private const string AnyPort = "127.0.0.1:0";

    // Shorter waits than an operator would choose, so that tests need not wait for them; no limit of size is touched.
    private const string QuickHocon = $$"""
        {{TestMembers.Patience}}
        admission { rate-per-second = 1000, burst = 1000, member-rate-per-second = 1000, member-burst = 1000 }
        reconnect { min-delay = 20ms, max-delay = 200ms, dials-per-second = 1000 }
        discovery.max-delay = 200ms
        link.drain-timeout = 1s
        dissemination { announce-interval = 50ms, want-delay = 50ms, want-timeout = 500ms }
        state-sync { announce-interval = 100ms, push-debounce = 10ms }
        """;

    private readonly TestNodeOptions _options;
    private readonly MemoryEpochStore _epochs = new();
    private string _listen;
    private NodeTrust? _trust;
    private TestTrustSource? _trustSource;
    private ActorSystem? _system;
    private IActorRef? _root;
    private ObservedPort? _port;

    public TestNode(TestNodeOptions options)
    {
        _options = options;
        _listen = options.Memory is null ? AnyPort : options.Name + MemoryPort;
        Files = options.Files;
    }

    public string Name => _options.Name;

    /// <summary>Its ID; another one after a reload with another key.</summary>
    public NodeId Id => _trust?.Identity.Id ?? _options.Files.Id;

    /// <summary>Its private key.</summary>
    public string KeyPem => _options.Files.KeyPem;

    /// <summary>Where others dial it; on real sockets another one after each start.</summary>
    public string Address => _listen;

    /// <summary>What upstream modules send to.</summary>
    public IActorRef Router { get; private set; } = ActorRefs.Nobody;

    /// <summary>The running node's counters.</summary>
    public NodeCounters Counters { get; private set; } = new();

    public ObservedPort Port => _port ?? throw new InvalidOperationException($"{Name} is not started.");

    public NodeEnvironment Environment { get; private set; } = null!;

    public ActorSystem System => _system ?? throw new InvalidOperationException($"{Name} is not started.");

    public ulong Epoch { get; private set; }

    /// <summary>node.key, node.crt and ca.crt; a test replaces them and reloads.</summary>
    public IssuedNode Files { get; set; }

    /// <summary>The texts of the files that <c>crl.files</c> names.</summary>
    public IReadOnlyList<string> RevocationLists { get; set; } = [];

    /// <summary>What a test adds to the configuration before it reloads.</summary>
    public string ReloadHocon { get; set; } = "";

    /// <summary>What the node shows and trusts now.</summary>
    public NodeTrust Trust => _trust ?? throw new InvalidOperationException($"{Name} is not started.");

    /// <summary>What a failed wait tells beside its condition.</summary>
    public Func<string>? Diagnosis { get; set; }

    public async Task StartAsync()
    {
        if (_options.Memory is null)
        {
            // The port of a former life may be somebody's connection by now.
            _listen = AnyPort;
        }

        var settings = ReadSettings();
        var now = _options.Time.GetUtcNow();
        var source = new TestTrustSource(() => ReadFiles(ReadSettings()));
        var successions = new NodeSuccessions(settings);
        Assert.True(TrustRotation.TryStart(ReadFiles(settings), now, out var rotation, out var errors), string.Join("; ", errors));
        _trust = new NodeTrust(rotation);
        Assert.Empty(successions.Restore(_trustSource?.Successions ?? [], _trust.Identity, now));
        _trustSource = source;
        _port = new ObservedPort(CreatePort(settings)) { HoldDial = _options.HoldDial };
        Epoch = _epochs.Next(now, 0).Epoch;
        Counters = new NodeCounters();
        Environment = new NodeEnvironment(
            settings,
            _trust.Identity,
            _trust.Validator,
            Epoch,
            _port,
            _options.Time,
            SystemRandom.Instance,
            Counters,
            new ReassemblyBudget(settings.Channel))
        {
            Trust = _trust,
            TrustSource = source,
            Successions = successions,
        };
        _system = ActorSystem.Create(Name, _options.SystemHocon);
        _options.OnSystem(_system);
        _root = _system.ActorOf(P2PNode.Props(Environment), "p2p");
        Router = (await _root.Ask<P2PNode.RouterAddress>(P2PNode.GetRouter.Instance, Eventually.Limit)).Router;
        _listen = await _port.Bound.WaitAsync(Eventually.Limit);
    }

    /// <summary>Leaves in order, as a node does that gets SIGTERM.</summary>
    public async Task StopAsync()
    {
        if (_system is null)
        {
            return;
        }

        await _root!.GracefulStop(Eventually.Limit, P2PNode.Leave.Instance);
        await EndAsync();
    }

    /// <summary>Reads certificates and lists again; gives Reloaded or ReloadRefused.</summary>
    public Task<object> ReloadAsync() => _root!.Ask<object>(P2PNode.Reload.Instance, Eventually.Limit);

    /// <summary>What the node would show and trust with these files.</summary>
    public TrustState StateWith(IssuedNode files)
    {
        Files = files;
        Assert.True(TrustRotation.TryStart(ReadFiles(ReadSettings()), _options.Time.GetUtcNow(), out var rotation, out var errors), string.Join("; ", errors));
        return rotation.State;
    }

    /// <summary>Gives it a new key with a certificate of ours, and waits until it goes by it.</summary>
    public async Task RotateKeyAsync()
    {
        Files = TestConsortium.Ours.Issue(Name);
        var answer = await ReloadAsync();
        Assert.Contains("key", Assert.IsType<P2PNode.Reloaded>(answer).Parts);
        Assert.Equal(Files.Id, Id);
    }

    /// <summary>Ends it without a word, as SIGKILL does.</summary>
    /// <param name="silent">Its connections fall silent, as when the machine loses power, instead of being reset; on the memory transport only.</param>
    public async Task KillAsync(bool silent = false)
    {
        if (silent && _options.Memory is null)
        {
            throw new InvalidOperationException("Only a host of a memory network can fall silent.");
        }

        // The sockets of a dead process are closed by its kernel; here they end before the actors could say goodbye.
        _options.Memory?.Kill(Name, silent);
        await EndAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Registers a new module for a message type.</summary>
    public async Task<TestModule> RegisterAsync(string @namespace, string type, Func<Delivery, object?>? answer = null, Lane lane = Lane.Request)
    {
        var module = TestModule.Start(System, answer);
        await RegisterAsync(@namespace, type, module, lane);
        return module;
    }

    /// <summary>Registers a module for one more message type.</summary>
    public async Task RegisterAsync(string @namespace, string type, TestModule module, Lane lane = Lane.Request) =>
        Assert.IsType<Registered>(await AskAsync(new NamespaceRouter.Register(@namespace, type, module.Ref, lane)));

    /// <summary>Starts a module that follows a namespace's control events.</summary>
    public TestModule Observe(string @namespace, params Type[] events)
    {
        var observer = TestModule.Start(System);
        Router.Tell(new NamespaceRouter.Observe(@namespace, observer.Ref, events), observer.Ref);
        return observer;
    }

    /// <summary>A message straight to an actor inside, by its path below the root; <c>*</c> stands for any letters.</summary>
    public void TellInside(string path, object message) => System.ActorSelection("/user/p2p/" + path).Tell(message, ActorRefs.NoSender);

    /// <summary>Sends to the router and awaits its one answer.</summary>
    public Task<object> AskAsync(object message) => Router.Ask<object>(message, Eventually.Limit);

    public async Task<T> AskAsync<T>(object message) => Assert.IsType<T>(await AskAsync(message));

    /// <summary>Asks another node, awaiting <see cref="Reply"/> or <see cref="RequestFailed"/>.</summary>
    public Task<object> RequestAsync(string @namespace, TestNode to, string type, ReadOnlyMemory<byte> payload) =>
        AskAsync(new NamespaceRouter.Request(@namespace, to.Id, type, payload, Eventually.Limit));

    /// <summary>Broadcasts, and gives the message's ID.</summary>
    public async Task<Published> BroadcastAsync(string @namespace, string type, ReadOnlyMemory<byte> payload) =>
        await AskAsync<Published>(new NamespaceRouter.Broadcast(@namespace, type, payload));

    /// <summary>Multicasts, and gives the message's ID.</summary>
    public async Task<Published> MulticastAsync(string @namespace, string topic, string type, ReadOnlyMemory<byte> payload) =>
        await AskAsync<Published>(new NamespaceRouter.Multicast(@namespace, topic, type, payload));

    public async Task SubscribeAsync(string @namespace, string topic) =>
        Assert.IsType<Subscribed>(await AskAsync(new NamespaceRouter.Subscribe(@namespace, topic)));

    public Task<PeersSnapshot> PeersAsync(string @namespace) => AskAsync<PeersSnapshot>(new NamespaceRouter.GetPeers(@namespace));

    public Task<StatusSnapshot> StatusAsync(string @namespace, TestNode of) => AskAsync<StatusSnapshot>(new NamespaceRouter.GetStatus(@namespace, of.Id));

    /// <summary>Waits until exactly these nodes have a session with this one over a direct link.</summary>
    public Task LinkedToAsync(string @namespace, params IEnumerable<TestNode> nodes) => PeersAreAsync(@namespace, nodes, static peer => peer.Linked, "linked to");

    /// <summary>Waits until exactly these nodes can be reached, directly or through others.</summary>
    public Task ReachesAsync(string @namespace, params IEnumerable<TestNode> nodes) => PeersAreAsync(@namespace, nodes, static peer => peer.Hops > 0, "reaches");

    /// <summary>Waits until these nodes, and no others, are known to follow the topic.</summary>
    public async Task SeesSubscribersAsync(string @namespace, string topic, params TestNode[] nodes)
    {
        var expected = nodes.Select(static node => node.Id).ToHashSet();
        await Eventually.HoldsAsync(
            async () =>
            {
                var topics = await AskAsync<TopicsSnapshot>(new NamespaceRouter.GetTopics(@namespace));
                return topics.Subscribers.TryGetValue(topic, out var subscribers) ? expected.SetEquals(subscribers) : expected.Count == 0;
            },
            what: $"{Name} knows the subscribers of {topic}");
    }

    /// <summary>Waits until a counter has at least this value.</summary>
    public Task CountsAsync(string counter, long atLeast = 1) =>
        Eventually.HoldsAsync(() => Counters.Value(counter) >= atLeast, CountersText, $"{Name} counts {counter} >= {atLeast}");

    /// <summary>All counters in one line.</summary>
    public string CountersText() => $"{Name}: " + string.Join(", ", Counters.Snapshot().Values.Select(static pair => $"{pair.Key}={pair.Value}"));

    private async Task PeersAreAsync(string @namespace, IEnumerable<TestNode> nodes, Func<PeerInfo, bool> which, string what)
    {
        var expected = nodes.ToDictionary(static node => node.Id, static node => node.Name);
        var found = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var peers = await PeersAsync(@namespace);
                found = string.Join(", ", peers.Peers);
                return peers.Peers.Where(which).Select(static peer => peer.Node).ToHashSet().SetEquals(expected.Keys);
            },
            () => $"Found: {found}; {Diagnosis?.Invoke() ?? CountersText()}",
            $"{Name} {what} {string.Join(", ", expected.Values)} in {@namespace}");
    }

    private P2PSettings ReadSettings()
    {
        static string List(IEnumerable<string> items) => string.Join(", ", items.Select(static item => $"\"{item}\""));
        static string Switch(bool on) => on ? "on" : "off";
        var text = $$"""
            actorp2p {
              network {
                id = "{{_options.NetworkId}}"
                listen = ["{{_listen}}"]
                peers = [{{List(_options.Peers)}}]
                insecure = {{Switch(!_options.Tls && !_options.Encryption)}}
              }
              tls.enabled = {{Switch(_options.Tls)}}
              encryption.enabled = {{Switch(_options.Encryption)}}
              {{QuickHocon}}
              namespaces { {{string.Join(", ", _options.Namespaces.Select(static name => $"\"{name}\" {{}}"))}} }
              {{_options.Hocon}}
              {{ReloadHocon}}
            }
            """;
        var result = SettingsReader.Read(ConfigurationFactory.ParseString(text));
        Assert.True(result.IsValid, string.Join("; ", result.Errors));
        return result.Settings!;
    }

    private TrustFiles ReadFiles(P2PSettings settings) => new()
    {
        Settings = settings,
        Key = Files.KeyPem,
        Certificate = Files.ChainPem,
        Roots = Files.CaPem,
        TlsKey = Files.KeyPem,
        TlsCertificate = Files.ChainPem,
        TlsRoots = Files.CaPem,
        RevocationLists = RevocationLists,
    };

    private ITransportPort CreatePort(P2PSettings settings)
    {
        if (_options.Memory is { } memory)
        {
            return memory.CreatePort(Name);
        }

        var options = new TcpTransportOptions
        {
            AcceptTimeout = settings.Tls.HandshakeTimeout,
            MaxPendingAccepts = settings.Admission.MaxHalfOpen,
            MaxTlsHandshakeBytes = settings.Admission.HandshakeMaxBytes,
            AcceptCpuShare = settings.Admission.AcceptCpuShare,
        };
        if (!_options.Tls)
        {
            return new TcpTransportPort(options);
        }

        return new TcpTransportPort(options with { Tls = () => _trust!.Current.Tls! });
    }

    private async Task EndAsync()
    {
        await _port!.DisposeAsync();
        await _system!.Terminate();
        _trust!.Dispose();
        _system = null;
    }
}
