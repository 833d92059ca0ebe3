namespace ActorP2P.Simulation;

/// <summary>The one upstream module of a simulated node: publishes when told, records what it is given.</summary>
public sealed class SimulatedModule : ReceiveActor
{
    /// <summary>The namespace of every run.</summary>
    public const string Namespace = "simulated";

    /// <summary>The message type of every broadcast.</summary>
    public const string Type = "block";

    /// <summary>The status entry that every node sets.</summary>
    public const string StatusKey = "height";

    private readonly NodeRecord _record;
    private readonly IActorRef _node;

    /// <summary>Use it with the node's root actor.</summary>
    public SimulatedModule(NodeRecord record, IActorRef node)
    {
        _record = record;
        _node = node;
        Receive<P2PNode.RouterAddress>(address => Begin(address.Router));
        Receive<Delivery>(_record.Delivered);
        Receive<StatusChanged>(_record.StatusSeen);
        Receive<PeerUp>(_record.PeerCameUp);
        Receive<PeerDown>(_record.PeerWentDown);
        Receive<Published>(_ => _record.Published++);
        Receive<SendFailed>(_ => _record.PublishFailed++);
        ReceiveAny(_ => { });
    }

    /// <inheritdoc />
    protected override void PreStart() => _node.Tell(P2PNode.GetRouter.Instance, Self);

    private void Begin(IActorRef router)
    {
        _record.Router = router;
        _record.Module = Self;
        router.Tell(new NamespaceRouter.Register(Namespace, Type, Self));
        router.Tell(new NamespaceRouter.Observe(Namespace, Self, [typeof(StatusChanged), typeof(PeerUp), typeof(PeerDown)]));
        router.Tell(new NamespaceRouter.SetStatus(Namespace, StatusKey, _record.Status));
    }
}
