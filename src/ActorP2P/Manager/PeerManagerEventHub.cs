namespace ActorP2P;

/// <summary>
/// The sole writer of a namespace's logical state (peers, routes, topics, status). Control messages come in, ordered
/// and numbered events go out; an observer first gets the state as of a number, then every event after it.
/// <para>
/// Supervision: no children. The PeerManager escalates its failure, because a state with a gap would mislead every
/// observer: the namespace starts afresh, and observers, who stand in the <see cref="ModuleDemand"/>, get a new
/// snapshot. Numbers go on growing.
/// </para>
/// </summary>
internal sealed partial class PeerManagerEventHub : UntypedActor, IWithTimers
{
    private const string GatheredKey = "gathered";
    private const string RoutesKey = "routes";

    private readonly NodeEnvironment _environment;
    private readonly string _namespace;
    private readonly ModuleDemand _demand;
    private readonly LogicalNetwork _network;
    private readonly Dictionary<Type, EventAllowance> _allowances = [];
    private bool _routesAreStale;
    private DateTimeOffset _routesToldAt;
    private bool _isGathering;
    private ulong _duplicateEpoch;

    public PeerManagerEventHub(NodeEnvironment environment, string namespaceName, ModuleDemand demand)
    {
        _environment = environment;
        _namespace = namespaceName;
        _demand = demand;
        _network = new LogicalNetwork(
            namespaceName, environment.Trust.Identity.Id, environment.Settings.Events, environment.Settings.Routing.HopLimit + 1);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

    /// <inheritdoc />
    protected override void PreStart()
    {
        foreach (var observer in _demand.Observers)
        {
            Context.Watch(observer.Actor);
            observer.Actor.Tell(Snapshot());
        }
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StateApplied m:
                Publish(_network.Apply(m.Node, m.Epoch, m.Seq, m.State, Now));
                AwaitGathered();
                MarkRoutesStale();
                break;
            case StateExpired m:
                Publish(_network.Expire(m.Node, m.Section, Now));
                MarkRoutesStale();
                break;
            case PeerJoined m:
                Publish(_network.Join(m.Node, m.Epoch, m.IsRelayed));
                MarkRoutesStale();
                break;
            case PeerLeft m:
                Publish(_network.Leave(m.Node, m.Reason, m.IsRelayed));
                MarkRoutesStale();
                break;
            case UseView m:
                _network.Use(m.View.Graph);
                MarkRoutesStale();
                break;
            case UseIdentity m:
                Publish(_network.UseIdentity(m.Former, m.Present));
                MarkRoutesStale();
                break;
            case TellGathered:
                _isGathering = false;
                Publish(_network.TellGathered(Now));
                AwaitGathered();
                break;
            case ComputeRoutes:
                RefreshRoutes();
                break;
            case Raise { Event: MessageDropped or PeerRejected or EquivocationSeen or DuplicateIdentity } m when !AllowanceOf(m.Event).TryTake(Now):
                _environment.Counters.Add("hub.unpublished." + ReasonName.Of(m.Event.GetType().Name));
                break;
            case Raise { Event: DuplicateIdentity m }:
                Publish(m.Epoch > _duplicateEpoch ? [m] : []);
                _duplicateEpoch = Math.Max(_duplicateEpoch, m.Epoch);
                break;
            case Raise m:
                Publish([m.Event]);
                break;
            case Terminated m:
                _demand.Observers = _demand.Observers.RemoveAll(observer => observer.Actor.Equals(m.ActorRef));
                break;
            default:
                Answer(message);
                break;
        }
    }

    // Each kind has its own, so that a flood of one hides no other.
    private EventAllowance AllowanceOf(ControlEvent raised)
    {
        if (!_allowances.TryGetValue(raised.GetType(), out var allowance))
        {
            _allowances[raised.GetType()] = allowance = new EventAllowance(_environment.Settings.Events.MaxPerSecond);
        }

        return allowance;
    }

    private void Answer(object message)
    {
        RefreshRoutes();
        switch (message)
        {
            case NamespaceRouter.Observe m:
                Observe(m);
                break;
            case NamespaceRouter.GetPeers:
                Sender.Tell(_network.Peers());
                break;
            case NamespaceRouter.GetTopics:
                Sender.Tell(_network.Topics());
                break;
            case NamespaceRouter.GetStatus m:
                Sender.Tell(_network.Status(m.Node));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Observe(NamespaceRouter.Observe observe)
    {
        var known = _demand.Observers.FindIndex(observer => observer.Actor.Equals(observe.Observer));
        if (known < 0 && _demand.Observers.Count >= _environment.Settings.NamespaceDefaults.MaxObservers)
        {
            _environment.Counters.Add("hub.refused.observer");
            Sender.Tell(new StateRefused(
                _namespace,
                nameof(NamespaceRouter.Observe),
                $"at most {_environment.Settings.NamespaceDefaults.MaxObservers} observers (namespace-defaults.max-observers)"));
            return;
        }

        var observer = new ModuleDemand.Observer(observe.Observer, [.. observe.EventTypes]);
        _demand.Observers = known < 0 ? _demand.Observers.Add(observer) : _demand.Observers.SetItem(known, observer);
        Context.Watch(observe.Observer);
        observe.Observer.Tell(Snapshot());
    }

    private ObserveSnapshot Snapshot() =>
        new(_namespace, _demand.LastEventNumber, _network.Peers(), _network.Topics(), _network.AllStatus());

    private void Publish(IEnumerable<ControlEvent> events)
    {
        foreach (var unnumbered in events)
        {
            var numbered = unnumbered with { Number = ++_demand.LastEventNumber };
            foreach (var (observer, types) in _demand.Observers)
            {
                if (types.IsEmpty || types.Contains(numbered.GetType()))
                {
                    observer.Tell(numbered);
                }
            }
        }
    }

    private void AwaitGathered()
    {
        if (_network.TellGatheredAfter(Now) is { } delay && !_isGathering)
        {
            _isGathering = true;
            _environment.Counters.Add("hub.gathered");
            Timers.StartSingleTimer(GatheredKey, TellGathered.Instance, delay);
        }
    }

    // Many changes in a row cost one computation: the request waits behind those that are in the mailbox already, and for
    // what observers were told last to be old enough.
    private void MarkRoutesStale()
    {
        if (_routesAreStale)
        {
            return;
        }

        _routesAreStale = true;
        var interval = _environment.Settings.Events.RouteInterval;
        var wait = _routesToldAt + interval - Now;
        if (wait <= TimeSpan.Zero)
        {
            Self.Tell(ComputeRoutes.Instance);
        }
        else
        {
            Timers.StartSingleTimer(RoutesKey, ComputeRoutes.Instance, wait < interval ? wait : interval);
        }
    }

    // Whoever asks gets what is true now, and so do the observers.
    private void RefreshRoutes()
    {
        if (!_routesAreStale)
        {
            return;
        }

        _routesAreStale = false;
        var changes = _network.ComputeRoutes();
        if (changes.Count > 0)
        {
            _routesToldAt = Now;
            Publish(changes);
        }
    }
}
