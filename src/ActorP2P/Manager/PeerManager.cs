using System.Collections.Immutable;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// One namespace on this node: the sending services for its modules, and the parent of its logical network. It
/// passes messages on and keeps none; what modules asked for stands in the <see cref="ModuleDemand"/>, which
/// outlives it.
/// <para>Supervision (<see cref="Decide"/>), by child:</para>
/// <list type="bullet">
/// <item>a Peer: Stop. Its keys and counters are out of step with the far side's; the link makes a fresh session. One
/// that fails more than <c>supervision.max-peer-failures</c> times in <c>supervision.window</c> costs its link, and the redial's
/// back-off slows what fresh sessions did not mend.</item>
/// <item>the slot and the node: Restart, at most <c>supervision.max-namespace-restarts</c> times in the window. They hold
/// nothing but the demand, so sessions and the other actors need not know.</item>
/// <item>the event hub, the multicast, the state sync: Escalate. Their sequence numbers and the state that observers
/// follow belong to one incarnation of the namespace, so it starts afresh as a whole, and alone.</item>
/// </list>
/// <para>A child that ends without having been told to ends the incarnation as well.</para>
/// </summary>
internal sealed partial class PeerManager : UntypedActor, IWithTimers
{
    /// <summary>How the names of peers begin.</summary>
    public const string PeerNamePrefix = "peer-";

    private readonly NodeEnvironment _environment;
    private readonly NamespaceSettings _settings;
    private readonly ModuleDemand _demand;
    private readonly IncarnationSource _incarnations;
    private readonly IActorRef _hypernet;
    private MessageRules _rules;
    private readonly Dictionary<NodeId, RemotePeer> _remotes = [];
    private readonly HashSet<NodeId> _members = [];
    private readonly PeerFailures _peerFailures;
    private readonly ulong _epoch;
    private NodeId _self;
    private long _peersStarted;
    private ImmutableDictionary<string, NamespaceSlot.Registration> _registrations;
    private Children _children = null!;
    private NetworkView _view = new(LinkGraph.Empty, MembershipSnapshot.Empty);
    private bool _isClosing;

    public PeerManager(
        NodeEnvironment environment,
        NamespaceSettings settings,
        ModuleDemand demand,
        IncarnationSource incarnations,
        IActorRef hypernet)
    {
        _environment = environment;
        _settings = settings;
        _demand = demand;
        _incarnations = incarnations;
        _hypernet = hypernet;
        _peerFailures = new PeerFailures(environment.Settings.Supervision.MaxPeerFailures, environment.Settings.Supervision.Window);
        _epoch = environment.Epochs.Current;
        _self = environment.Trust.Identity.Id;
        _rules = new MessageRules(environment.Settings, _self);
        _registrations = demand.Registrations;
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private sealed record Children(IActorRef Hub, IActorRef Slot, IActorRef Multicast, IActorRef StateSync, IActorRef Node);

    /// <inheritdoc />
    protected override void PreStart()
    {
        var (environment, name, demand, seqBase) = (_environment, _settings.Name, _demand, _incarnations.NextSeqBase());
        var hub = Start(Props.Create(() => new PeerManagerEventHub(environment, name, demand)), "events");
        var slot = Start(Props.Create(() => new NamespaceSlot(environment, name, demand, hub)), "slot");
        var multicast = Start(Props.Create(() => new Multicast(environment, name, seqBase, demand.Seen, slot, hub)), "multicast");
        var stateSync = Start(Props.Create(() => new StateSync(environment, name, seqBase, hub, multicast)), "statesync");
        var settings = _settings;
        var node = Start(Props.Create(() => new Node(environment, settings, demand, slot, multicast, stateSync)), "node");
        _children = new Children(hub, slot, multicast, stateSync, node);
        Use(_registrations);
        _hypernet.Tell(new HypernetServer.RegisterSlot(name, Self));
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
        _environment.Counters.Add("namespace.restarted");
        if (message is NamespaceRouter.INamespaceMessage unfinished)
        {
            Refusal.Answer(unfinished, SendFailure.DeliveryUnknown, Sender, Self);
        }

        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy()
    {
        var limits = _environment.Settings.Supervision;
        return new ByChildStrategy(limits.MaxNamespaceRestarts, limits.Window, (child, _) => Decide(child));
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NamespaceRouter.INamespaceMessage m:
                Serve(m);
                break;
            case SessionUp m:
                Open(m);
                break;
            case SessionDown m:
                Close(m);
                break;
            case SessionWanted m:
                SeekWay(m.Remote);
                break;
            case NoWay m when !AwaitsHandover(m.Remote):
                GiveUp(m.Remote, "no way: " + m.Reason, m.Reason == TunnelRouter.TooFar ? ChannelFailure.HopLimit : ChannelFailure.PeerDown);
                break;
            case NoWay:
                break;
            case Handover m:
                Await(m.Remote);
                break;
            case UseIdentity:
                UsePresentIdentity();
                break;
            case NodeSucceeded m:
                Inherit(m.Successor);
                break;
            case ResumeTimedOut m:
                GiveUp(m.Remote, "no session in time");
                break;
            case RegistrationsChanged m:
                Use(m.Registrations);
                break;
            case MemberChanged m:
                _ = m.IsKnown ? _members.Add(m.Node) : _members.Remove(m.Node);
                break;
            case ViewChanged m:
                Use(m.View);
                break;
            case RemoteRejected m:
                _children.Hub.Tell(new PeerManagerEventHub.Raise(new PeerRejected(_settings.Name, m.Endpoint, m.Reason, m.Detail)));
                break;
            case NetworkAlarm m:
                _children.Hub.Tell(new PeerManagerEventHub.Raise(m.In(_settings.Name)));
                break;
            case CertificateEnds m when _environment.Trust.Current.MayJoin(_settings.Name, m.Node):
                _children.Hub.Tell(new PeerManagerEventHub.Raise(new CertificateExpiring(_settings.Name, m.Node, m.Days)));
                break;
            case CertificateEnds:
                break;
            case OwnEpochSeen m:
                _hypernet.Tell(new Hypernet.OwnEpochSeen(m.Epoch));
                break;
            case BeginAnew or HypernetServer.SlotRegistered when _environment.Epochs.Current > _epoch:
                throw new EpochLearntException(_epoch, _environment.Epochs.Current);
            case BeginAnew:
                break;
            case HypernetServer.SlotRegistered:
                Context.Parent.Tell(new P2PManager.NamespaceReady(_settings.Name));
                break;
            case HypernetServer.SlotRefused m:
                Context.Parent.Tell(new P2PManager.NamespaceRefused(_settings.Name, m.Reason));
                break;
            case CloseNamespace:
                BeginClosing();
                break;
            case MailboxDrained:
                Context.Stop(Self);
                break;
            case Terminated m:
                Ended(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private Directive Decide(IActorRef child)
    {
        if (child.Path.Name.StartsWith(PeerNamePrefix, StringComparison.Ordinal))
        {
            return Directive.Stop;
        }

        return child.Equals(_children.Slot) || child.Equals(_children.Node) ? Directive.Restart : Directive.Escalate;
    }

    private IActorRef Start(Props props, string name) => Context.Watch(Context.ActorOf(props, name));

    private void Serve(NamespaceRouter.INamespaceMessage message)
    {
        if (_isClosing)
        {
            Refuse(message, SendFailure.Stopping);
            return;
        }

        if (_rules.Judge(message) is { } reason)
        {
            Refuse(message, reason);
            return;
        }

        switch (message)
        {
            case NamespaceRouter.Unicast m:
                SendTo(m.To, m);
                break;
            case NamespaceRouter.Request m:
                SendTo(m.To, m);
                break;
            case NamespaceRouter.Multicast or NamespaceRouter.Broadcast:
                _children.Multicast.Forward(message);
                break;
            case NamespaceRouter.Register or NamespaceRouter.Unregister or NamespaceRouter.Consumed:
                _children.Slot.Forward(message);
                break;
            case NamespaceRouter.Subscribe or NamespaceRouter.Unsubscribe or NamespaceRouter.SetStatus:
                _children.Node.Forward(message);
                break;
            case NamespaceRouter.GetTraffic:
                Sender.Tell(new TrafficSnapshot(_settings.Name, [.. _remotes.Select(static pair => pair.Value.TrafficOf(pair.Key))]));
                break;
            case NamespaceRouter.Open or NamespaceRouter.Close:
                Context.Parent.Forward(message);
                break;
            default:
                _children.Hub.Forward(message);
                break;
        }
    }

    private void SendTo(NodeId addressed, NamespaceRouter.INamespaceMessage message)
    {
        var to = _environment.Successions.Resolve(addressed, _environment.Time.GetUtcNow());
        if (to == _self)
        {
            Refuse(message, SendFailure.Invalid);
            return;
        }

        if (_remotes.TryGetValue(to, out var remote) || (MayReach(to) && (remote = StartPeer(to)) is not null))
        {
            remote.Peer.Forward(message);
            return;
        }

        Refuse(message, _members.Contains(to) ? SendFailure.PeerDown : SendFailure.UnknownNode);
    }

    private void Refuse(NamespaceRouter.INamespaceMessage message, SendFailure reason)
    {
        _environment.Counters.Add("namespace.refused." + ReasonName.Of(reason));
        Refusal.Answer(message, reason, Sender, Self);
    }

    // Every origin whose state or message is applied or passed on is judged by this view, whoever brought it.
    private void Use(NetworkView network)
    {
        _view = network;
        var view = network with { Members = network.Members.RestrictedTo(_environment.Trust.Current.MembersOf(_settings.Name)) };
        _children.Hub.Tell(new PeerManagerEventHub.UseView(view));
        _children.Multicast.Tell(new Multicast.UseView(view));
        _children.StateSync.Tell(new StateSync.UseView(view));
        SeekSuccessors();
    }

    private void Use(ImmutableDictionary<string, NamespaceSlot.Registration> registrations)
    {
        _registrations = registrations;
        foreach (var remote in _remotes.Values)
        {
            remote.Peer.Tell(new Peer.UseRegistrations(registrations));
        }

        _children.Multicast.Tell(new Multicast.UseRegistrations(registrations));

        // In the order of types, so that of two ranges for one protocol the same one is advertised on every run.
        var living = registrations.Where(pair => pair.Value.Module is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        _children.Node.Tell(new Node.UseProtocols([.. living.Select(pair => pair.Value.Protocol).OfType<ProtocolRange>()]));
    }

    // What the mailbox holds gets its answer before the end; what comes later is answered by UnansweredMessages.
    private void BeginClosing()
    {
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        _hypernet.Tell(new HypernetServer.UnregisterSlot(_settings.Name));
        foreach (var remote in _remotes.Keys.ToArray())
        {
            End(remote, "namespace closed");
        }

        Self.Tell(new MailboxDrained());
    }
}
