using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Benchmarks.Dissemination;

/// <summary>Publishes, and notes how long what arrives was under way.</summary>
internal sealed class ComparisonModule : ReceiveActor
{
    private const string Type = "block";

    private readonly HashSet<string> _peers = [];
    private List<double> _latenciesMs = [];

    public ComparisonModule(IActorRef router, string ns, int peers)
    {
        Receive<Delivery>(delivery => _latenciesMs.Add(DisseminationNode.NowMs() - BinaryPrimitives.ReadDoubleLittleEndian(delivery.Payload.Span)));
        Receive<Send>(send => router.Tell(new NamespaceRouter.Broadcast(ns, Type, send.Payload)));
        Receive<PeerUp>(up =>
        {
            _peers.Add(up.Node.ToString());
            if (_peers.Count == peers)
            {
                DisseminationNode.Print(new { linked = peers });
            }
        });
        Receive<Report>(_ =>
        {
            Sender.Tell(new Seen(_latenciesMs));
            _latenciesMs = [];
        });
        ReceiveAny(_ => { });
        router.Tell(new NamespaceRouter.Register(ns, Type, Self, Lane.Consensus));
        router.Tell(new NamespaceRouter.Observe(ns, Self, [typeof(PeerUp)]));
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
