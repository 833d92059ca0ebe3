using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// Seq gossip of a namespace's states. The rules stand in <see cref="StateSyncCore"/>; this is where they are carried
/// out. What is applied goes to the event hub, which is the state's sole writer, and to the multicast.
/// <para>Supervision: no children. The PeerManager escalates its failure: its seq belongs to the incarnation.</para>
/// </summary>
internal sealed partial class StateSync : UntypedActor, IWithTimers
{
    private const string TickKey = "state-sync";

    private readonly NodeEnvironment _environment;
    private readonly string _namespace;
    private readonly string _size;
    private readonly IActorRef _hub;
    private readonly IActorRef _multicast;
    private readonly StateLimits _limits;
    private readonly StateSyncCore _core;
    private readonly Dictionary<NodeId, IActorRef> _peers = [];
    private readonly List<StateSyncEffect> _effects = [];

    public StateSync(NodeEnvironment environment, string namespaceName, ulong seqBase, IActorRef hub, IActorRef multicast)
    {
        _environment = environment;
        _namespace = namespaceName;
        _size = $"size.{namespaceName}.states";
        _hub = hub;
        _multicast = multicast;
        _limits = StateLimits.From(environment.Settings.StateSync, environment.Settings.Dissemination);
        _core = new StateSyncCore(
            environment.Settings.StateSync,
            _limits,
            StateScope.Namespace(environment.Settings.Network.Id, namespaceName),
            environment.Trust.Identity.Curve,
            environment.Trust.Identity.Key,
            environment.Epoch,
            MembershipSnapshot.Empty,
            environment.Random,
            seqBase);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    /// <inheritdoc />
    protected override void PreStart()
    {
        _core.Start(Now, _effects);
        Perform();
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Peer.Batch m:
                foreach (var entry in m.Messages)
                {
                    _core.HandleReceived(m.Origin, entry.Payload, Now, _effects);
                }

                m.Acknowledge(Self);
                break;
            case SetOwn m:
                Set(m);
                break;
            case PeerUp m:
                _peers[m.Node] = m.Peer;
                _core.HandlePeerUp(m.Node, Now, _effects);
                break;
            case PeerDown m:
                _peers.Remove(m.Node);
                _core.HandlePeerDown(m.Node);
                break;
            case UseIdentity m:
                _core.Succeed(_environment.Trust.Identity.Key, m.FormerUntil, Now, _effects);
                break;
            case Retire m:
                _core.Retire(m.Node, m.Until, Now, _effects);
                break;
            case UseView m:
                _core.HandleMembership(m.View.Members, Now, _effects);
                break;
            case Tick m:
                _core.HandleTimer(m.Token, Now, _effects);
                _environment.Counters.Set(_size, _core.Table.Count);
                break;
            default:
                Unhandled(message);
                break;
        }

        Perform();
    }

    private void Set(SetOwn set)
    {
        if (!NamespaceStateBody.TryCreate(set.State.Topics, set.State.Protocols, set.State.Status, _limits, out var body, out var reason))
        {
            throw new InvalidOperationException($"The node let a state through that breaks a limit: {reason}.");
        }

        var seq = _core.SetOwn(body, Now, _effects);
        if (set.StatusKey is { } key)
        {
            set.Asker?.Tell(new StatusSet(_namespace, key, seq));
        }
    }

    private void Perform()
    {
        foreach (var effect in _effects)
        {
            Perform(effect);
        }

        _effects.Clear();
    }

    private void Perform(StateSyncEffect effect)
    {
        switch (effect)
        {
            case StateSyncEffect.Send e:
                if (_peers.TryGetValue(e.To, out var peer))
                {
                    peer.Tell(new Peer.SendStateSync(e.Bytes));
                }

                break;
            case StateSyncEffect.Applied { New: NamespaceStateBody body } e:
                Apply(e, body);
                break;
            case StateSyncEffect.Expired e:
                _hub.Tell(new PeerManagerEventHub.StateExpired(e.Node));
                _multicast.Tell(new Multicast.UseMember(e.Node, null));
                Context.Parent.Tell(new PeerManager.MemberChanged(e.Node, false));
                break;
            case StateSyncEffect.Equivocation e:
                _environment.Counters.Add("state-sync.equivocation");
                _hub.Tell(new PeerManagerEventHub.Raise(new EquivocationSeen(_namespace, e.Node, "namespace state", new EquivocationEvidence(e.Kept.Encode(), e.Rejected.Encode()))));
                break;
            case StateSyncEffect.EpochLearnt:
                _environment.Counters.Add("state-sync.epoch-learnt");
                break;
            case StateSyncEffect.EpochExceeded e:
                Duplicate(e.Epoch);
                break;
            case StateSyncEffect.DuplicateIdentity e:
                Duplicate(e.Evidence.Epoch);
                break;
            case StateSyncEffect.MembershipNeeded:
                // The topology fetches certificates of all nodes; the state is held until its verdict comes with a view.
                _environment.Counters.Add("state-sync.held.unknown-member");
                break;
            case StateSyncEffect.Schedule e:
                Timers.StartSingleTimer(TickKey, new Tick(e.Token), e.Delay);
                break;
            case StateSyncEffect.Dropped e:
                _environment.Counters.Add("state-sync.dropped." + ReasonName.Of(e.Reason));
                break;
        }
    }

    private void Apply(StateSyncEffect.Applied applied, NamespaceStateBody body)
    {
        _hub.Tell(new PeerManagerEventHub.StateApplied(applied.Node, applied.Epoch, applied.Seq, body));
        if (applied.Node != _environment.Trust.Identity.Id)
        {
            _multicast.Tell(new Multicast.UseMember(applied.Node, body.Topics));
            Context.Parent.Tell(new PeerManager.MemberChanged(applied.Node, true));
        }
    }

    private void Duplicate(ulong epoch)
    {
        _environment.Counters.Add("state-sync.duplicate-identity");
        _hub.Tell(new PeerManagerEventHub.Raise(new DuplicateIdentity(_namespace, _environment.Trust.Identity.Id, epoch)));
    }
}
