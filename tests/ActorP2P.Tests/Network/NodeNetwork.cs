using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Tests.Manager;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Network;

/// <summary>Whole nodes over the memory transport, linked as the test says: who dials whom.</summary>
internal sealed class NodeNetwork
{
    private static readonly TimeSpan Soon = Eventually.Limit;

    private readonly TestKitBase _kit;
    private readonly Func<int, P2PSettings> _settings;
    private readonly List<MemberNode> _nodes;

    /// <summary>Starts as many nodes as there are members named, and waits for nothing.</summary>
    public NodeNetwork(TestKitBase kit, int count, (int From, int To)[] dials, string namespaces = "namespaces.ledger {}", string overrides = "")
    {
        _kit = kit;
        _settings = member => SettingsOf(member, dials, namespaces, overrides);
        _nodes = [.. Enumerable.Range(0, count).Select(member => Start(member, epoch: 1))];
    }

    public MemoryNetwork Network { get; } = new();

    public MemberNode this[int member] => _nodes[member];

    /// <summary>Ends a node as SIGKILL does, and starts it again with nothing but its identity and a higher epoch, or the one given.</summary>
    public MemberNode KillAndRestart(int member, ulong? epoch = null)
    {
        var before = _nodes[member];
        Network.Kill($"node{member}");
        _kit.Watch(before.Root);
        _kit.Sys.Stop(before.Root);
        _kit.ExpectTerminated(before.Root, Soon);
        return _nodes[member] = Start(member, epoch ?? before.Environment.Epoch + 1);
    }

    /// <summary>Waits until each node has a session with as many others in a namespace.</summary>
    public NodeNetwork AwaitPeers(string ns, params int[] linked)
    {
        for (var member = 0; member < linked.Length; member++)
        {
            var (node, count) = (_nodes[member], linked[member]);
            _kit.AwaitAssert(() => Assert.Equal(count, node.Peers(ns).Count(peer => peer.Linked)), Soon);
        }

        return this;
    }

    /// <summary>Waits until each node knows the state of all others in a namespace.</summary>
    public NodeNetwork AwaitMembers(string ns, int count)
    {
        foreach (var node in _nodes)
        {
            _kit.AwaitAssert(() => Assert.Equal(count - 1, node.Peers(ns).Count(peer => peer.Hops > 0)), Soon);
        }

        return this;
    }

    private static P2PSettings SettingsOf(int member, (int From, int To)[] dials, string namespaces, string overrides)
    {
        var peers = string.Join(", ", dials.Where(dial => dial.From == member).Select(dial => $"\"node{dial.To}:1\""));
        return TestMembers.Settings($"tls.enabled = off, {TestMembers.Patience}, network.listen = [\"node{member}:1\"], network.peers = [{peers}]\n{overrides}", namespaces);
    }

    private MemberNode Start(int member, ulong epoch)
    {
        var environment = TestMembers.Environment(member, _settings(member), Network.CreatePort($"node{member}")) with
        {
            Epoch = epoch,
            Epochs = new NodeEpoch(epoch, new MemoryEpochStore(), TimeProvider.System),
        };
        return new MemberNode(_kit, environment, _kit.Sys.ActorOf(P2PNode.Props(environment), $"node{member}"));
    }
}

/// <summary>One whole node, seen by its modules.</summary>
internal sealed class MemberNode
{
    private static readonly TimeSpan Soon = Eventually.Limit;

    private readonly TestKitBase _kit;

    public MemberNode(TestKitBase kit, NodeEnvironment environment, IActorRef root)
    {
        _kit = kit;
        Environment = environment;
        Root = root;
        var probe = kit.CreateTestProbe();
        root.Tell(P2PNode.GetRouter.Instance, probe.Ref);
        Router = probe.ExpectMsg<P2PNode.RouterAddress>(Soon).Router;
    }

    public NodeEnvironment Environment { get; }

    public NodeId Id => Environment.Identity.Id;

    public IActorRef Root { get; }

    public IActorRef Router { get; }

    public TAnswer Ask<TAnswer>(TestProbe module, object message)
    {
        Router.Tell(message, module.Ref);
        return module.ExpectMsg<TAnswer>(Soon);
    }

    public TestProbe Module(string type, string ns = TestMembers.Ledger)
    {
        var module = _kit.CreateTestProbe();
        Ask<Registered>(module, new NamespaceRouter.Register(ns, type, module.Ref));
        return module;
    }

    public TestProbe Observer(string ns = TestMembers.Ledger)
    {
        var observer = _kit.CreateTestProbe();
        Ask<ObserveSnapshot>(observer, new NamespaceRouter.Observe(ns, observer.Ref, []));
        return observer;
    }

    public IReadOnlyList<PeerInfo> Peers(string ns = TestMembers.Ledger) =>
        Ask<PeersSnapshot>(_kit.CreateTestProbe(), new NamespaceRouter.GetPeers(ns)).Peers;

    public void TellInside(string path, object message) =>
        _kit.Sys.ActorSelection($"/user/{Root.Path.Name}/manager/{path}").Tell(message, ActorRefs.NoSender);
}
