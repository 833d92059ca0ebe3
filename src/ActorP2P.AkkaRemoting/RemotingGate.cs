using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using Akka.Remote.Transport;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// Akka.Remote's associations as one module of the node: it hosts the node, opens remoting's namespace, and moves PDUs
/// between handles and unicasts. Payload goes in one ordered lane, heartbeats and control PDUs in the control lane.
/// </summary>
/// <remarks>
/// An association's address must belong to the node that the session authenticates. It is checked where the transport
/// opens the association and again in Akka.Remote's own handshake PDU, which names an address of its own.
/// The node below is stopped with the gate and never restarted in it: Akka.Remote's terminator ends the system then.
/// The directory is restarted; one that fails ten times within a minute stops, and its last word stays in force.
/// </remarks>
internal sealed partial class RemotingGate : ReceiveActor, IWithTimers
{
    private const string PduType = "akka.pdu";
    private const string ControlType = "akka.control";
    private const int ConfirmationsAWindow = 4;

    private readonly NodeEnvironment _environment;
    private readonly RemotingSettings _settings;
    private readonly Address _local;
    private readonly TaskCompletionSource<IActorRef> _ready;
    private readonly Dictionary<AssociationKey, P2PAssociationHandle> _handles = [];
    private readonly Dictionary<AssociationKey, Associate> _opening = [];

    // Members that were here and are not; there are no more of them than members of the namespace.
    private readonly HashSet<NodeId> _lost = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef _node = ActorRefs.Nobody;
    private IActorRef _router = ActorRefs.Nobody;
    private IAssociationEventListener? _listener;
    private TaskCompletionSource<bool>? _leaving;
    private int _registered;

    public RemotingGate(NodeEnvironment environment, RemotingSettings settings, Address local, TaskCompletionSource<IActorRef> ready)
    {
        _environment = environment;
        _settings = settings;
        _local = local;
        _ready = ready;
        ReceiveStart();
        ReceiveFromAkka();
        Receive<Delivery>(HandleDelivery);
        Receive<Sent>(sent => sent.CorrelationId is InFlight, sent => HandleTaken((InFlight)sent.CorrelationId!));
        Receive<SendFailed>(failed => HandleFailed(failed.To, failed.CorrelationId, failed.Reason));
        Receive<SendRefused>(refused => HandleFailed((refused.Message as NamespaceRouter.Unicast)?.To, (refused.Message as NamespaceRouter.Unicast)?.CorrelationId, refused.Reason));
        Receive<PeerUp>(up => RetryOpening(up.Node));
        Receive<PeerDown>(down => Lose(down.Node, down.Reason));
        Receive<AssociateTimedOut>(late => FailOpening(late.Key, "no answer in time"));
        Receive<Shutdown>(HandleShutdown);
        Receive<Terminated>(_ => HandleNodeStopped());
        ReceiveAny(static _ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override SupervisorStrategy SupervisorStrategy() => new ByPart(this);

    protected override void PreStart()
    {
        _node = Context.Watch(Context.ActorOf(P2PNode.Props(_environment), "node"));
        _node.Tell(P2PNode.GetRouter.Instance);
    }

    protected override void PostStop()
    {
        _ready.TrySetException(new InvalidOperationException("the node stopped"));
        _leaving?.TrySetResult(true);
        foreach (var key in _handles.Keys.ToArray())
        {
            Drop(key, "the transport stopped");
        }
    }

    private void ReceiveStart()
    {
        Receive<P2PNode.RouterAddress>(address =>
        {
            _router = address.Router;
            _router.Tell(new NamespaceRouter.Open(_settings.Namespace));
        });
        Receive<Opened>(_ =>
        {
            _router.Tell(new NamespaceRouter.Register(_settings.Namespace, PduType, Self, Lane.Request));
            _router.Tell(new NamespaceRouter.Register(_settings.Namespace, ControlType, Self, Lane.Control));
            _router.Tell(new NamespaceRouter.Observe(_settings.Namespace, Self, [typeof(PeerUp), typeof(PeerDown)]));
        });
        Receive<Registered>(_ =>
        {
            if (++_registered == 2)
            {
                _ready.TrySetResult(_router);
            }
        });
        Receive<OpenRefused>(refused => _ready.TrySetException(new InvalidAssociationException($"namespace {refused.Namespace}: {refused.Reason}")));
        Receive<RegisterRefused>(refused => _ready.TrySetException(new InvalidAssociationException($"module {refused.Type}: {refused.Reason}")));
        Receive<ListenerReady>(HandleListener);
    }

    private void HandleListener(ListenerReady ready)
    {
        _listener = ready.Listener;
        if (_environment.Settings.Discovery.Mode == DiscoveryMode.Cluster)
        {
            var (node, counters) = (_node, _environment.Counters);
            var self = _local.WithProtocol(P2PTransport.FullScheme);
            Context.ActorOf(Props.Create(() => new ClusterDirectory(node, self, counters)).WithDeploy(Deploy.Local), "directory");
        }
    }

    private void ReceiveFromAkka()
    {
        Receive<Associate>(HandleAssociate);
        Receive<Flush>(flush => Send(flush.Handle));
        Receive<Pulse>(pulse => Signal(pulse.Handle.Key, RemotingWire.Compose(RemotingKind.Pulse, pulse.Handle.Key, pulse.Pdu.Span)));
        Receive<Control>(HandleControl);
        Receive<ReaderReady>(ready => ready.Handle.Attach(ready.Reader));
        Receive<Disassociate>(ending =>
        {
            // What was written before still goes out, whatever the window says: Akka.Remote's goodbye is among it.
            Send(ending.Handle, ignoreWindow: true);
            if (_handles.Remove(ending.Handle.Key))
            {
                ending.Handle.Close();
                Tell(PduType, ending.Handle.Key, RemotingWire.Compose(RemotingKind.Disassociated, ending.Handle.Key));
            }
        });
    }

    private void HandleAssociate(Associate wanted)
    {
        // As a refused connection. Were the attempt left to wait, the next life of the system would find it open though
        // Akka.Remote may have given it up long ago, and would answer into it.
        if (_lost.Contains(wanted.Node))
        {
            wanted.Answer.TrySetException(new InvalidAssociationException($"no association with {wanted.Remote}: the node is down"));
            return;
        }

        var key = new AssociationKey(wanted.Node, _environment.Random.NextUInt64(), OpenedByUs: true);
        _opening.Add(key, wanted);
        Timers.StartSingleTimer(key, new AssociateTimedOut(key), _settings.AssociateTimeout);
        Open(key);
    }

    private void Open(AssociationKey key) =>
        Tell(PduType, key, RemotingWire.Compose(RemotingKind.Associate, key, _local.WithProtocol(P2PTransport.FullScheme).ToString()));

    private void RetryOpening(NodeId node)
    {
        _lost.Remove(node);
        foreach (var key in _opening.Keys.Where(key => key.Remote == node))
        {
            Open(key);
        }
    }

    private void FailOpening(AssociationKey key, string reason)
    {
        if (_opening.Remove(key, out var wanted))
        {
            Timers.Cancel(key);
            wanted.Answer.TrySetException(new InvalidAssociationException($"no association with {wanted.Remote}: {reason}"));
        }
    }

    private void Send(P2PAssociationHandle handle, bool ignoreWindow = false)
    {
        while (_handles.ContainsKey(handle.Key)
            && (ignoreWindow || handle.InFlightBytes < _settings.WindowBytes)
            && handle.TryTakeBatch(out var batch))
        {
            Send(handle, batch);
        }
    }

    // A confirmation is a record and a wake-up at both sides: few a window are asked for, each about all before it.
    private void Send(P2PAssociationHandle handle, in PduBatch batch)
    {
        var (bytes, batches) = handle.NoteSent(batch, _settings.WindowBytes / ConfirmationsAWindow);
        _router.Tell(new NamespaceRouter.Unicast(
            _settings.Namespace, handle.Key.Remote, PduType, batch.Content, Confirm: batches > 0, CorrelationId: new InFlight(handle.Key, bytes, batches))
        {
            Head = RemotingWire.ComposeBatchHead(handle.Key, batch),
        });
    }

    private void HandleTaken(InFlight taken)
    {
        if (_handles.TryGetValue(taken.Key, out var handle))
        {
            handle.NoteTaken(taken.Bytes, taken.Batches);
            Send(handle);
        }
    }

    private void HandleFailed(NodeId? to, object? about, SendFailure reason)
    {
        if (about is InFlight lost)
        {
            // Akka.Remote resends what must not get lost over its next association.
            Drop(lost.Key, reason.ToString());
        }
        else if (to is not null && about is null && reason is not (SendFailure.PeerDown or SendFailure.UnknownNode or SendFailure.UnknownType))
        {
            foreach (var key in _opening.Keys.Where(key => key.Remote == to).ToArray())
            {
                FailOpening(key, reason.ToString());
            }
        }
    }

    private void Drop(AssociationKey key, string reason)
    {
        if (_handles.Remove(key, out var handle))
        {
            _log.Debug("association with {0} is over: {1}", handle.RemoteAddress, reason);
            handle.Close();
            handle.Notify(new Disassociated(DisassociateInfo.Unknown));
        }
    }

    private void Lose(NodeId node, string reason)
    {
        _lost.Add(node);
        foreach (var key in _opening.Keys.Where(key => key.Remote == node).ToArray())
        {
            FailOpening(key, reason);
        }

        foreach (var key in _handles.Keys.Where(key => key.Remote == node).ToArray())
        {
            Drop(key, reason);
        }
    }

    private void HandleShutdown(Shutdown shutdown)
    {
        _leaving = shutdown.Done;
        foreach (var handle in _handles.Values.ToArray())
        {
            Self.Tell(new Disassociate(handle));
        }

        // Behind the goodbyes that stand in this mailbox and in the router's.
        foreach (var key in _opening.Keys.ToArray())
        {
            FailOpening(key, "the transport stops");
        }

        _node.Tell(P2PNode.Leave.Instance);
    }

    private void HandleNodeStopped()
    {
        if (_leaving is null)
        {
            _log.Error("the node below remoting has stopped for good");
        }

        Context.Stop(Self);
    }

    // What Akka.Remote says of an association that is over concerns nobody any more.
    private bool Signal(AssociationKey key, byte[] message)
    {
        if (!_handles.ContainsKey(key))
        {
            return false;
        }

        _router.Tell(new NamespaceRouter.Unicast(_settings.Namespace, key.Remote, ControlType, message, CorrelationId: AnySignal.Instance));
        return true;
    }

    // A signal may get lost when one session follows another, and an association would wait in vain for its handshake.
    private void HandleControl(Control control)
    {
        var key = control.Handle.Key;
        var message = RemotingWire.ComposeControl(key, control.ControlsBefore, control.PayloadsBefore, control.Pdu.Span);
        if (Signal(key, message))
        {
            _router.Tell(new NamespaceRouter.Unicast(_settings.Namespace, key.Remote, PduType, message, CorrelationId: new InFlight(key, 0, 0)));
        }
    }

    private void Tell(string type, AssociationKey key, byte[] message) =>
        _router.Tell(new NamespaceRouter.Unicast(_settings.Namespace, key.Remote, type, message));
}
