using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Gossip;

namespace ActorP2P;

/// <summary>
/// The physical layer's parent: turns connections into links, keeps one link a remote node, and tells the namespaces
/// what they must know of it.
/// </summary>
/// <remarks>
/// Supervision, one child at a time:
/// <list type="bullet">
/// <item>a link: <b>stop</b>. Its keys and counters end with its connection; the client dials again.</item>
/// <item>server, client, topology: <b>restart</b>; each reports its start (<see cref="PartStarted"/>) and is told what
/// its predecessor knew: the slots, the links that are up, the bound addresses.</item>
/// <item>one of these three restarted more than <see cref="P2PNode.MaxRestarts"/> times within
/// <see cref="P2PNode.RestartWindow"/>, or not startable: Hypernet fails itself, and P2PNode restarts it.</item>
/// </list>
/// When Hypernet itself is restarted, all links end. The slot map stays in its mailbox (<see cref="Inherited"/>), so
/// the logical layer keeps its namespaces, their modules and their state, and only sees its peers go and come.
/// </remarks>
public sealed partial class Hypernet : ReceiveActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private readonly Listeners _listeners;
    private readonly LinkTable _table;
    private readonly LinkRegister _links = new();
    private readonly RejectionNews _rejections;
    private readonly List<LinkTableEffect> _effects = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IReadOnlyList<SlotEntry> _slots = [];
    private IReadOnlyList<string> _advertised;
    private NetworkView _view = new(LinkGraph.Empty, MembershipSnapshot.Empty);
    private IActorRef _server = ActorRefs.Nobody;
    private IActorRef _client = ActorRefs.Nobody;
    private IActorRef _topology = ActorRefs.Nobody;

    /// <summary>Creates the physical layer; P2PNode does.</summary>
    public Hypernet(NodeEnvironment environment, Listeners listeners)
    {
        _environment = environment;
        _listeners = listeners;
        _table = new LinkTable(environment.Identity.Id, environment.Settings.Liveness);
        _advertised = environment.Settings.Network.Advertise;
        _rejections = new RejectionNews(environment.Counters);
        HandleLinks();
        HandleParts();
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new HypernetStrategy();

    /// <inheritdoc />
    protected override void PreStart()
    {
        _topology = Start(RuntimeProps.Of(() => new Topology(_environment)), "topology");
        _server = Start(RuntimeProps.Of(() => new HypernetServer(_environment, _listeners)), "server");
        _client = Start(RuntimeProps.Of(() => new HypernetClient(_environment)), "client");
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
        if (_slots.Count > 0)
        {
            Self.Tell(new Inherited(_slots));
        }

        base.PreRestart(reason, message);
    }

    private static IActorRef Start(Props props, string name) => Context.Watch(Context.ActorOf(props, name));

    private void HandleLinks()
    {
        Receive<ConnectionReady>(Connect);
        Receive<HandshakeDone>(HandleHandshakeDone);
        Receive<HandshakeFailed>(HandleHandshakeFailed);
        Receive<RemoteConfirmed>(confirmed =>
        {
            _table.HandleConfirmed(confirmed.LinkId, Now, _effects);
            Perform();
        });
        Receive<ProbeAnswered>(answered =>
        {
            _table.HandleProbeAnswered(answered.LinkId, Now, _effects);
            Perform();
        });
        Receive<LinkTableTimer>(timer =>
        {
            _table.HandleTimer(timer.Token, Now, _effects);
            Perform();
        });
        Receive<LinkEnded>(ended => EndLink(ended.LinkId, ended.Reason));
        Receive<Terminated>(HandleTerminated);
    }

    private void HandleParts()
    {
        Receive<HypernetServer.RegisterSlot>(register => _server.Forward(register));
        Receive<HypernetServer.UnregisterSlot>(unregister => _server.Forward(unregister));
        Receive<Topology.GetRoutes>(get => _topology.Forward(get));
        Receive<SlotsChanged>(changed => TakeSlots(changed.Slots));
        Receive<Inherited>(inherited =>
        {
            if (_slots.Count == 0)
            {
                TakeSlots(inherited.Slots);
                _server.Tell(new HypernetServer.RestoreSlots(inherited.Slots));
            }
        });
        Receive<ViewChanged>(changed =>
        {
            _view = changed.View;
            TellManagers(_slots, new PeerManager.ViewChanged(_view));
        });
        Receive<ListenersBound>(bound =>
        {
            if (_environment.Settings.Network.Advertise.Count == 0)
            {
                _advertised = bound.Endpoints;
                _topology.Tell(new Topology.Advertise(_advertised));
            }
        });
        Receive<Rejected>(rejected => TellRejection(rejected.Endpoint, rejected.Reason, rejected.Detail));
        Receive<PartStarted>(_ => TellPart(Sender));
        Receive<Leave>(_ => BeginLeaving());
    }

    private void Connect(ConnectionReady ready)
    {
        var id = ready.Connection.Id;
        if (_links.Count >= _environment.Settings.Admission.MaxLinks)
        {
            ready.Connection.Close();
            _environment.Counters.Add("link.refused.too-many-links");
            EndAttempt(ready, isMember: false, "too-many-links");
            return;
        }

        var name = $"link-{id}";
        var link = Context.Watch(Context.ActorOf(
            RuntimeProps.Of(() => new Link(_environment, ready.Connection, ready.WeDialled, ready.Address, ready.ExpectedId, Self, _topology)), name));
        _links.Add(new LinkRecord(id, link, ready));
    }

    private void HandleHandshakeDone(HandshakeDone done)
    {
        if (!_links.TryGet(done.LinkId, out var link))
        {
            return;
        }

        link.Proven = done;
        if (link.Ready.WeDialled)
        {
            _client.Tell(new HypernetClient.AddressProven(link.Ready.Address, done.Remote));
        }
        else
        {
            _server.Tell(new HypernetServer.HandshakeEnded(link.Id, IsMember: true));
        }

        _table.HandleHandshakeDone(done.LinkId, done.Remote, done.RemoteEpoch, done.WeInitiated, Now, _effects);
        Perform();
    }

    private void HandleHandshakeFailed(HandshakeFailed failed)
    {
        _environment.Counters.Add((failed.RefusedByUs ? "link.refused." : "link.handshake-lost.") + failed.Reason);
        if (failed.RefusedByUs && failed.Reason != SelfConnection)
        {
            TellRejection(failed.Endpoint, failed.Reason, failed.Detail);
        }

        if (_links.TryGet(failed.LinkId, out var link) && !link.IsAttemptOver)
        {
            link.IsAttemptOver = true;
            EndAttempt(link.Ready, isMember: false, failed.Reason);
        }
    }

    private void EndAttempt(ConnectionReady ready, bool isMember, string reason)
    {
        if (ready.WeDialled)
        {
            _client.Tell(new HypernetClient.AttemptFailed(ready.Address, reason));
        }
        else
        {
            _server.Tell(new HypernetServer.HandshakeEnded(ready.Connection.Id, isMember));
        }
    }
}
