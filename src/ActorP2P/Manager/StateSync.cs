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
        _core = new StateSyncCore(
            environment.Settings.StateSync,
            StateLimits.From(environment.Settings.StateSync, environment.Settings.Dissemination),
            StateScope.Namespace(environment.Settings.Network.Id, namespaceName),
            environment.Trust.Identity.Curve,
            environment.Trust.Identity.Key,
            environment.Epochs.Current,
            MembershipSnapshot.Empty,
            environment.Random,
            seqBase);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

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
                _core.Succeed(_environment.Trust.Identity.Key, _environment.Steady.Of(m.FormerUntil), Now, _effects);
                break;
            case Retire m:
                _core.Retire(m.Node, _environment.Steady.Of(m.Until), Now, _effects);
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
        var seq = _core.SetOwn(set.Body, Now, _effects);
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
            case StateSyncEffect.Applied e:
                Apply(e);
                break;
            case StateSyncEffect.Expired e:
                Expire(e);
                break;
            case StateSyncEffect.Equivocation e:
                _environment.Counters.Add("state-sync.equivocation");
                _hub.Tell(new PeerManagerEventHub.Raise(new EquivocationSeen(_namespace, e.Node, ReasonName.Of(e.Kept.Section), new EquivocationEvidence(e.Kept.Encode(), e.Rejected.Encode()))));
                break;
            case StateSyncEffect.EpochExceeded e:
                _environment.Counters.Add("state-sync.epoch-exceeded");
                Context.Parent.Tell(new PeerManager.OwnEpochSeen(e.Evidence.Epoch));
                break;
            case StateSyncEffect.DuplicateIdentity e:
                _environment.Counters.Add("state-sync.duplicate-identity");
                _hub.Tell(new PeerManagerEventHub.Raise(new DuplicateIdentity(_namespace, _environment.Trust.Identity.Id, e.Evidence.Epoch)));
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

    // Every member has interests, so they alone say who is one.
    private void Apply(StateSyncEffect.Applied applied)
    {
        _hub.Tell(new PeerManagerEventHub.StateApplied(applied.Node, applied.Epoch, applied.Seq, applied.New));
        if (applied.New is InterestsBody interests && applied.Node != _environment.Trust.Identity.Id)
        {
            _multicast.Tell(new Multicast.UseMember(applied.Node, interests.Topics));
            Context.Parent.Tell(new PeerManager.MemberChanged(applied.Node, true));
        }
    }

    private void Expire(StateSyncEffect.Expired expired)
    {
        _hub.Tell(new PeerManagerEventHub.StateExpired(expired.Node, expired.Old.Section));
        if (expired.Old is InterestsBody)
        {
            _multicast.Tell(new Multicast.UseMember(expired.Node, null));
            Context.Parent.Tell(new PeerManager.MemberChanged(expired.Node, false));
        }
    }
}
