using System.Collections.Immutable;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// The local logical node of a namespace: holds what this node says of itself (topics, protocols, status), which the
/// state sync signs and spreads, and posts opened messages to the slot.
/// <para>
/// Supervision: no children. The PeerManager restarts it after a failure; its state stands in the
/// <see cref="ModuleDemand"/>, and the batch it failed on fails at its sender.
/// </para>
/// </summary>
internal sealed partial class Node : UntypedActor
{
    private readonly NodeEnvironment _environment;
    private readonly NamespaceSettings _settings;
    private readonly ModuleDemand _demand;
    private readonly IActorRef _slot;
    private readonly IActorRef _multicast;
    private readonly IActorRef _stateSync;
    private OwnState _own;

    public Node(
        NodeEnvironment environment,
        NamespaceSettings settings,
        ModuleDemand demand,
        IActorRef slot,
        IActorRef multicast,
        IActorRef stateSync)
    {
        _environment = environment;
        _settings = settings;
        _demand = demand;
        _slot = slot;
        _multicast = multicast;
        _stateSync = stateSync;
        _own = demand.Own ?? OwnState.From(settings);
    }

    private StateLimits Limits => StateLimits.From(_environment.Settings.StateSync, _environment.Settings.Dissemination);

    /// <inheritdoc />
    protected override void PreStart()
    {
        _multicast.Tell(new Multicast.UseTopics(_own.Topics));
        SetOwn(InterestsOf(_own, out var reason), reason, null, null);
        if (_demand.Own is not null)
        {
            // An earlier incarnation may have set a status in this epoch, which this one then has to replace or empty.
            SetOwn(StatusOf(_own, out reason), reason, null, null);
        }
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
        (message as Peer.Batch)?.Fail(Self);
        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Peer.Batch batch:
                _slot.Tell(batch);
                break;
            case NamespaceRouter.Subscribe subscribe:
                ChangeTopics(_own.Topics.Add(subscribe.Topic), subscribe.Topic, new Subscribed(_settings.Name, subscribe.Topic));
                break;
            case NamespaceRouter.Unsubscribe unsubscribe:
                ChangeTopics(_own.Topics.Remove(unsubscribe.Topic), unsubscribe.Topic, new Unsubscribed(_settings.Name, unsubscribe.Topic));
                break;
            case NamespaceRouter.SetStatus status:
                ChangeStatus(status);
                break;
            case UseProtocols protocols:
                ChangeProtocols(protocols.Protocols);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void ChangeTopics(ImmutableSortedSet<string> topics, string topic, object answer)
    {
        if (!ReferenceEquals(topics, _own.Topics))
        {
            var changed = _own with { Topics = topics };
            if (InterestsOf(changed, out var reason) is not { } interests)
            {
                Refuse(topic, reason);
                return;
            }

            Change(changed, interests, null, null);
            _multicast.Tell(new Multicast.UseTopics(topics));
        }

        Sender.Tell(answer);
    }

    private void ChangeStatus(NamespaceRouter.SetStatus status)
    {
        // The value is copied: it is signed later, and its owner may reuse the buffer.
        var changed = _own with
        {
            Status = status.Value.IsEmpty ? _own.Status.Remove(status.Key) : _own.Status.SetItem(status.Key, status.Value.ToArray()),
        };
        if (StatusOf(changed, out var reason) is not { } body)
        {
            Refuse(status.Key, reason);
            return;
        }

        Change(changed, body, Sender, status.Key);
    }

    private void ChangeProtocols(IReadOnlyList<ProtocolRange> ofModules)
    {
        // One range a protocol: what the configuration says of it stands before what a registration says.
        var protocols = _settings.Protocols.Concat(ofModules).DistinctBy(range => range.Id).ToImmutableList();
        var changed = _own with { Protocols = protocols };
        if (protocols.SequenceEqual(_own.Protocols))
        {
            return;
        }

        if (InterestsOf(changed, out _) is not { } interests)
        {
            _environment.Counters.Add("node.refused.protocols");
            return;
        }

        Change(changed, interests, null, null);
    }

    private InterestsBody? InterestsOf(OwnState own, out string reason) =>
        InterestsBody.TryCreate(own.Topics, own.Protocols, Limits, out var body, out reason) ? body : null;

    private StatusBody? StatusOf(OwnState own, out string reason) =>
        StatusBody.TryCreate(own.Status, Limits, out var body, out reason) ? body : null;

    private void Change(OwnState own, StateBody body, IActorRef? asker, string? statusKey)
    {
        _own = own;
        _demand.Own = own;
        SetOwn(body, string.Empty, asker, statusKey);
    }

    private void SetOwn(StateBody? body, string reason, IActorRef? asker, string? statusKey) =>
        _stateSync.Tell(new StateSync.SetOwn(
            body ?? throw new InvalidOperationException($"What the namespace starts with breaks a limit: {reason}."), asker, statusKey));

    private void Refuse(string subject, string reason)
    {
        _environment.Counters.Add("node.refused.state");
        Sender.Tell(new StateRefused(_settings.Name, subject, reason));
    }
}
