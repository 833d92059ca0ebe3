using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P;

/// <summary>
/// Brings packets to nodes without a link: relays those of others, and owns this node's own tunnels. Which way a packet
/// takes says the <see cref="RouteTable"/>; which relays are left out because they seem to swallow, a
/// <see cref="DetourPlan"/> a tunnel.
/// </summary>
/// <remarks>
/// Its children are the tunnels (<see cref="RelayedLink"/>); one that fails is stopped, and what waited for it opens another.
/// Hypernet restarts the router after a failure and tells it links, view and namespaces; its tunnels end with it.
/// </remarks>
public sealed partial class TunnelRouter : ReceiveActor, IWithTimers
{
    /// <summary>Why there is no tunnel to a node that is more relays away than a packet may pass.</summary>
    internal const string TooFar = "too-far";

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);

    private readonly NodeEnvironment _environment;
    private RouteTable _table;
    private readonly RelayLimits _limits;
    private readonly Dictionary<NodeId, IActorRef> _links = [];
    private readonly Dictionary<NodeId, Way> _ways = [];
    private LinkGraph _graph = LinkGraph.Empty;
    private IReadOnlyList<Hypernet.SlotEntry> _slots = [];
    private long _tunnelsStarted;

    /// <summary>Creates the router; Hypernet does.</summary>
    public TunnelRouter(NodeEnvironment environment)
    {
        _environment = environment;
        _table = new RouteTable(environment.Trust.Identity.Id, IsLinked);
        _limits = new RelayLimits(environment.Settings.Routing, environment.Settings.Link.LaneQueueBytes);
        Receive<LinkUp>(HandleLinkUp);
        Receive<LinkDown>(HandleLinkDown);
        Receive<UseView>(use =>
        {
            _graph = use.View.Graph;
            _table.Use(use.View.Graph);
            RefreshAll();
            CutRefused(use.View.Members);
        });
        Receive<UseSlots>(use =>
        {
            _slots = use.Slots;
            TellAll(new RelayedLink.UseSlots(_slots));
        });
        Receive<PacketReceived>(HandlePacket);
        Receive<PacketsSent>(sent => _limits.Sent(sent.Packets));
        Receive<NotSent>(HandleNotSent);
        Receive<OpenTunnel>(Open);
        Receive<SendPacket>(HandleOwn);
        Receive<WayFails>(fails => LeaveWay(fails.Remote));
        Receive<WayWorks>(works => _ways.GetValueOrDefault(works.Remote)?.Plan.Acknowledged());
        Receive<TunnelFailed>(failed => End(failed.Remote, failed.Reason));
        Receive<Terminated>(HandleTerminated);
        Receive<RefreshWays>(_ => RefreshAll());
        Receive<GetRoutes>(_ => Sender.Tell(Routes()));
        Receive<UseIdentity>(_ => BeginAnew());
        Receive<Hypernet.SuccessionTaken>(taken => Context.Parent.Forward(taken));
        Receive<Leave>(_ => TellAll(new RelayedLink.Close("leaving")));
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

    private NodeId OwnId => _environment.Trust.Identity.Id;

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(RefreshWays), RefreshWays.Instance, RefreshInterval);
        Context.Parent.Tell(Hypernet.PartStarted.Instance);
    }

    private bool IsLinked(NodeId node) => _links.ContainsKey(node);

    private void HandleLinkUp(LinkUp up)
    {
        _links[up.Node] = up.Link;
        _table.OwnLinksChanged();
        if (_ways.TryGetValue(up.Node, out var way))
        {
            way.Tunnel.Tell(RelayedLink.Superseded.Instance);
        }

        RefreshAll();
    }

    private void HandleLinkDown(LinkDown down)
    {
        _links.Remove(down.Node);
        _table.OwnLinksChanged();
        _limits.Forget(down.Node);
        RefreshAll();
    }

    private void RefreshAll()
    {
        var now = Now;
        foreach (var way in _ways.Values)
        {
            var hadOne = way.Plan.Relays is not null;
            if (way.Plan.Refresh(now))
            {
                way.Tunnel.Tell(RelayedLink.WayChanged.Instance);
            }
            else if (way.Plan.Relays is null && hadOne)
            {
                way.Tunnel.Tell(RelayedLink.NoWay.Instance);
            }
        }
    }

    // Trust may end while a tunnel stands: its keys were agreed on under the verdict of then.
    private void CutRefused(IMembership members)
    {
        foreach (var (_, way) in _ways.Where(pair => members.Check(pair.Key) == MembershipVerdict.Refused))
        {
            _environment.Counters.Add("tunnel.cut");
            way.Tunnel.Tell(RelayedLink.NoWay.Instance);
        }
    }

    private void LeaveWay(NodeId remote)
    {
        if (!_ways.TryGetValue(remote, out var way))
        {
            return;
        }

        if (way.Plan.Suspect(Now))
        {
            _environment.Counters.Add("tunnel.rerouted");
            way.Tunnel.Tell(RelayedLink.WayChanged.Instance);
        }
        else if (way.Plan.Relays is null)
        {
            way.Tunnel.Tell(RelayedLink.NoWay.Instance);
        }
    }

    private void Open(OpenTunnel open)
    {
        if (IsLinked(open.Remote))
        {
            // Its link offers the namespace; there is nothing to bridge.
            return;
        }

        if (_ways.TryGetValue(open.Remote, out var way))
        {
            way.Askers.Add(open.Asker);
            way.Tunnel.Tell(RelayedLink.Open.Instance);
        }
        else if (Begin(open.Remote, isAsked: true) is { } reason)
        {
            _environment.Counters.Add("tunnel.refused." + reason);
            open.Asker.Tell(new PeerManager.NoWay(open.Remote, reason));
        }
        else
        {
            way = _ways[open.Remote];
            way.Askers.Add(open.Asker);
            way.Tunnel.Tell(RelayedLink.Open.Instance);
        }
    }

    /// <returns>Why there is no tunnel, or null.</returns>
    private string? Begin(NodeId remote, bool isAsked)
    {
        // Anybody can say hello in the name of many: a quarter of the places is for tunnels that this node asks for.
        var most = _environment.Settings.Routing.MaxTunnels;
        if (_ways.Count >= most || (!isAsked && _ways.Values.Count(static way => way.Askers.Count == 0) >= most - (most / 4)))
        {
            return "too-many-tunnels";
        }

        var plan = new DetourPlan(_table, remote);
        if (plan.Relays is null || plan.Relays.Count > _environment.Settings.Routing.HopLimit)
        {
            return plan.Relays is null ? "no-route" : TooFar;
        }

        var (environment, slots) = (_environment, _slots);
        var tunnel = Context.Watch(Context.ActorOf(
            RuntimeProps.Of(() => new RelayedLink(environment, remote, slots)), $"tunnel-{++_tunnelsStarted}"));
        _ways[remote] = new Way(tunnel, plan);
        return null;
    }

    private void HandleTerminated(Terminated ended)
    {
        var (remote, way) = _ways.FirstOrDefault(pair => pair.Value.Tunnel.Equals(ended.ActorRef));
        if (way is not null)
        {
            End(remote, "failed");
        }
    }

    private void End(NodeId remote, string reason)
    {
        if (!_ways.Remove(remote, out var way))
        {
            return;
        }

        Context.Unwatch(way.Tunnel);
        _environment.Counters.Add("tunnel.ended." + reason.Split(':')[0]);
        foreach (var asker in way.Askers)
        {
            asker.Tell(new PeerManager.NoWay(remote, reason));
        }
    }

    private void BeginAnew()
    {
        foreach (var (remote, way) in _ways.ToArray())
        {
            Context.Stop(way.Tunnel);
            End(remote, Hypernet.Succeeded);
        }

        _table = new RouteTable(OwnId, IsLinked);
    }

    private void TellAll(object message)
    {
        foreach (var way in _ways.Values)
        {
            way.Tunnel.Tell(message);
        }
    }

    private sealed record Way(IActorRef Tunnel, DetourPlan Plan)
    {
        public HashSet<IActorRef> Askers { get; } = [];
    }
}
