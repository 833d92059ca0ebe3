namespace ActorP2P.Program.Hosting;

/// <summary>Observes every configured namespace and hands its events, and the listeners', to one action.</summary>
internal sealed class EventReporter : ReceiveActor
{
    private readonly NodeEnvironment _environment;
    private readonly IActorRef _router;

    public EventReporter(NodeEnvironment environment, IActorRef router, Action<object> report)
    {
        _environment = environment;
        _router = router;

        // Opening what is open already only answers; it tells that the namespace is there to be observed.
        Receive<Opened>(m => _router.Tell(new NamespaceRouter.Observe(m.Namespace, Self, [])));
        Receive<OpenRefused>(report);
        Receive<Closed>(report);
        Receive<ControlEvent>(report);
        Receive<ObserveSnapshot>(report);
        Receive<P2PNode.Listening>(report);
        Receive<P2PNode.ListenFailed>(report);
        Receive<P2PNode.Reloaded>(report);
        Receive<P2PNode.ReloadRefused>(report);
        Receive<P2PNode.IdentityChanged>(report);
    }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(P2PNode.Listening));
        Context.System.EventStream.Subscribe(Self, typeof(P2PNode.ListenFailed));
        Context.System.EventStream.Subscribe(Self, typeof(P2PNode.Reloaded));
        Context.System.EventStream.Subscribe(Self, typeof(P2PNode.ReloadRefused));
        Context.System.EventStream.Subscribe(Self, typeof(P2PNode.IdentityChanged));
        foreach (var opened in _environment.Settings.Namespaces)
        {
            _router.Tell(new NamespaceRouter.Open(opened.Name));
        }
    }
}
