using System.Text;
using ActorP2P.Protocol.Session;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The accepting side of the physical layer, and its slot map: the namespaces that this node serves. An accepted
/// connection counts as half open until its handshake has ended, one way or the other.
/// </summary>
/// <remarks>
/// It has no children. Hypernet restarts it after a failure: the bound addresses live on in <see cref="Listeners"/>,
/// and Hypernet gives the slots back (<see cref="RestoreSlots"/>), so no PeerManager has to notice.
/// </remarks>
public sealed partial class HypernetServer : ReceiveActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private readonly Listeners _listeners;
    private readonly Dictionary<string, Hypernet.SlotEntry> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _bound = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ITransportConnection> _halfOpen = [];
    private readonly int _maxSlots;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _registrations;

    /// <summary>Creates the server; it listens from its start on.</summary>
    public HypernetServer(NodeEnvironment environment, Listeners listeners)
    {
        _environment = environment;
        _listeners = listeners;
        _maxSlots = Math.Min(environment.Settings.NamespaceDefaults.MaxNamespaces, environment.Settings.Link.MaxNamespaces);
        Receive<RegisterSlot>(Register);
        Receive<UnregisterSlot>(slot => Remove(slot.Namespace));
        Receive<Terminated>(ended => RemoveOf(ended.ActorRef));
        Receive<RestoreSlots>(Restore);
        Receive<Bound>(HandleBound);
        Receive<ListenFailed>(HandleListenFailed);
        Receive<RetryListen>(retry => _listeners.Listen(retry.Configured));
        Receive<Accepted>(HandleAccepted);
        Receive<AcceptFailed>(HandleAcceptFailed);
        Receive<HandshakeEnded>(HandleHandshakeEnded);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        _listeners.Admission.Reset();
        _listeners.Attach(Self);
        Context.Parent.Tell(Hypernet.PartStarted.Instance);
    }

    /// <inheritdoc />
    protected override void PostStop() => _listeners.Detach(Self);

    private void Register(RegisterSlot register)
    {
        var isKnown = _slots.TryGetValue(register.Namespace, out var former);
        if (Encoding.UTF8.GetByteCount(register.Namespace) is 0 or > PairSession.MaxNamespaceBytes)
        {
            Refuse(register, "invalid-name");
        }
        else if (!isKnown && _slots.Count >= _maxSlots)
        {
            Refuse(register, "too-many-namespaces");
        }
        else
        {
            _slots[register.Namespace] = new Hypernet.SlotEntry(register.Namespace, register.PeerManager, ++_registrations);
            Forget(former?.PeerManager);
            Context.Watch(register.PeerManager);
            register.PeerManager.Tell(new SlotRegistered(register.Namespace));
            Publish();
        }
    }

    private void Refuse(RegisterSlot register, string reason)
    {
        _environment.Counters.Add("slot.refused." + reason);
        register.PeerManager.Tell(new SlotRefused(register.Namespace, reason));
    }

    private void Remove(string name)
    {
        if (_slots.Remove(name, out var slot))
        {
            Forget(slot.PeerManager);
            Publish();
        }
    }

    private void RemoveOf(IActorRef peerManager)
    {
        foreach (var slot in _slots.Values.Where(slot => slot.PeerManager.Equals(peerManager)).ToList())
        {
            Remove(slot.Namespace);
        }
    }

    private void Forget(IActorRef? peerManager)
    {
        if (peerManager is not null && !_slots.Values.Any(slot => slot.PeerManager.Equals(peerManager)))
        {
            Context.Unwatch(peerManager);
        }
    }

    private void Restore(RestoreSlots restore)
    {
        foreach (var slot in restore.Slots)
        {
            _registrations = Math.Max(_registrations, slot.Registration);

            // What registered since the restart is newer.
            if (_slots.TryAdd(slot.Namespace, slot))
            {
                Context.Watch(slot.PeerManager);
            }
        }

        foreach (var early in _slots.Values.Where(slot => !restore.Slots.Contains(slot)).ToList())
        {
            _slots[early.Namespace] = early with { Registration = ++_registrations };
        }

        Publish();
    }

    private void Publish() =>
        Context.Parent.Tell(new Hypernet.SlotsChanged([.. _slots.Values.OrderBy(slot => slot.Namespace, StringComparer.Ordinal)]));

    private void HandleBound(Bound bound)
    {
        _bound[bound.Configured] = bound.Endpoint;
        _log.Info("listening on {0}", bound.Endpoint);
        Context.System.EventStream.Publish(new P2PNode.Listening(bound.Endpoint));
        Context.Parent.Tell(new Hypernet.ListenersBound([.. _bound.Values.Order(StringComparer.Ordinal)]));
    }

    private void HandleListenFailed(ListenFailed failed)
    {
        _bound.Remove(failed.Configured);
        _environment.Counters.Add("listen.failed");
        _log.Error("cannot listen on {0}: {1}", failed.Configured, failed.Reason);
        Context.System.EventStream.Publish(new P2PNode.ListenFailed(failed.Configured, failed.Reason));
        Timers.StartSingleTimer(failed.Configured, new RetryListen(failed.Configured), _environment.Settings.Reconnect.MaxDelay);
    }

    private void HandleAccepted(Accepted accepted)
    {
        _halfOpen[accepted.Connection.Id] = accepted.Connection;
        Context.Parent.Tell(new Hypernet.ConnectionReady(accepted.Connection, WeDialled: false, accepted.Connection.RemoteEndpoint, ExpectedId: null));
    }

    private void HandleAcceptFailed(AcceptFailed failed)
    {
        var reason = ReasonName.Of(failed.Failure.Reason);
        _environment.Counters.Add("accept.failed." + reason);
        if (failed.Failure.Reason is TransportFailureReason.TlsRefused or TransportFailureReason.NoChannelBinding or TransportFailureReason.TimedOut)
        {
            Context.Parent.Tell(new Hypernet.Rejected(failed.SourceIp, reason, failed.Failure.Detail));
        }
    }

    private void HandleHandshakeEnded(HandshakeEnded ended)
    {
        if (_halfOpen.Remove(ended.ConnectionId, out var connection))
        {
            _listeners.Admission.Ended(AdmissionGate.SourceIp(connection.RemoteEndpoint), ended.IsMember, AdmissionGate.TlsCpu(connection));
        }
    }
}
