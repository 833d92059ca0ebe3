using System.Diagnostics;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P.Benchmarks.Wire;

/// <summary>
/// Two whole nodes in this process, as a host runs them: default settings, real sockets on the loopback interface,
/// one namespace, modules on both sides that talk to the router.
/// </summary>
internal sealed class NodePair : IAsyncDisposable
{
    private const string Namespace = "benchmark";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BenchmarkNode _a;
    private readonly BenchmarkNode _b;
    private IActorRef _sender = ActorRefs.Nobody;
    private IActorRef _receiver = ActorRefs.Nobody;

    private NodePair(BenchmarkNode a, BenchmarkNode b)
    {
        _a = a;
        _b = b;
    }

    public static async Task<NodePair> StartAsync(BenchmarkConsortium consortium, bool tls, bool encryption)
    {
        var b = await BenchmarkNode.StartAsync("b", consortium, 1, tls, encryption, []);
        var a = await BenchmarkNode.StartAsync("a", consortium, 0, tls, encryption, [await b.Endpoint]);
        var pair = new NodePair(a, b);
        var managerA = await a.OpenAsync(Namespace);
        var managerB = await b.OpenAsync(Namespace);
        pair._sender = a.System.ActorOf(Props.Create(() => new SendingModule(managerA, Namespace, b.Id)), "sender");
        pair._receiver = b.System.ActorOf(Props.Create(() => new ReceivingModule()), "receiver");
        foreach (var type in new[] { SendingModule.OneWayType, SendingModule.EchoType })
        {
            await managerA.Ask<Registered>(new NamespaceRouter.Register(Namespace, type, pair._sender), Patience);
            await managerB.Ask<Registered>(new NamespaceRouter.Register(Namespace, type, pair._receiver), Patience);
        }

        await pair.WhenLinkedAsync(managerA, b.Id);
        return pair;
    }

    /// <summary>Megabytes (10^6) of payload a second, from the first message sent to the last one at the far module.</summary>
    public async Task<double> OneWayAsync(int payloadBytes, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Stopwatch.GetTimestamp();
        _receiver.Tell(new ReceivingModule.Expect(count, done, _sender));
        _sender.Tell(new SendingModule.SendMany(new byte[payloadBytes], count, done));
        await done.Task.WaitAsync(Patience);
        return (double)payloadBytes * count / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Round trips a second, one at a time.</summary>
    public async Task<double> RoundTripsAsync(int payloadBytes, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Stopwatch.GetTimestamp();
        _sender.Tell(new SendingModule.AskMany(new byte[payloadBytes], count, done));
        await done.Task.WaitAsync(Patience);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    private async Task WhenLinkedAsync(IActorRef manager, NodeId remote)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var peers = await manager.Ask<PeersSnapshot>(new NamespaceRouter.GetPeers(Namespace), Patience);
            if (peers.Peers.Any(peer => peer.Linked && peer.Node == remote))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}

/// <summary>One node with its actor system, port and identity.</summary>
internal sealed class BenchmarkNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpTransportPort _port;
    private readonly IActorRef _node;
    private readonly TaskCompletionSource<string> _endpoint = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BenchmarkNode(string name, NodeEnvironment environment, TcpTransportPort port)
    {
        _port = port;
        Id = environment.Identity.Id;
        System = ActorSystem.Create($"benchmark-{name}");
        var listening = System.ActorOf(Props.Create(() => new ListeningWatch(_endpoint)), "listening");
        System.EventStream.Subscribe(listening, typeof(P2PNode.Listening));
        System.EventStream.Subscribe(listening, typeof(P2PNode.ListenFailed));
        _node = System.ActorOf(P2PNode.Props(environment), "p2p");
    }

    public ActorSystem System { get; }

    public TransportCounters Counters => _port.Counters;

    public NodeId Id { get; }

    public Task<string> Endpoint => _endpoint.Task.WaitAsync(Patience);

    public static async Task<BenchmarkNode> StartAsync(
        string name, BenchmarkConsortium consortium, int index, bool tls, bool encryption, IReadOnlyList<string> peers)
    {
        var settings = SettingsOf(tls, encryption, peers);
        var issued = consortium.Nodes[index];
        if (!NodeIdentity.TryCreate(
            issued.KeyPem, issued.ChainPem, issued.CaPem, IdentityCurves.P256, null, settings.Identity, DateTimeOffset.UtcNow, out var identity, out var errors))
        {
            throw new InvalidOperationException(string.Join("; ", errors));
        }

        var port = new TcpTransportPort(new TcpTransportOptions
        {
            Tls = tls ? () => consortium.Tls[index] : null,
            AcceptTimeout = settings.Tls.HandshakeTimeout,
            MaxPendingAccepts = settings.Admission.MaxHalfOpen,
            MaxTlsHandshakeBytes = settings.Admission.HandshakeMaxBytes,
            AcceptCpuShare = settings.Admission.AcceptCpuShare,
        });
        var epoch = new MemoryEpochStore().Next(DateTimeOffset.UtcNow, 0).Epoch;
        var node = new BenchmarkNode(name, new NodeEnvironment(
            settings,
            identity,
            identity.Validator,
            epoch,
            port,
            TimeProvider.System,
            SystemRandomSource.Instance,
            new NodeCounters(),
            new ReassemblyBudget(settings.Channel)), port);
        await node.Endpoint;
        return node;
    }

    public async Task<IActorRef> OpenAsync(string ns)
    {
        var router = (await _node.Ask<P2PNode.RouterAddress>(P2PNode.GetRouter.Instance, Patience)).Router;
        return (await router.Ask<Opened>(new NamespaceRouter.Open(ns), Patience)).PeerManager;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.GracefulStop(Patience, P2PNode.Leave.Instance);
        await System.Terminate();
        await _port.DisposeAsync();
    }

    private static P2PSettings SettingsOf(bool tls, bool encryption, IReadOnlyList<string> peers)
    {
        var text = $$"""
            actorp2p {
              network {
                id = "benchmark"
                listen = ["127.0.0.1:0"]
                peers = [{{string.Join(", ", peers.Select(peer => $"{{ address = \"{peer}\" }}"))}}]
              }
              tls.enabled = {{(tls ? "on" : "off")}}
              encryption.enabled = {{(encryption ? "on" : "off")}}
            }
            """;
        var result = SettingsReader.Read(ConfigurationFactory.ParseString(text));
        return result.IsValid ? result.Settings : throw new InvalidOperationException(string.Join("; ", result.Errors));
    }

    private sealed class ListeningWatch : ReceiveActor
    {
        public ListeningWatch(TaskCompletionSource<string> endpoint)
        {
            Receive<P2PNode.Listening>(listening => endpoint.TrySetResult(listening.Endpoint));
            Receive<P2PNode.ListenFailed>(failed => endpoint.TrySetException(new IOException(failed.Reason)));
        }
    }
}
