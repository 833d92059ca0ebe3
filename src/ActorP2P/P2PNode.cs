using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// The root of a node: hostable in any ActorSystem with <see cref="Props(NodeEnvironment)"/>, as <c>/user/p2p</c>.
/// </summary>
/// <remarks>
/// Supervision, one child at a time (a failure of one part is no reason to touch the others):
/// <list type="bullet">
/// <item>router, manager: restart. Both ask each other for what they lost.</item>
/// <item>trust: restart. What is in force is not its own, and it reads the files again.</item>
/// <item>hypernet: restart. All links end and their peers are told; the logical state stays, the slots survive in
/// Hypernet's own mailbox, and the client dials again.</item>
/// <item>More than <c>supervision.max-part-restarts</c> of a part within <c>supervision.window</c>, or a part that
/// cannot even be created: the node stops as a whole, for a network node that only looks alive harms the others.</item>
/// </list>
/// </remarks>
public sealed partial class P2PNode : ReceiveActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private readonly Listeners _listeners;
    private readonly TopologyStarts _topologyStarts;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef _hypernet = ActorRefs.Nobody;
    private IActorRef _manager = ActorRefs.Nobody;
    private IActorRef _router = ActorRefs.Nobody;
    private IActorRef _trust = ActorRefs.Nobody;
    private bool _isLeaving;

    /// <summary>Use <see cref="Props(NodeEnvironment)"/>.</summary>
    public P2PNode(NodeEnvironment environment, Listeners listeners, TopologyStarts topologyStarts)
    {
        _environment = environment;
        _listeners = listeners;
        _topologyStarts = topologyStarts;
        Receive<GetRouter>(_ => Sender.Tell(new RouterAddress(_router)));
        Receive<Reload>(reload => _trust.Forward(reload));
        Receive<TrustKeeper.Succeeded>(succeeded => _trust.Forward(succeeded));
        Receive<UseDirectory>(HandleDirectory);
        Receive<Leave>(_ => BeginLeaving());
        Receive<LeaveTimedOut>(_ => Context.Stop(Self));
        Receive<Terminated>(HandleTerminated);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to create the root actor of a node.</summary>
    public static Props Props(NodeEnvironment environment)
    {
        // Held by the Props, so that bound addresses and counts survive every restart below.
        var listeners = new Listeners(environment);
        var topologyStarts = new TopologyStarts();
        return RuntimeProps.Of(() => new P2PNode(environment, listeners, topologyStarts));
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        _environment.Settings.Supervision.MaxPartRestarts,
        _environment.Settings.Supervision.Window,
        failure => failure is ActorInitializationException or ActorKilledException ? Directive.Stop : Directive.Restart);

    /// <inheritdoc />
    protected override void PreStart()
    {
        _hypernet = Start(RuntimeProps.Of(() => new Hypernet(_environment, _listeners, _topologyStarts)), "hypernet");
        _manager = Start(P2PManager.CreateProps(_environment, _hypernet), "manager");
        _router = Start(RuntimeProps.Of(() => new NamespaceRouter(_environment, _manager, _hypernet)), "router");
        var (environment, hypernet) = (_environment, _hypernet);
        _trust = Start(RuntimeProps.Of(() => new TrustKeeper(environment, hypernet)), "trust");
    }

    private static IActorRef Start(Props props, string name) => Context.Watch(Context.ActorOf(props, name));

    private void HandleDirectory(UseDirectory directory)
    {
        if (_environment.Settings.Discovery.Mode == DiscoveryMode.Cluster)
        {
            _hypernet.Tell(new Hypernet.MembersDiscovered(directory.Members));
        }
        else
        {
            _environment.Counters.Add("directory.ignored");
        }
    }

    private void BeginLeaving()
    {
        if (_isLeaving)
        {
            return;
        }

        // Namespaces first: their last records and withdrawals still go out over the links.
        _isLeaving = true;
        _log.Info("leaving the network");
        var drainTimeout = _environment.Settings.Link.DrainTimeout;
        Timers.StartSingleTimer("leave", LeaveTimedOut.Instance, drainTimeout + drainTimeout);
        Context.Stop(_trust);
        Context.Stop(_router);
        Context.Stop(_manager);
    }

    private void HandleTerminated(Terminated ended)
    {
        if (!_isLeaving)
        {
            _log.Error("{0} has stopped for good: the node stops", ended.ActorRef.Path.Name);
            Context.Stop(Self);
        }
        else if (ended.ActorRef.Equals(_manager))
        {
            _hypernet.Tell(Hypernet.Leave.Instance);
        }
        else if (ended.ActorRef.Equals(_hypernet))
        {
            Context.Stop(Self);
        }
    }
}
