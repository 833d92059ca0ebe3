namespace ActorP2P;

/// <summary>
/// The address that upstream modules know: passes each message on to its namespace's PeerManager, with the sender
/// kept, and refuses in typed form what no namespace takes. It does nothing with a message, so that it is never
/// the narrow place.
/// <para>Supervision: it has no children. Its own failure restarts it; it then asks the P2PManager for the table again.</para>
/// </summary>
public sealed partial class NamespaceRouter : UntypedActor
{
    /// <summary>
    /// Messages held while the table is under way, which takes one message to the P2PManager and back;
    /// more than these are refused as busy.
    /// </summary>
    internal const int MaxHeldMessages = 10_000;

    private readonly NodeEnvironment _environment;
    private readonly IActorRef _manager;
    private readonly IActorRef _hypernet;
    private readonly Dictionary<string, IActorRef> _peerManagers = [];
    private readonly Queue<(INamespaceMessage Message, IActorRef Sender)> _held = [];
    private bool _hasTable;

    /// <summary>Makes the router.</summary>
    /// <param name="environment">What the node was given.</param>
    /// <param name="manager">The P2PManager: opens and closes namespaces.</param>
    /// <param name="hypernet">The physical layer: knows the routes.</param>
    public NamespaceRouter(NodeEnvironment environment, IActorRef manager, IActorRef hypernet)
    {
        _environment = environment;
        _manager = manager;
        _hypernet = hypernet;
    }

    /// <inheritdoc />
    protected override void PreStart() => _manager.Tell(new P2PManager.RouterStarted(Self));

    /// <inheritdoc />
    protected override void PostStop()
    {
        while (_held.TryDequeue(out var held))
        {
            Refusal.Answer(held.Message, SendFailure.Stopping, held.Sender, Self);
        }
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Open or Close:
                _manager.Forward(message);
                break;
            case INamespaceMessage namespaced when _hasTable:
                Route(namespaced, Sender);
                break;
            case INamespaceMessage namespaced:
                Hold(namespaced);
                break;
            case GetRoutes:
                _hypernet.Forward(new TunnelRouter.GetRoutes());
                break;
            case GetLinks:
                _hypernet.Forward(message);
                break;
            case GetNamespaces:
                Sender.Tell(new NamespacesSnapshot([.. _peerManagers.Keys.Order(StringComparer.Ordinal)]));
                break;
            case GetCounters:
                Sender.Tell(_environment.Counters.Snapshot());
                break;
            case OpenNamespaces table:
                TakeTable(table);
                break;
            case NamespaceOpened opened:
                _peerManagers[opened.Namespace] = opened.PeerManager;
                break;
            case NamespaceClosed closed:
                _peerManagers.Remove(closed.Namespace);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Route(INamespaceMessage message, IActorRef sender)
    {
        if (message.Namespace is not null && _peerManagers.TryGetValue(message.Namespace, out var peerManager))
        {
            peerManager.Tell(message, sender);
            return;
        }

        _environment.Counters.Add("router.refused.unknown-namespace");
        Refusal.Answer(message, SendFailure.UnknownNamespace, sender, Self);
    }

    // A message that came before the table must not be overtaken by one that comes after it.
    private void Hold(INamespaceMessage message)
    {
        if (_held.Count < MaxHeldMessages)
        {
            _held.Enqueue((message, Sender));
            return;
        }

        _environment.Counters.Add("router.refused.busy");
        Refusal.AnswerBusy(message, Sender, Self);
    }

    private void TakeTable(OpenNamespaces table)
    {
        _peerManagers.Clear();
        foreach (var (name, peerManager) in table.PeerManagers)
        {
            _peerManagers[name] = peerManager;
        }

        _hasTable = true;
        while (_held.TryDequeue(out var held))
        {
            Route(held.Message, held.Sender);
        }
    }
}
