using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Protocol.Routing;

namespace ActorP2P;

/// <summary>
/// The physical layer's parent: turns connections into links, keeps one link a remote node, and tells the namespaces
/// what they must know of it.
/// </summary>
/// <remarks>
/// Supervision, one child at a time:
/// <list type="bullet">
/// <item>a link: <b>stop</b>. Its keys and counters end with its connection; the client dials again.</item>
/// <item>server, client, topology, tunnels: <b>restart</b>; each reports its start (<see cref="PartStarted"/>) and is told what
/// its predecessor knew: the slots, the links that are up, the bound addresses.</item>
/// <item>one of these four restarted more than <c>supervision.max-part-restarts</c> times within
/// <c>supervision.window</c>, or not startable: Hypernet fails itself, and P2PNode restarts it.</item>
/// </list>
/// When Hypernet itself is restarted, all links end. The slot map stays in its mailbox (<see cref="Inherited"/>), so
/// the logical layer keeps its namespaces, their modules and their state, and only sees its peers go and come.
/// </remarks>
public sealed partial class Hypernet : ReceiveActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private readonly Listeners _listeners;
    private readonly TopologyStarts _topologyStarts;
    private LinkTable _table;
    private readonly LinkRegister _links = new();
    private readonly EventAllowance _rejections;
    private readonly List<LinkEffect> _effects = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IReadOnlyList<SlotEntry> _slots = [];
    private IReadOnlyList<DiscoveredMember> _discovered = [];
    private IReadOnlyList<string> _advertised;
    private IReadOnlyList<string> _bound = [];
    private NetworkView _view = new(LinkGraph.Empty, MembershipSnapshot.Empty);
    private IActorRef _server = ActorRefs.Nobody;
    private IActorRef _client = ActorRefs.Nobody;
    private IActorRef _topology = ActorRefs.Nobody;
    private IActorRef _tunnels = ActorRefs.Nobody;
    private bool _isLeaving;

    /// <summary>Creates the physical layer; P2PNode does.</summary>
    public Hypernet(NodeEnvironment environment, Listeners listeners, TopologyStarts topologyStarts)
    {
        _environment = environment;
        _listeners = listeners;
        _topologyStarts = topologyStarts;
        _table = NewTable();
        _rejections = new EventAllowance(environment.Settings.Events.MaxPerSecond);
        _advertised = environment.Settings.Network.Advertise;
        HandleLinks();
        HandleParts();
        HandleSuccessions();
        HandleEpochs();
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    private DateTimeOffset Steady => _environment.Steady.Now;

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new HypernetStrategy(_environment.Settings.Supervision);

    /// <inheritdoc />
    protected override void PreStart()
    {
        CompleteInherited();
        _topology = Start(RuntimeProps.Of(() => new Topology(_environment, _topologyStarts)), "topology");
        _tunnels = Start(RuntimeProps.Of(() => new TunnelRouter(_environment)), "tunnels");
        _server = Start(RuntimeProps.Of(() => new HypernetServer(_environment, _listeners)), "server");
        _client = Start(RuntimeProps.Of(() => new HypernetClient(_environment)), "client");
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
        if (_slots.Count > 0 || _discovered.Count > 0)
        {
            Self.Tell(new Inherited(_slots, _discovered));
        }

        base.PreRestart(reason, message);
    }

    private static IActorRef Start(Props props, string name) => Context.Watch(Context.ActorOf(props, name));

    private void HandleParts()
    {
        Receive<HypernetServer.RegisterSlot>(register => _server.Forward(register));
        Receive<HypernetServer.UnregisterSlot>(unregister => _server.Forward(unregister));
        Receive<TunnelRouter.OpenTunnel>(open => _tunnels.Forward(open));
        Receive<TunnelRouter.GetRoutes>(get => _tunnels.Forward(get));
        Receive<NamespaceRouter.GetLinks>(_ => Sender.Tell(new LinksSnapshot(_bound, [.. _links.Up.Select(static link => link.Info())])));
        Receive<SlotsChanged>(changed => TakeSlots(changed.Slots));
        Receive<Inherited>(inherited =>
        {
            if (_slots.Count == 0)
            {
                TakeSlots(inherited.Slots);
                _server.Tell(new HypernetServer.RestoreSlots(inherited.Slots));
            }

            if (_discovered.Count == 0)
            {
                UseDiscovered(inherited.Discovered);
            }
        });
        Receive<ViewChanged>(changed =>
        {
            _view = changed.View;
            _tunnels.Tell(new TunnelRouter.UseView(_view));
            TellManagers(_slots, new PeerManager.ViewChanged(_view));
        });
        Receive<MembersDiscovered>(discovered => UseDiscovered(discovered.Members));
        Receive<NetworkAlarm>(alarm => TellManagers(_slots, alarm));
        Receive<ListenersBound>(bound =>
        {
            _bound = bound.Endpoints;
            if (_environment.Settings.Network.Advertise.Count == 0)
            {
                _advertised = bound.Endpoints;
                _topology.Tell(new Topology.Advertise(_advertised));
            }
        });
        Receive<Rejected>(rejected => TellRejection(rejected.Endpoint, rejected.Reason, rejected.Detail));
        Receive<PartStarted>(_ => TellPart(Sender));
        Receive<TrustChanged>(_ => UseTrust());
        Receive<CertificatesExpiring>(Tell);
        Receive<Leave>(_ => BeginLeaving());
    }

    private void HandleTerminated(Terminated ended)
    {
        if (_links.TryFind(ended.ActorRef, out var link))
        {
            // It failed before it could say so itself.
            link.Ready.Connection.Close();
            EndLink(link.Id, "failed");
        }
        else if (!_isLeaving && (ended.ActorRef.Equals(_server) || ended.ActorRef.Equals(_client) || ended.ActorRef.Equals(_topology) || ended.ActorRef.Equals(_tunnels)))
        {
            throw new InvalidOperationException($"The {ended.ActorRef.Path.Name} of the physical layer has stopped for good.");
        }
    }

    private void TellUp(IActorRef part, LinkRecord link)
    {
        var proven = link.Proven!;
        if (part.Equals(_client))
        {
            _client.Tell(new HypernetClient.LinkUp(proven.Remote, link.Ready.Address, link.Ready.WeDialled));
        }
        else if (part.Equals(_tunnels))
        {
            _tunnels.Tell(new TunnelRouter.LinkUp(proven.Remote, link.Link));
        }
        else
        {
            _topology.Tell(new Topology.LinkUp(proven.Remote, link.Link, proven.RemoteChain, proven.CertificateNotAfter));
        }
    }

    private void TellPart(IActorRef part)
    {
        if (part.Equals(_server))
        {
            if (_slots.Count > 0)
            {
                _server.Tell(new HypernetServer.RestoreSlots(_slots));
            }

            return;
        }

        if (part.Equals(_topology))
        {
            _topology.Tell(new Topology.Advertise(_advertised));
        }
        else if (part.Equals(_tunnels))
        {
            _tunnels.Tell(new TunnelRouter.UseView(_view));
            _tunnels.Tell(new TunnelRouter.UseSlots(_slots));
        }

        foreach (var link in _links.Up)
        {
            TellUp(part, link);
        }

        if (part.Equals(_client))
        {
            _client.Tell(new HypernetClient.UseDiscovered(_discovered));
        }
    }

    private void UseDiscovered(IReadOnlyList<DiscoveredMember> members)
    {
        _discovered = members;
        _client.Tell(new HypernetClient.UseDiscovered(_discovered));
    }

    private void TakeSlots(IReadOnlyList<SlotEntry> slots)
    {
        var fresh = slots.Where(slot => !_slots.Contains(slot)).ToList();
        _slots = slots;
        TellManagers(fresh, PeerManager.UseIdentity.Instance);
        TellManagers(fresh, new PeerManager.ViewChanged(_view));
        foreach (var (node, days) in _expiring)
        {
            TellManagers(fresh, new PeerManager.CertificateEnds(node, days));
        }

        _tunnels.Tell(new TunnelRouter.UseSlots(slots));
        foreach (var link in _links.Up)
        {
            link.Link.Tell(new Link.OfferSlots(slots));
        }
    }

    private void TellRejection(string endpoint, string reason, string detail)
    {
        if (_rejections.TryTake(Steady))
        {
            _log.Warning("refused {0}: {1} ({2})", endpoint, reason, detail);
            TellManagers(_slots, new PeerManager.RemoteRejected(endpoint, reason, detail));
        }
        else
        {
            _environment.Counters.Add("rejection.event-suppressed");
        }
    }

    private static void TellManagers(IReadOnlyList<SlotEntry> slots, object message)
    {
        foreach (var slot in slots)
        {
            slot.PeerManager.Tell(message);
        }
    }

    private void BeginLeaving()
    {
        _isLeaving = true;
        Context.Stop(_client);
        Context.Stop(_server);
        _tunnels.Tell(TunnelRouter.Leave.Instance);
        foreach (var link in _links.All)
        {
            link.Link.Tell(new Link.CloseLink("leaving"));
        }

        StopWhenLeft();
    }

    private void StopWhenLeft()
    {
        if (_isLeaving && _links.Count == 0)
        {
            Context.Stop(Self);
        }
    }
}
