using System.Collections.Immutable;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// A remote logical node: seals what goes to it and opens what comes from it with the keys of its own session, and
/// gives each message its outcome. The rules stand in <see cref="PeerChannel"/>; this is where they are carried out.
/// It batches what its mailbox holds: a flush is asked for with the first message and waits behind all others.
/// <para>
/// It outlives its sessions: messages wait for the next one, over a link or through relays, and each lane goes on where it was.
/// Supervision: no children. The PeerManager stops it after a failure: its counters and keys may be out of step with
/// the far side's, so only a fresh session and a fresh channel help. What was pending gets its outcome in <see cref="PostStop"/>.
/// </para>
/// </summary>
internal sealed partial class Peer : UntypedActor, IWithTimers
{
    /// <summary>How long a lane may be full before the peer is called slow (start value of the protocol's design).</summary>
    public static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(3);

    private const string TickKey = "channel";
    private const string SlowKey = "slow";

    private readonly NodeEnvironment _environment;
    private NodeId _remote;
    private readonly string _namespace;
    private readonly Receivers _receivers;
    private readonly PeerFigures _figures;
    private readonly PeerChannel _channel;
    private readonly SenderOutcomes _outcomes;
    private readonly InboundBatches _inbound;
    private readonly List<ChannelEffect> _effects = [];
    private ImmutableDictionary<string, NamespaceSlot.Registration> _registrations;
    private (NamespaceRouter.INamespaceMessage Message, IActorRef Sender)? _inHand;
    private int _unflushedBytes;
    private bool _flushIsAsked;
    private ChannelFailure _closeReason = ChannelFailure.PeerDown;

    public Peer(
        NodeEnvironment environment,
        NodeId remote,
        string namespaceName,
        ImmutableDictionary<string, NamespaceSlot.Registration> registrations,
        Receivers receivers,
        PeerFigures figures)
    {
        _environment = environment;
        _remote = remote;
        _namespace = namespaceName;
        _registrations = registrations;
        _receivers = receivers;
        _figures = figures;
        _channel = new PeerChannel(
            remote,
            environment.Settings.Channel,
            environment.Settings.Link.LaneQueueBytes,
            environment.Reassembly,
            environment.Random);
        _outcomes = new SenderOutcomes(namespaceName, Self);
        _inbound = new InboundBatches(remote, Self, receivers);
    }

    /// <summary>Who takes what a peer opens, and what it has to say.</summary>
    internal sealed record Receivers(IActorRef Node, IActorRef Multicast, IActorRef StateSync, IActorRef Hub);

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

    /// <inheritdoc />
    protected override void PostStop()
    {
        if (_inHand is { } unfinished)
        {
            Refusal.Answer(unfinished.Message, SendFailure.DeliveryUnknown, unfinished.Sender, Self);
        }

        _effects.Clear();
        _channel.Close(_effects, _closeReason);
        Perform();
        _outcomes.ReleaseAll();
        foreach (var unused in _standby.Values)
        {
            unused.Session.Dispose();
        }
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NamespaceRouter.Unicast m:
                SendUnicast(m);
                break;
            case NamespaceRouter.Request m:
                SendRequest(m);
                break;
            case RecordsReceived m:
                Receive(m);
                break;
            case RecordsWritten m:
                _channel.RecordsWritten(m.Lane, m.Bytes);
                FlushNow();
                break;
            case Flush:
                _flushIsAsked = false;
                FlushNow();
                break;
            case Handled m:
                Complete(m);
                break;
            case NotTaken m:
                Fail(m.Failures);
                AskFlush(0);
                break;
            case SendReply m:
                Reply(m);
                break;
            case FailRequest m:
                _channel.Fail(m.Lane, EntryKind.Request, m.RequestId, m.Reason);
                AskFlush(0);
                break;
            case SendDissemination m:
                Disseminate(m);
                break;
            case SendStateSync m:
                SyncState(m);
                break;
            case UseRegistrations m:
                _registrations = m.Registrations;
                break;
            case Tick:
                _channel.TimerFired(Now, _effects);
                Perform();
                break;
            case StillFull:
                _receivers.Hub.Tell(new PeerManagerEventHub.Raise(new SlowPeer(_namespace, _remote, _channel.QueuedBytes)));
                break;
            default:
                Manage(message);
                break;
        }
    }

    private void Manage(object message)
    {
        switch (message)
        {
            case UseSession m:
                Use(m);
                break;
            case SessionLost m:
                Lose(m.Tag);
                break;
            case UseRemote m:
                _remote = m.Remote;
                _inbound.Remote = m.Remote;
                _wantsSession = false;
                WantSession();
                break;
            case SessionOver m:
                _closeReason = m.Reason;
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private Lane LaneOf(string type) => _registrations.TryGetValue(type, out var registration) ? registration.Lane : Lane.Request;

    private void SendUnicast(NamespaceRouter.Unicast message)
    {
        var lane = LaneOf(message.Type);
        var context = new SenderOutcomes.Pending(message, Sender);
        if (lane != Lane.Control)
        {
            Send(message, new OutboundMessage(EntryKind.Unicast, lane, message.Type, message.Head, message.Payload, context, Confirm: message.Confirm));
        }
        else if (message.Confirm)
        {
            RefuseInControl(message);
        }
        else
        {
            Send(message, new OutboundMessage(EntryKind.Signal, lane, message.Type, message.Head, message.Payload, context));
        }
    }

    private void SendRequest(NamespaceRouter.Request message)
    {
        var lane = LaneOf(message.Type);
        if (lane == Lane.Control)
        {
            RefuseInControl(message);
            return;
        }

        Send(message, new OutboundMessage(
            EntryKind.Request, lane, message.Type, default, message.Payload, new SenderOutcomes.Pending(message, Sender), Timeout: message.Timeout));
    }

    // Nothing comes back of what travels there.
    private void RefuseInControl(NamespaceRouter.INamespaceMessage message)
    {
        _environment.Counters.Add("peer.refused.control-lane");
        Refusal.Answer(message, SendFailure.Invalid, Sender, Self);
    }

    private void Send(NamespaceRouter.INamespaceMessage message, OutboundMessage outbound)
    {
        _inHand = (message, Sender);
        var result = Enqueue(outbound);
        _inHand = null;
        switch (result)
        {
            case EnqueueResult.Queued:
                WantSession();
                AskFlush(outbound.Head.Length + outbound.Payload.Length);
                break;
            case EnqueueResult.Busy:
                _environment.Counters.Add("peer.refused.busy");
                _outcomes.Busy(message, outbound.Lane, Sender);
                WatchSlowness(outbound.Lane);
                AskFlush(0);
                break;
            case EnqueueResult.TooLarge:
                _environment.Counters.Add("peer.refused.too-large");
                Refusal.Answer(message, SendFailure.TooLarge, Sender, Self);
                break;
            case EnqueueResult.Closed:
                _environment.Counters.Add("peer.refused.session-over");
                Refusal.Answer(message, SendFailure.PeerDown, Sender, Self);
                break;
        }
    }

    private EnqueueResult Enqueue(OutboundMessage outbound)
    {
        var result = _channel.Enqueue(outbound, Now);
        if (result == EnqueueResult.Queued)
        {
            _figures.Sent();
        }

        return result;
    }

    private void Receive(RecordsReceived received)
    {
        var tag = received.Frames[0].Header.Session;
        if (IsInUse(tag))
        {
            _channel.Receive(received.Frames, Now, _effects);
            Perform();
            AskFlush(0);
        }
        else
        {
            _environment.Counters.Add("peer.dropped.session-over", received.Frames.Count);
        }

        if (received.Charge > 0)
        {
            Sender.Tell(new Link.RecordsTaken(tag, received.Charge));
        }
    }

    private void Complete(Handled handled)
    {
        Fail(handled.Failures);
        if (_inbound.Complete(handled.BatchNumber) is { } token)
        {
            _channel.Acknowledge(token, Now);
        }

        AskFlush(0);
    }

    private void Fail(IReadOnlyList<HandlingFailure> failures)
    {
        foreach (var (message, reason) in failures)
        {
            if (message.Kind == EntryKind.Signal)
            {
                // Its sender expects no outcome; the slot has counted it.
                continue;
            }

            _channel.Fail(message.Lane, message.Kind, message.Id, reason);
        }
    }

    private void Reply(SendReply reply)
    {
        if (reply.Deadline <= Now)
        {
            _environment.Counters.Add("reply.dropped.past-deadline");
            return;
        }

        var outbound = new OutboundMessage(EntryKind.Reply, reply.Lane, string.Empty, default, reply.Payload, RequestId: reply.RequestId);
        var result = Enqueue(outbound);
        if (result is EnqueueResult.Busy or EnqueueResult.TooLarge)
        {
            _environment.Counters.Add(result == EnqueueResult.Busy ? "reply.failed.busy" : "reply.failed.too-large");
            var reason = result == EnqueueResult.Busy ? ChannelFailure.Busy : ChannelFailure.TooLarge;
            _channel.Fail(reply.Lane, EntryKind.Request, reply.RequestId, reason);
        }

        AskFlush(reply.Payload.Length);
    }

    private void Disseminate(SendDissemination send)
    {
        // A slow child is announced to and no more, until its queue is at half: what waits longest would come last.
        var result = _outcomes.IsDisseminationBehind(send.Lane) && !send.Payload.IsEmpty
            ? EnqueueResult.Busy
            : Enqueue(new OutboundMessage(EntryKind.Dissemination, send.Lane, string.Empty, send.Head, send.Payload));
        if (result == EnqueueResult.Queued)
        {
            AskFlush(send.Head.Length + send.Payload.Length);
            return;
        }

        // Not lost: every holder announces what it retains, and does so again when the lane has room.
        _environment.Counters.Add("peer.deferred.dissemination-" + (result == EnqueueResult.Busy ? "busy" : "refused"));
        if (result == EnqueueResult.Busy)
        {
            _outcomes.DisseminationIsBehind(send.Lane);
            WatchSlowness(send.Lane);
        }

        AskFlush(0);
    }

    private void WatchSlowness(Lane lane)
    {
        var key = SlowKey + lane;
        if (!Timers.IsTimerActive(key))
        {
            Timers.StartSingleTimer(key, StillFull.Instance, SlowAfter);
        }
    }

    private void SyncState(SendStateSync send)
    {
        var result = Enqueue(new OutboundMessage(EntryKind.StateSync, Lane.Gossip, string.Empty, default, send.Bytes));
        if (result != EnqueueResult.Queued)
        {
            // Not lost either: the next announcement tells of the same state.
            _environment.Counters.Add("peer.deferred.state-sync");
        }

        AskFlush(send.Bytes.Length);
    }

    private void AskFlush(int bytes)
    {
        _unflushedBytes += bytes;
        if (_unflushedBytes >= _environment.Settings.Channel.MaxRecordBytes)
        {
            FlushNow();
        }
        else if (!_flushIsAsked)
        {
            _flushIsAsked = true;
            Self.Tell(Flush.Instance);
        }
    }

    private void FlushNow()
    {
        _unflushedBytes = 0;
        _channel.Flush(Now, _effects);
        Perform();
        _figures.Waiting(_channel.QueuedBytes);
    }
}
