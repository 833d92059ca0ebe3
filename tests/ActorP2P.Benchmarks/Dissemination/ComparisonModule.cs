using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Benchmarks.Dissemination;

/// <summary>Publishes, and notes how long what arrives was under way.</summary>
internal sealed class ComparisonModule : ReceiveActor
{
    private const string Type = "block";

    private readonly HashSet<NodeId> _peers = [];
    private List<double> _latenciesMs = [];

    public ComparisonModule(IActorRef router, string ns, int peers)
    {
        Receive<Delivery>(delivery => _latenciesMs.Add(DisseminationNode.NowMs() - BinaryPrimitives.ReadDoubleLittleEndian(delivery.Payload.Span)));
        Receive<Send>(send => router.Tell(new NamespaceRouter.Broadcast(ns, Type, send.Payload)));
        Receive<ObserveSnapshot>(snapshot => Linked(snapshot.Peers.Peers.Where(peer => peer.Linked).Select(peer => peer.Node), peers));
        Receive<PeerUp>(up => Linked([up.Node], peers));
        Receive<Report>(_ =>
        {
            Sender.Tell(new Seen(_latenciesMs));
            _latenciesMs = [];
        });
        ReceiveAny(_ => { });
        router.Tell(new NamespaceRouter.Register(ns, Type, Self, Lane.Consensus));
        router.Tell(new NamespaceRouter.Observe(ns, Self, [typeof(PeerUp)]));
    }

    private void Linked(IEnumerable<NodeId> nodes, int peers)
    {
        var before = _peers.Count;
        _peers.UnionWith(nodes);
        if (before < peers && _peers.Count >= peers)
        {
            DisseminationNode.Print(new { linked = peers });
        }
    }

    /// <summary>Broadcast this.</summary>
    internal sealed record Send(byte[] Payload);

    /// <summary>Answered by <see cref="Seen"/>; what was seen is forgotten then.</summary>
    internal sealed record Report
    {
        public static readonly Report Instance = new();
    }

    /// <summary>What arrived since the last report, in milliseconds under way.</summary>
    internal sealed record Seen(IReadOnlyList<double> LatenciesMs);
}
