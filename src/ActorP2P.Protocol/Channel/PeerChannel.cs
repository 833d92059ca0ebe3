using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// The message channel with one peer in one namespace, over one session: batches and seals what goes out, opens and
/// reassembles what comes in, keeps each lane in order, and gives every message with a context exactly one outcome.
/// A byte window a lane follows what the far side's modules have handled, so a slow receiver holds back its sender
/// and nobody else. It outlives its session: <see cref="Suspend"/> when the session is lost, <see cref="Resume"/> with the
/// next one, over whatever way, and every lane goes on where the far side left off. Pure: the peer's actor carries out the effects.
/// </summary>
public sealed class PeerChannel : IDisposable
{
    /// <summary>Window of every lane until the far side announces its own; never less than this.</summary>
    public const int InitialWindowBytes = 256 * 1024;

    private readonly ChannelSettings _settings;
    private readonly OutboundLane[] _outbound = new OutboundLane[Lanes.Count];
    private readonly InboundLane[] _inbound = new InboundLane[Lanes.Count];
    private readonly PendingRequests _requests;
    private readonly ControlWriter _control;
    private readonly ChannelMemory _memory;
    private readonly InboundEntries _entries;
    private readonly ChannelKeys _keys = new();
    private readonly Signals _signals = new();
    private readonly List<InboundMessage> _messages = [];
    private NamespaceSession? _session;
    private DateTimeOffset? _acknowledgeAt;
    private DateTimeOffset? _scheduledAt;
    private bool _isSuspended = true;
    private bool _announceSession = true;
    private bool _announceWindows = true;
    private bool _closed;

    /// <summary>A channel without a session yet: messages wait.</summary>
    /// <param name="remote">The far side.</param>
    /// <param name="settings"><c>actorp2p.channel</c>.</param>
    /// <param name="linkQueueBytes">Bytes of one lane that may be handed to the link and not yet written (<c>link.lane-queue-bytes</c>).</param>
    /// <param name="budget">Memory for large messages, shared by the node.</param>
    /// <param name="random">Source of request ids and of the channel's own.</param>
    public PeerChannel(NodeId remote, ChannelSettings settings, int linkQueueBytes, ReassemblyBudget budget, IRandomSource random)
    {
        _settings = settings;
        _requests = new PendingRequests(settings.MaxPendingRequests, random);
        _control = new ControlWriter(settings.MaxRecordBytes);
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            _outbound[lane] = new OutboundLane(settings, linkQueueBytes);
            _inbound[lane] = new InboundLane(settings, budget, remote);
        }

        _memory = new ChannelMemory(Math.Max(1, random.NextUInt64()), _outbound, _inbound, _requests, _control.Failures);
        _entries = new InboundEntries(settings, _outbound, _inbound, _requests, _memory, _signals);
    }

    /// <summary>A channel that begins with a session.</summary>
    /// <param name="session">Keys and counters; disposed with the channel, or when another one takes its place.</param>
    /// <param name="settings"><c>actorp2p.channel</c>.</param>
    /// <param name="linkQueueBytes">Bytes of one lane that may be handed to the link and not yet written (<c>link.lane-queue-bytes</c>).</param>
    /// <param name="budget">Memory for large messages, shared by the node.</param>
    /// <param name="random">Source of request ids and of the channel's own.</param>
    public PeerChannel(NamespaceSession session, ChannelSettings settings, int linkQueueBytes, ReassemblyBudget budget, IRandomSource random)
        : this(session.Remote, settings, linkQueueBytes, budget, random) => Resume(session);

    /// <summary>Bytes that wait in all lanes, for slow-peer detection.</summary>
    public long QueuedBytes
    {
        get
        {
            // Asked at each flush: the sum of a sequence would cost an allocation each time.
            var bytes = 0L;
            foreach (var lane in _outbound)
            {
                bytes += lane.QueuedBytes;
            }

            return bytes;
        }
    }

    /// <summary>True while there is no session: messages wait, requests expire, nothing is sent or opened.</summary>
    public bool IsSuspended => _isSuspended;

    /// <summary>True when something would be lost, or need an outcome, if there were no further session.</summary>
    public bool HasUnsettled => _requests.Count > 0 || Array.Exists(_outbound, static lane => lane.HasUnsettled);

    /// <summary>The session is over; another one may follow. Its keys are erased.</summary>
    public void Suspend()
    {
        _isSuspended = true;
        _session?.Dispose();
        foreach (var lane in _inbound)
        {
            lane.Reassembly.Dispose();
        }
    }

    /// <summary>Goes on over another session with the same far side; what the former one did not bring over goes out again.</summary>
    public void Resume(NamespaceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        ObjectDisposedException.ThrowIf(_closed, this);
        _session?.Dispose();
        _session = session;
        _isSuspended = false;
        _control.Restart(session.Sealer(Lane.Control));
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            _outbound[lane].Restart(session.Sealer((Lane)lane));
            _inbound[lane].Restart(session.Opener((Lane)lane));
        }

        _memory.Restart();
        _keys.Restart();
        _signals.Restart();
        _announceSession = true;
        _announceWindows = true;
    }

    /// <summary>Takes a message or says why not. <see cref="Flush"/> sends.</summary>
    public EnqueueResult Enqueue(OutboundMessage message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        if ((message.Lane == Lane.Control) != (message.Kind == EntryKind.Signal))
        {
            throw new ArgumentException("The control lane is the channel's own but for signals, which have no other.", nameof(message));
        }

        if (_closed)
        {
            return EnqueueResult.Closed;
        }

        if (message.Kind != EntryKind.Request)
        {
            return message.Kind == EntryKind.Signal ? _signals.Enqueue(message) : _outbound[(int)message.Lane].Enqueue(message);
        }

        if (_requests.IsFull)
        {
            return EnqueueResult.Busy;
        }

        var timeout = message.Timeout < _settings.MaxRequestTimeout ? message.Timeout : _settings.MaxRequestTimeout;
        var id = _requests.Add(message.Context ?? message, now + timeout);
        var result = _outbound[(int)message.Lane].Enqueue(message with { RequestId = id, Timeout = timeout });
        if (result != EnqueueResult.Queued)
        {
            _requests.TryTake(id, out _);
        }

        return result;
    }

    /// <summary>Seals what windows and the link's queue allow, acknowledgements and failures first.</summary>
    public void Flush(DateTimeOffset now, List<ChannelEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        if (_closed || _isSuspended)
        {
            Schedule(effects);
            return;
        }

        if (_outbound[(int)Lane.Control].Exhausted)
        {
            effects.Add(new ChannelEffect.Fatal(nameof(RecordVerdict.Exhausted)));
            return;
        }

        if (_announceSession)
        {
            _announceSession = false;
            _control.SendResume(_memory.Resume, effects);
        }

        if (!_keys.Renew(_session!, now, effects))
        {
            return;
        }

        if (_memory.IsKnown)
        {
            FlushControl(now, effects);
            _signals.Flush(_session!.Sealer(Lane.Control), now, effects);
            FlushLanes(effects);
        }

        Schedule(effects);
    }

    private void FlushLanes(List<ChannelEffect> effects)
    {
        for (var lane = 1; lane < Lanes.Count; lane++)
        {
            var frames = new List<ReadOnlyMemory<byte>>();
            var bytes = _outbound[lane].Flush(frames);
            if (frames.Count > 0)
            {
                effects.Add(new ChannelEffect.SendFrames((Lane)lane, frames, bytes));
            }

            if (_outbound[lane].TakeReady())
            {
                effects.Add(new ChannelEffect.LaneReady((Lane)lane));
            }

            if (_outbound[lane].Exhausted)
            {
                effects.Add(new ChannelEffect.Fatal(nameof(RecordVerdict.Exhausted)));
            }
        }
    }

    /// <summary>The link wrote this much of a lane.</summary>
    public void RecordsWritten(Lane lane, int bytes)
    {
        if (lane == Lane.Control)
        {
            _signals.RecordsWritten(bytes);
        }
        else
        {
            _outbound[(int)lane].RecordsWritten(bytes);
        }
    }

    /// <summary>Opens frames of this session. A Fatal effect is the last one and closes nothing by itself.</summary>
    public void Receive(IReadOnlyList<Frame> frames, DateTimeOffset now, List<ChannelEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(effects);
        Span<bool> touched = stackalloc bool[Lanes.Count];
        foreach (var frame in frames)
        {
            if (_closed || _isSuspended)
            {
                return;
            }

            var lane = _inbound[(int)frame.Header.Lane];
            touched[(int)frame.Header.Lane] = true;
            var fatal = lane.Open(frame, out var plaintext)
                ?? _entries.Read(frame.Header, plaintext, now, _messages, _memory.Failures.Waiting, effects);
            if (fatal is not null)
            {
                // What was opened before is authentic, and the far side will not send it again.
                HandOver(touched, now, effects);
                effects.Add(new ChannelEffect.Fatal(fatal));
                return;
            }
        }

        if (_inbound[(int)Lane.Control].OwesAcknowledgement)
        {
            _acknowledgeAt ??= now + _settings.AckDelay;
        }

        HandOver(touched, now, effects);
    }

    /// <summary>A unicast or request of the far side failed here: tell it before its batch is acknowledged.</summary>
    public void Fail(Lane lane, EntryKind kind, ulong id, ChannelFailure reason) =>
        _memory.Failures.Waiting.Add(new FailureEntry(kind, lane, id, reason));

    /// <summary>The messages of a batch were handled: their bytes return to the far side's window.</summary>
    public void Acknowledge(BatchToken token, DateTimeOffset now)
    {
        var lane = _inbound[(int)token.Lane];
        lane.Complete(token);
        if (lane.OwesAcknowledgement)
        {
            _acknowledgeAt ??= now + _settings.AckDelay;
        }
    }

    /// <summary>Call at or after the time of the last Schedule effect.</summary>
    public void TimerFired(DateTimeOffset now, List<ChannelEffect> effects)
    {
        _scheduledAt = null;
        if (Array.Exists(_inbound, lane => lane.Reassembly.IsUnderWay && lane.Reassembly.Deadline <= now))
        {
            effects.Add(new ChannelEffect.Fatal("ReassemblyTimedOut"));
            return;
        }

        _requests.Expire(now, effects);
        Flush(now, effects);
    }

    /// <summary>No session follows: everything pending gets its outcome.</summary>
    /// <param name="effects">Receives the outcomes.</param>
    /// <param name="reason">Of what never left. What left and was not acknowledged is <see cref="ChannelFailure.DeliveryUnknown"/>.</param>
    public void Close(List<ChannelEffect> effects, ChannelFailure reason = ChannelFailure.PeerDown)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        foreach (var lane in _outbound)
        {
            lane.FailAll(reason, effects);
        }

        _signals.FailAll(reason, effects);
        _requests.FailAll(reason, effects);
        Dispose();
    }

    /// <summary>Erases the session's keys and returns reassembly memory.</summary>
    public void Dispose()
    {
        _closed = true;
        foreach (var lane in _inbound)
        {
            lane.Dispose();
        }

        _session?.Dispose();
    }

    private void HandOver(ReadOnlySpan<bool> touched, DateTimeOffset now, List<ChannelEffect> effects)
    {
        if (_messages.FindAll(static message => message.Kind == EntryKind.Signal) is { Count: > 0 } signals)
        {
            effects.Add(new ChannelEffect.Signalled(signals));
        }

        for (var lane = 1; lane < Lanes.Count; lane++)
        {
            if (!touched[lane])
            {
                continue;
            }

            var token = _inbound[lane].TakeToken((Lane)lane);
            var messages = _messages.FindAll(message => message.Lane == (Lane)lane);
            if (messages.Count > 0)
            {
                effects.Add(new ChannelEffect.Received(token, messages));
            }
            else
            {
                Acknowledge(token, now);
            }
        }

        _messages.Clear();
        Schedule(effects);
    }

    private void FlushControl(DateTimeOffset now, List<ChannelEffect> effects)
    {
        // Whoever never acknowledges failures gets no window for more messages that fail.
        var isBehind = _memory.Failures.IsBehind;
        var due = _announceWindows || (_acknowledgeAt is { } at && at <= now) || Array.Exists(_inbound, lane => lane.OwesAcknowledgementNow);
        for (var lane = 0; due && lane < Lanes.Count; lane++)
        {
            var mustWait = isBehind && lane > 0;
            if (!mustWait && ((_announceWindows && lane > 0) || _inbound[lane].OwesAcknowledgement))
            {
                _control.Acknowledge((Lane)lane, _inbound[lane].TakeProgress());
            }
        }

        if (due)
        {
            _announceWindows &= isBehind;
            _acknowledgeAt = isBehind ? now + _settings.AckDelay : null;
        }

        _control.Flush(effects);
    }

    private void Schedule(List<ChannelEffect> effects)
    {
        // What cannot be sent now has no time: its session brings it along.
        var next = Earlier(_requests.NextDeadline, _isSuspended || !_memory.IsKnown ? null : _acknowledgeAt);
        next = Earlier(next, _isSuspended || !_memory.IsKnown ? null : _signals.DueAt);
        next = Earlier(next, _session?.RenewAt);
        foreach (var lane in _inbound)
        {
            next = Earlier(next, lane.Reassembly.IsUnderWay ? lane.Reassembly.Deadline : null);
        }

        if (next is { } at && (_scheduledAt is null || at < _scheduledAt))
        {
            _scheduledAt = at;
            effects.Add(new ChannelEffect.Schedule(at));
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;
}
