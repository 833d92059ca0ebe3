using System.Buffers;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// One connection to one remote node, from its handshake to its goodbye.
/// <code>
/// Handshaking ──proven──▶ Linked (unconfirmed ──Confirm──▶ confirmed) ──CloseLink──▶ Draining ──▶ stopped
///      └── refused, deadline, closed ──────────────── closed, silent, broken rule ───────────────▶ stopped
/// </code>
/// The initiator counts as proven only when the responder's first record opens: only then is it certain that the
/// responder took message 3, so no link is up on one side that the other side refused.
/// </summary>
/// <remarks>
/// It never restarts: its keys and counters end with its connection. Hypernet stops it on any failure
/// (<see cref="HypernetStrategy"/>) and the client dials again.
/// </remarks>
public sealed partial class Link : ReceiveActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private readonly ITransportConnection _connection;
    private readonly string _address;
    private readonly bool _weDialled;
    private readonly AdmissionGate _admission;
    private readonly IActorRef _hypernet;
    private readonly Parts _parts;
    private readonly PairSession? _shaken;
    private readonly ConnectionSink _sink;
    private readonly LinkHandshake _handshake;
    private readonly LinkWriter _writer;
    private readonly LinkPulse _pulse;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ArrayBufferWriter<byte> _topologyParts = new();
    private PairSession? _pair;
    private LinkSessions? _sessions;
    private bool _isProven;
    private bool _isConfirmed;
    private bool _remoteIsFinished;
    private string? _endReason;
    private DateTimeOffset _remoteCertificateEnd;

    /// <summary>Creates the link; its handshake begins with its start.</summary>
    /// <param name="environment">The node's environment.</param>
    /// <param name="connection">A connection that nobody has started yet.</param>
    /// <param name="weDialled">True when we opened it: we are the handshake's initiator.</param>
    /// <param name="address">The dialled address, or the remote endpoint of an accepted one.</param>
    /// <param name="expectedId">The node that must answer, or null.</param>
    /// <param name="listeners">Say what may be spent on an accepted connection before it is authenticated.</param>
    /// <param name="hypernet">Who decides about the link.</param>
    /// <param name="parts">Who gets what the remote sends beside records of namespaces.</param>
    public Link(
        NodeEnvironment environment,
        ITransportConnection connection,
        bool weDialled,
        string address,
        NodeId? expectedId,
        Listeners listeners,
        IActorRef hypernet,
        Parts parts)
    {
        _environment = environment;
        _connection = connection;
        _address = address;
        _weDialled = weDialled;
        _admission = listeners.Admission;
        _hypernet = hypernet;
        _parts = parts;
        _sink = new ConnectionSink(connection, Self, environment.Settings.Link.LaneQueueBytes);
        _handshake = new LinkHandshake(LinkHandshake.Parameters(environment, connection.Tls, expectedId), weDialled);
        _writer = new LinkWriter(connection, environment.Settings.Link, parts.Tunnels);
        _pulse = new LinkPulse(environment, _writer.Control);
        Handshaking();
    }

    /// <summary>A link through relays: the handshake is done, and the stream below stands for its connection.</summary>
    /// <param name="environment">The node's environment.</param>
    /// <param name="stream">A stream that nobody has started yet.</param>
    /// <param name="shaken">What the handshake through relays gave; the link disposes it.</param>
    /// <param name="owner">Who decides about the link.</param>
    public Link(NodeEnvironment environment, ITransportConnection stream, PairSession shaken, IActorRef owner)
        : this(environment, stream, shaken.WeInitiated, stream.RemoteEndpoint, shaken.RemoteId, new Listeners(environment), owner, Parts.None) => _shaken = shaken;

    /// <summary>Who gets the remote's topology bytes, and its packets for nodes without a link.</summary>
    public sealed record Parts(IActorRef Topology, IActorRef Tunnels)
    {
        /// <summary>Nobody: a link through relays carries neither.</summary>
        public static Parts None => new(ActorRefs.Nobody, ActorRefs.Nobody);

        /// <summary>Where the link notes what it carries.</summary>
        internal LinkFigures Figures { get; init; } = new();
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    // By the wall clock, as certificates and statements are dated.
    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    private DateTimeOffset Steady => _environment.Steady.Now;

    /// <inheritdoc />
    protected override void PreStart()
    {
        _connection.Start(_sink, _environment.Settings.Admission.HandshakeMaxBytes);
        Timers.StartSingleTimer(DeadlineTimer, DeadlinePassed.Instance, _environment.Settings.Admission.HandshakeTimeout);
        if (_shaken is not null)
        {
            Begin(new LinkHandshake.Step.Done(null, _shaken));
        }
        else if (_handshake.Start() is { } first)
        {
            _writer.SendHandshake(first);
        }
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        var reason = _endReason ?? "stopped";
        _sessions?.Close(reason);
        if (_endReason is null)
        {
            // Stopped from above: a goodbye goes out when no write stands in its way.
            _writer.Finish(reason);
        }

        _connection.Close();
        _handshake.Dispose();
        _pair?.Dispose();
        _hypernet.Tell(new Hypernet.LinkEnded(_connection.Id, reason));
    }

    private void Handshaking()
    {
        Receive<FramesReceived>(HandleFrames);
        Receive<BytesWritten>(HandleWritten);
        Receive<ConnectionClosed>(closed => FailHandshake(WhyClosed(closed.Failure), closed.Failure.Detail, closed.Failure.Reason == TransportFailureReason.BadFrame));
        Receive<DeadlinePassed>(_ => FailHandshake("handshake-timeout", "No complete handshake before the deadline.", refusedByUs: true));
        Receive<CloseLink>(close => FailHandshake(close.Reason, "Closed before the handshake was done.", refusedByUs: false));
    }

    private void Linked()
    {
        Receive<FramesReceived>(HandleFrames);
        Receive<BytesWritten>(HandleWritten);
        Receive<SendRecords>(HandleSend);
        Receive<SendTopology>(send =>
        {
            if (!_isConfirmed || !_writer.SendTopology(send.Bytes))
            {
                _environment.Counters.Add("link.dropped.topology-queue-full");
            }
        });
        Receive<ShowProof>(proof => _writer.SendTopology(proof.Bytes));
        Receive<SendTunnel>(HandleTunnel);
        Receive<Taken>(taken => _sink.Handled(taken.Charge));
        Receive<RecordsTaken>(taken => _sessions!.Taken(taken.SessionTag, taken.Charge));
        Receive<BeatDue>(_ => Beat());
        Receive<JudgeSilence>(_ => Judge());
        Receive<LookDue>(look => Look(look.At));
        Receive<Confirm>(_ => HandleConfirm());
        Receive<Probe>(_ => _pulse.Probe());
        Receive<OfferSlots>(offer => Perform(_sessions!.Serve(offer.Slots)));
        Receive<RenewSession>(renew => Perform(_sessions!.Renew(renew.Namespace)));
        Receive<BindSession>(HandleBind);
        Receive<Terminated>(ended => _sessions!.PeerGone(ended.ActorRef));
        Receive<StateSuccession>(state => _writer.Control.Succession(state.Statement.Encoded));
        Receive<CloseLink>(close => Drain(close.Reason));
        Receive<CutLink>(cut => Cut(cut.Reason));
        Receive<UseCertificateEnd>(end => _remoteCertificateEnd = end.NotAfter);
        Receive<ConnectionClosed>(closed => End(ReasonName.Of(closed.Failure.Reason)));
    }

    private void Draining()
    {
        Receive<FramesReceived>(received =>
        {
            HandleFrames(received);
            EndWhenDrained();
        });
        Receive<BytesWritten>(written =>
        {
            HandleWritten(written);
            EndWhenDrained();
        });
        Receive<ConnectionClosed>(_ => End(_endReason!));
        Receive<DrainTimeout>(_ => End(_endReason!));
        Receive<CutLink>(_ => End(_endReason!));
        Receive<Taken>(taken => _sink.Handled(taken.Charge));
        Receive<RecordsTaken>(taken => _sessions!.Taken(taken.SessionTag, taken.Charge));
        Receive<SendTunnel>(send => Refuse(send, "link.dropped.draining"));
        Receive<SendRecords>(_ => _environment.Counters.Add("link.dropped.draining"));
        Receive<SendTopology>(_ => _environment.Counters.Add("link.dropped.draining"));
        ReceiveAny(_ => { });
    }

    private void Begin(LinkHandshake.Step.Done done)
    {
        _pair = done.Session;
        _remoteCertificateEnd = _pair.RemoteCertificateNotAfter;
        _sessions = new LinkSessions(_pair, _environment, _writer.Control, Self, isRelayed: _shaken is not null, charge => _sink.Handled(-charge));
        _connection.SetMaxBodyBytes(_environment.Settings.Link.MaxFrameBytes - FrameHeader.LengthBytes);
        if (done.LastFrame is { } last)
        {
            _writer.SendHandshake(last);
        }

        _writer.Open(_pair.Link);
        if (!_pair.WeInitiated)
        {
            // This first record tells the initiator that its message 3 was taken.
            _writer.Control.Beat();
            Prove();
        }
    }

    private void Prove()
    {
        _isProven = true;
        var liveness = _environment.Settings.Liveness;
        Timers.Cancel(DeadlineTimer);
        Timers.StartPeriodicTimer(BeatTimer, BeatDue.Instance, liveness.BeatInterval);
        _pulse.Begin(Steady);
        StateOwnSuccessions();
        Become(Linked);
        _hypernet.Tell(new Hypernet.HandshakeDone(
            _connection.Id, _pair!.RemoteId, _pair.RemoteEpoch, _pair.WeInitiated, _pair.RemoteChain.Encoded, _pair.RemoteCertificateNotAfter));
    }

    private void HandleConfirm()
    {
        _writer.Control.Confirm();
        _isConfirmed = true;
        _writer.Pump();
    }

    private void HandleWritten(BytesWritten written)
    {
        _environment.Counters.Add("link.sent-bytes", written.Bytes);
        _parts.Figures.Sent(written.Bytes);
        _writer.Written();
        _parts.Figures.Waiting(_writer.QueuedBytes);
    }

    private void HandleSend(SendRecords send)
    {
        if (!_sessions!.IsOpen(send.SessionTag))
        {
            _environment.Counters.Add("link.dropped.session-over", send.Frames.Count);
            return;
        }

        _writer.SendRecords(Sender, send.Lane, send.Frames);
        if (_writer.IsOverrun)
        {
            End("control-overflow");
        }
    }

    private void HandleTunnel(SendTunnel send)
    {
        if (!_isConfirmed || !_writer.SendTunnel(send))
        {
            Refuse(send, "link.dropped.tunnel-queue-full");
        }
    }

    private void Refuse(SendTunnel send, string counter)
    {
        _environment.Counters.Add(counter);
        _parts.Tunnels.Tell(new TunnelRouter.NotSent(send));
    }

    private void HandleBind(BindSession bind)
    {
        if (_sessions!.Bind(bind.SessionTag, bind.Peer))
        {
            Context.Watch(bind.Peer);
        }
    }

    /// <returns>False when the link is over.</returns>
    private bool Perform(string? fatal)
    {
        if (fatal is not null)
        {
            End(fatal);
            return false;
        }

        _writer.Pump();
        return true;
    }

    private void Drain(string reason)
    {
        _endReason = reason;
        _sessions!.Close(reason);
        Timers.CancelAll();
        Timers.StartSingleTimer(DrainTimer, DrainTimeout.Instance, _environment.Settings.Link.DrainTimeout);
        Become(Draining);
        _writer.Finish(reason);
        EndWhenDrained();
    }

    // Who is trusted no more gets no time to drain: nothing that it sends from now on counts.
    private void Cut(string reason)
    {
        _writer.Finish(reason);
        End(reason);
    }

    private void EndWhenDrained()
    {
        // The remote closes when it has read our goodbye; closing first could reset what it has not read yet.
        if (_remoteIsFinished && _writer.IsFinished)
        {
            End(_endReason!);
        }
    }

    private void EndWhenExhausted()
    {
        if (_writer.IsExhausted)
        {
            End("session-exhausted");
        }
    }

    private void End(string reason)
    {
        _endReason ??= reason;
        Context.Stop(Self);
    }

    // Nobody answers a refusal. But who proved itself, has our proof and goes away without a record has refused it.
    private string WhyClosed(TransportFailure failure) =>
        _weDialled && _pair is not null && failure.Reason is (TransportFailureReason.ClosedByRemote or TransportFailureReason.SocketError)
            ? TrustReasons.RefusedByRemote
            : ReasonName.Of(failure.Reason);

    private void FailHandshake(string reason, string detail, bool refusedByUs)
    {
        _log.Debug("handshake with {0} failed: {1} ({2})", _address, reason, detail);
        _hypernet.Tell(new Hypernet.HandshakeFailed(_connection.Id, _address, reason, detail, refusedByUs));
        End(reason);
    }
}
