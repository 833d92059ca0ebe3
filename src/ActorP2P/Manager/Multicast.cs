using System.Collections.Immutable;
using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P;

/// <summary>
/// Topic multicast and broadcast of a namespace. The rules stand in <see cref="MulticastCore"/>; this is where they
/// are carried out. What is delivered in one go reaches the slot as one message.
/// <para>
/// Supervision: no children. The PeerManager escalates its failure: its seq and its window of seen ids belong to one
/// incarnation, and a successor with the same base would use ids twice.
/// </para>
/// </summary>
internal sealed partial class Multicast : UntypedActor, IWithTimers
{
    /// <summary>
    /// Senders that wait for room in the retention; beyond it all are told Ready at once, and are refused again if
    /// there is none.
    /// </summary>
    public const int MaxWaitingSenders = 1024;

    private const string TickKey = "multicast";
    private const string ReleaseKey = "release";
    private const string ViewKey = "view";

    // Whatever needs the view takes it up at once; only messages of origins that became known meanwhile wait for this.
    private static readonly TimeSpan ViewDelay = TimeSpan.FromMilliseconds(50);

    private readonly NodeEnvironment _environment;
    private readonly string _namespace;
    private readonly (string Bytes, string Messages, string Missing) _sizes;
    private readonly IActorRef _slot;
    private readonly IActorRef _hub;
    private readonly MulticastCore _core;
    private readonly Dictionary<NodeId, IActorRef> _peers = [];
    private readonly Dictionary<NodeId, IReadOnlySet<string>?> _members = [];
    private readonly HashSet<(IActorRef Sender, Lane Lane)> _waiting = [];
    private readonly List<MulticastEffect> _effects = [];
    private readonly List<Delivery> _deliveries = [];
    private ImmutableDictionary<string, NamespaceSlot.Registration> _registrations = ImmutableDictionary<string, NamespaceSlot.Registration>.Empty;
    private NetworkView _network = new(LinkGraph.Empty, MembershipSnapshot.Empty);
    private bool _viewIsStale;
    private bool _flushIsAsked;
    private long _signaturesChecked;

    public Multicast(
        NodeEnvironment environment,
        string namespaceName,
        ulong seqBase,
        SeenPublications seen,
        IActorRef slot,
        IActorRef hub)
    {
        _environment = environment;
        _namespace = namespaceName;
        _sizes = ($"size.{namespaceName}.retained-bytes", $"size.{namespaceName}.retained-messages", $"size.{namespaceName}.missing-ids");
        _slot = slot;
        _hub = hub;
        _core = new MulticastCore(
            environment.Settings.Dissemination,
            new PublicationScope(environment.Settings.Network.Id, namespaceName),
            environment.Trust.Identity.Curve,
            environment.Trust.Identity.Key,
            environment.Epochs.Current,
            seqBase,
            environment.Settings.Channel.MaxTypeNameBytes,
            isSigned: !environment.Settings.Dissemination.UnsignedNamespaces.Contains(namespaceName),
            seen);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NamespaceRouter.Multicast m:
                Publish(m, m.Topic, m.Type, m.Payload, m.CorrelationId);
                break;
            case NamespaceRouter.Broadcast m:
                Publish(m, null, m.Type, m.Payload, m.CorrelationId);
                break;
            case Peer.Batch m:
                Receive(m);
                break;
            case Tick m:
                RefreshView();
                _core.HandleTimer(m.Token, Now, _effects);
                ShowSizes();
                break;
            default:
                Follow(message);
                break;
        }

        Perform();
    }

    private void ShowSizes()
    {
        _environment.Counters.Set(_sizes.Bytes, _core.RetainedBytes);
        _environment.Counters.Set(_sizes.Messages, _core.RetainedMessages);
        _environment.Counters.Set(_sizes.Missing, _core.MissingMessages);
    }

    private void Follow(object message)
    {
        switch (message)
        {
            case PeerUp m:
                _peers[m.Node] = m.Peer;
                _core.HandlePeerUp(m.Node, Now, _effects);
                break;
            case PeerDown m:
                _peers.Remove(m.Node);
                _core.HandlePeerDown(m.Node, Now, _effects);
                break;
            case PeerCaughtUp m when _peers.ContainsKey(m.Node):
                _core.HandleNotSent(m.Node, Now, _effects);
                break;
            case PeerCaughtUp:
                break;
            case UseIdentity:
                _core.Succeed(_environment.Trust.Identity.Key, Now, _effects);
                MarkViewStale();
                break;
            case UseTopics m:
                Use(m.Topics);
                break;
            case UseRegistrations m:
                _registrations = m.Registrations;
                break;
            case UseMember m:
                Use(m);
                break;
            case UseView m:
                _network = m.View;
                MarkViewStale();
                break;
            case ApplyView:
                ApplyPresentView();
                break;
            case Flush:
                _flushIsAsked = false;
                RefreshView();
                _core.Flush(Now, _effects);
                break;
            case Release:
                ReleaseWaiting();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Publish(NamespaceRouter.INamespaceMessage message, string? topic, string type, ReadOnlyMemory<byte> payload, object? correlation)
    {
        RefreshView();
        var lane = _registrations.TryGetValue(type, out var registration) ? registration.Lane : Lane.Gossip;
        if (lane == Lane.Control)
        {
            _environment.Counters.Add("multicast.refused.control-lane");
            Refusal.Answer(message, SendFailure.Invalid, Sender, Self);
            return;
        }

        _core.Publish(topic, type, payload, lane, Now, _effects);
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case MulticastEffect.Published e:
                    Sender.Tell(new Published(_namespace, e.Id, e.Reached, correlation));
                    break;
                case MulticastEffect.PublishRefused e:
                    Refuse(message, e.Reason, lane);
                    break;
            }
        }

        // One signature covers what the mailbox holds: the request waits behind it.
        if (_core.HasUnsent && !_flushIsAsked)
        {
            _flushIsAsked = true;
            Self.Tell(Flush.Instance);
        }
    }

    private void Refuse(NamespaceRouter.INamespaceMessage message, PublishRefusal reason, Lane lane)
    {
        _environment.Counters.Add("multicast.refused." + ReasonName.Of(reason));
        if (reason != PublishRefusal.RetentionFull)
        {
            Refusal.Answer(message, reason == PublishRefusal.PayloadTooLarge ? SendFailure.TooLarge : SendFailure.Invalid, Sender, Self);
            return;
        }

        Refusal.AnswerBusy(message, Sender, Self);
        if (_waiting.Count == 0)
        {
            // Retention empties with time, not with an event: senders try again at the pace of announcements.
            Timers.StartSingleTimer(ReleaseKey, Release.Instance, _environment.Settings.Dissemination.AnnounceInterval);
        }

        _waiting.Add((Sender, lane));
        if (_waiting.Count >= MaxWaitingSenders)
        {
            ReleaseWaiting();
        }
    }

    private void ReleaseWaiting()
    {
        Timers.Cancel(ReleaseKey);
        foreach (var (sender, lane) in _waiting)
        {
            sender.Tell(new Ready(_namespace, lane));
        }

        _waiting.Clear();
    }

    private void Receive(Peer.Batch batch)
    {
        RefreshView();
        foreach (var entry in batch.Messages)
        {
            _core.HandleReceived(batch.Origin, entry.Payload, Now, _effects);
        }

        batch.Acknowledge(Self);
    }

    private void Use(ImmutableSortedSet<string> topics)
    {
        foreach (var topic in _core.Topics.Except(topics).ToArray())
        {
            _core.Unsubscribe(topic);
        }

        foreach (var topic in topics.Except(_core.Topics))
        {
            if (!_core.TrySubscribe(topic))
            {
                throw new InvalidOperationException($"The node let a topic through that breaks a limit: {topic}.");
            }
        }
    }

    private void Use(UseMember member)
    {
        if (member.Topics is null)
        {
            _members.Remove(member.Node);
        }
        else
        {
            _members[member.Node] = member.Topics.ToHashSet(StringComparer.Ordinal);
        }

        MarkViewStale();
    }

    // Many changes in a row cost one view, for each costs time in proportion to all members.
    private void MarkViewStale()
    {
        if (!_viewIsStale)
        {
            _viewIsStale = true;
            Timers.StartSingleTimer(ViewKey, ApplyView.Instance, ViewDelay);
        }
    }

    private void RefreshView()
    {
        if (_viewIsStale)
        {
            ApplyPresentView();
        }
    }

    private void ApplyPresentView()
    {
        if (_viewIsStale)
        {
            _viewIsStale = false;
            var members = new Dictionary<NodeId, IReadOnlySet<string>?>(_members);
            _core.HandleView(new MulticastView(_network.Graph, members, _network.Members), Now, _effects);
        }
    }

    private void Perform()
    {
        foreach (var effect in _effects)
        {
            Perform(effect);
        }

        _effects.Clear();
        if (_core.SignaturesChecked > _signaturesChecked)
        {
            _environment.Counters.Add("multicast.signatures-checked", _core.SignaturesChecked - _signaturesChecked);
            _signaturesChecked = _core.SignaturesChecked;
        }

        if (_deliveries.Count > 0)
        {
            _slot.Tell(new NamespaceSlot.DeliverPublications(_deliveries.ToArray()));
            _deliveries.Clear();
        }
    }

    private void Perform(MulticastEffect effect)
    {
        switch (effect)
        {
            case MulticastEffect.Send e:
                if (_peers.TryGetValue(e.To, out var peer))
                {
                    peer.Tell(new Peer.SendDissemination(e.Lane, e.Head, e.Payload));
                }

                break;
            case MulticastEffect.Deliver e:
                _deliveries.Add(new Delivery(_namespace, e.Origin, e.Type, e.Topic, e.Id, e.Payload));
                break;
            case MulticastEffect.Equivocation e:
                _environment.Counters.Add("multicast.equivocation");
                _hub.Tell(new PeerManagerEventHub.Raise(new EquivocationSeen(_namespace, e.Id.Origin, "publication", new EquivocationEvidence(e.Kept.Bytes, e.Rejected.Bytes))));
                break;
            case MulticastEffect.Schedule e:
                Timers.StartSingleTimer(TickKey, new Tick(e.Token), e.Delay);
                break;
            case MulticastEffect.Dropped e:
                _environment.Counters.Add("multicast.dropped." + ReasonName.Of(e.Reason));
                break;
        }
    }
}
