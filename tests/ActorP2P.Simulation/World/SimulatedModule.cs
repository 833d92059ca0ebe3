using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Simulation;

/// <summary>The one upstream module of a simulated node: publishes when told, records what it is given.</summary>
public sealed class SimulatedModule : ReceiveActor
{
    /// <summary>The namespace of every run.</summary>
    public const string Namespace = "simulated";

    /// <summary>The message type of every broadcast.</summary>
    public const string BroadcastType = "block";

    /// <summary>The message types of unicasts, by lane.</summary>
    internal static readonly IReadOnlyList<(string Type, Lane Lane)> UnicastTypes = [("vote", Lane.Consensus), ("note", Lane.Request), ("file", Lane.Bulk)];

    /// <summary>The message type of every request.</summary>
    public const string RequestType = "question";

    /// <summary>The status entry that every node sets.</summary>
    public const string StatusKey = "height";

    private readonly SimulatedNode _owner;
    private readonly IActorRef _node;
    private IActorRef _router = ActorRefs.Nobody;

    /// <summary>Use it with the node's root actor.</summary>
    public SimulatedModule(SimulatedNode owner, IActorRef node)
    {
        _owner = owner;
        _node = node;
        Receive<P2PNode.RouterAddress>(address => Begin(address.Router));
        Receive<Delivery>(delivery => _owner.Delivered(delivery, Sender));
        Receive<Sent>(sent => _owner.Succeeded(sent.CorrelationId));
        Receive<Reply>(reply => _owner.Succeeded(reply.CorrelationId));
        Receive<SendFailed>(failed => _owner.Failed(failed.CorrelationId, failed.Reason));
        Receive<RequestFailed>(failed => _owner.Failed(failed.CorrelationId, failed.Reason));
        Receive<SendRefused>(refused => _owner.Refused(refused.Message, refused.Reason));
        Receive<StateRefused>(refused => _owner.StateRefused(refused));
        Receive<StatusChanged>(change => _owner.StatusSeen(change.Node, change.Value.Span));
        Receive<ObserveSnapshot>(snapshot =>
        {
            foreach (var status in snapshot.Status)
            {
                if (status.Entries.TryGetValue(StatusKey, out var value))
                {
                    _owner.StatusSeen(status.Node, value.Span);
                }
            }
        });
        Receive<PeerUp>(up => _owner.PeerCameUp(up.Node));
        Receive<PeerDown>(down => _owner.PeerWentDown(down.Node));
        Receive<Command>(command => _router.Tell(command.Message));
        ReceiveAny(_ => { });
    }

    /// <summary>Something to tell the router in the module's name.</summary>
    public sealed record Command(object Message);

    /// <summary>The value of a status entry.</summary>
    public static byte[] StatusValue(int status)
    {
        var value = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, status);
        return value;
    }

    /// <inheritdoc />
    protected override void PreStart() => _node.Tell(P2PNode.GetRouter.Instance, Self);

    private void Begin(IActorRef router)
    {
        _router = router;
        router.Tell(new NamespaceRouter.Register(Namespace, BroadcastType, Self));
        router.Tell(new NamespaceRouter.Register(Namespace, RequestType, Self));
        foreach (var (type, lane) in UnicastTypes)
        {
            router.Tell(new NamespaceRouter.Register(Namespace, type, Self, lane));
        }

        router.Tell(new NamespaceRouter.Observe(Namespace, Self, [typeof(StatusChanged), typeof(PeerUp), typeof(PeerDown)]));
        router.Tell(new NamespaceRouter.SetStatus(Namespace, StatusKey, StatusValue(_owner.Status)));
    }
}
