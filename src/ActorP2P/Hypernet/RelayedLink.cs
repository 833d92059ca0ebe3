using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tunnel;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// A tunnel to one node without a link: the handshake and the stream through relays, and above them a <see cref="Link"/>
/// as on a connection. Namespaces, peers and modules see no difference.
/// <code>
/// idle ──Open, Hello──▶ shaking hands ──proven──▶ streaming ──link over──▶ draining ──▶ stopped
///                            └── unanswered, no way ───────────────────────────────────▶ stopped
/// </code>
/// A new handshake, of either side, replaces the stream only when it is proven.
/// </summary>
/// <remarks>It never restarts: its keys end with it. The router stops it on any failure, and what waits opens another.</remarks>
internal sealed partial class RelayedLink : UntypedActor, IWithTimers
{
    /// <summary>What a packet, its record and its frame add to a segment; rounded up.</summary>
    private const int PacketOverheadBytes = 512;

    /// <summary>A direct link gets its sessions within this time; then the tunnel is in nobody's way. Our guess.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(2);

    private readonly NodeEnvironment _environment;
    private readonly NodeId _remote;
    private readonly TunnelHandshake _handshake;
    private readonly SentProofs _proofs = new();
    private readonly List<TunnelHandshakeEffect> _handshakeEffects = [];
    private readonly List<TunnelStreamEffect> _streamEffects = [];
    private IReadOnlyList<Hypernet.SlotEntry> _slots;
    private TunnelStreamHost? _stream;
    private TrustState _trust;
    private DateTimeOffset? _tickAt;
    private long _streams;
    private string _endReason = "closed";
    private bool _hasStalled;
    private bool _isOver;

    public RelayedLink(NodeEnvironment environment, NodeId remote, IReadOnlyList<Hypernet.SlotEntry> slots)
    {
        _environment = environment;
        _remote = remote;
        _slots = slots;
        _trust = environment.Trust.Current;
        _handshake = new TunnelHandshake(Parameters, environment.Settings.Routing.OpenTimeout);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

    // As certificates and statements are dated.
    private DateTimeOffset Date => _environment.Time.GetUtcNow();

    private HandshakeParameters Parameters => LinkHandshake.Parameters(_environment, null, _remote) with { IsTunnel = true };

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(JudgeIdleness), JudgeIdleness.Instance, _environment.Settings.Routing.IdleTimeout / 4);

        // A Hello that nobody follows up leaves nothing behind.
        Timers.StartSingleTimer(nameof(DrainTimeout), new DrainTimeout(0), _environment.Settings.Routing.OpenTimeout * 2);
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _handshake.Dispose();
        _stream?.Dispose();
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        FollowTrust();
        switch (message)
        {
            case PacketReceived m:
                Take(m);
                break;
            case Tick:
                _tickAt = null;
                TickNow();
                break;
            case StreamWrite m when m.Id == _stream?.Connection.Id:
                _stream.Write(m.Frames, Now);
                _stream.Core.Flush(Now, _streamEffects);
                break;
            case StreamReading m when m.Id == _stream?.Connection.Id:
                _stream.Core.SetReading(m.Enabled, _streamEffects);
                break;
            case StreamStarted m when m.Id == _stream?.Connection.Id:
                _stream.IsStarted = true;
                _stream.Core.SetReading(true, _streamEffects);
                break;
            case StreamClosed m when m.Id == _stream?.Connection.Id:
                Drain();
                break;
            case StreamWrite or StreamReading or StreamStarted or StreamClosed:
                break;
            case Refused m:
                HandleRefusal(m);
                break;
            case WayChanged:
                _proofs.Clear();
                _handshake.Resend(Now, _handshakeEffects);
                _stream?.Core.Resend(Now, _streamEffects);
                break;
            default:
                Manage(message);
                break;
        }

        Perform();
        Schedule();
    }

    private void Manage(object message)
    {
        switch (message)
        {
            case Open:
                Timers.Cancel(nameof(Superseded));
                if (_stream is null or { IsClosing: true })
                {
                    _handshake.Start(Now, _handshakeEffects);
                }

                break;
            case UseSlots m:
                _slots = m.Slots;
                if (_stream is { IsClosing: false, IsProven: true })
                {
                    _stream.Link.Tell(new Link.OfferSlots(_slots));
                }

                break;
            case Superseded:
                Timers.StartSingleTimer(nameof(Superseded), new Close("direct-link"), Overlap);
                break;
            case Close m:
                CloseLink(m.Reason);
                break;
            case NoWay:
                Fail("no-way");
                break;
            case JudgeIdleness:
                JudgeUse();
                break;
            case DrainTimeout m:
                if (m.Id == (_stream?.Connection.Id ?? 0))
                {
                    Fail(_stream is null ? "unanswered" : _endReason);
                }

                break;
            default:
                Follow(message);
                break;
        }
    }

    // What Hypernet would do for a link of its own; there is one stream, so nothing is to be chosen.
    private void Follow(object message)
    {
        switch (message)
        {
            case Hypernet.HandshakeDone m when m.LinkId == _stream?.Connection.Id:
                if (_environment.Successions.IsGivenUp(_remote, Date))
                {
                    CloseLink(Link.IdentityGivenUp);
                }
                else if (_environment.Trust.Identity.Id < _remote)
                {
                    _stream.Link.Tell(Link.Confirm.Instance);
                    _stream.Link.Tell(new Link.OfferSlots(_slots));
                }

                break;
            case Hypernet.RemoteConfirmed m when m.LinkId == _stream?.Connection.Id:
                _stream.Link.Tell(new Link.OfferSlots(_slots));
                break;
            case Hypernet.SuccessionTaken:
                Context.Parent.Tell(message);
                break;
            case Hypernet.LinkEnded m when m.LinkId == _stream?.Connection.Id:
                _endReason = m.Reason;
                Drain();
                break;
            case Terminated m when m.ActorRef.Equals(_stream?.Link):
                Drain();
                break;
            case Hypernet.HandshakeDone or Hypernet.HandshakeFailed or Hypernet.RemoteConfirmed or Hypernet.ProbeAnswered or Hypernet.LinkEnded or Terminated:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(PacketReceived received)
    {
        if (received.Kind != TunnelPacketKind.Sealed)
        {
            _handshake.Handle(received.Kind, received.Body, Now, _handshakeEffects, Date);
            return;
        }

        if (_stream is null)
        {
            _environment.Counters.Add("tunnel.dropped.unproven");
            return;
        }

        var verdict = _stream.Cipher.Open(received.Body, out var segment);
        if (verdict != TunnelVerdict.Opened)
        {
            // Anybody on the way, or none, may have sent it.
            _environment.Counters.Add("tunnel.dropped." + ReasonName.Of(verdict));
            return;
        }

        if (!_stream.IsProven)
        {
            _stream.IsProven = true;
            _handshake.Confirmed();
        }

        _stream.Core.Receive(segment, Now, _streamEffects);
    }

    private void HandleRefusal(Refused refused)
    {
        if (!_proofs.TryTake(refused.Proof.Span))
        {
            _environment.Counters.Add("tunnel.dropped.forged-refusal");
            return;
        }

        _environment.Counters.Add("tunnel.refused-by-relay." + ReasonName.Of(refused.Reason));
        if (refused.Reason == TunnelRefusal.RelayBusy)
        {
            _stream?.Core.RelayWasBusy();
        }
        else
        {
            // One word about one way: with a word about each packet under way a single liar would have all ways left in turn.
            _proofs.Clear();
            Context.Parent.Tell(new TunnelRouter.WayFails(_remote));
        }
    }

    private void TickNow()
    {
        var now = Now;
        if (_handshake.NextTimer <= now)
        {
            _handshake.TimerFired(now, _handshakeEffects);
        }

        if (_stream?.Core.NextTimer <= now)
        {
            _stream.Core.TimerFired(now, _streamEffects);
        }
    }

    private void Begin(PairSession session)
    {
        if (IsRefused(session))
        {
            return;
        }

        Replace();
        var settings = _environment.Settings.Link;
        var cipher = session.TunnelCipher(_environment.Trust.Identity.Id);
        var core = new TunnelStream(
            Math.Min(TunnelStream.MaxSegmentBytes, settings.MaxFrameBytes - PacketOverheadBytes), settings.MaxFrameBytes - FrameHeader.LengthBytes);
        core.SetReading(false, []);
        var (environment, self) = (_environment, Self);
        var connection = new TunnelConnection(++_streams, "relayed:" + _remote.ShortId, self);
        var link = Context.Watch(Context.ActorOf(RuntimeProps.Of(() => new Link(environment, connection, session, self)), "link-" + _streams));
        _stream = new TunnelStreamHost(connection, cipher, core, link) { IsProven = !session.WeInitiated };
        _stream.Begin(Now);
        Timers.Cancel(nameof(DrainTimeout));
        _environment.Counters.Add("tunnel.up");
    }

    private void Replace()
    {
        if (_stream is { } former)
        {
            former.Dispose();
            _stream = null;
            if (!former.IsClosing)
            {
                former.Connection.Closed(TransportFailureReason.ClosedByRemote, "replaced by a newer handshake");
            }
        }
    }

    /// <summary>The link above is told that its connection is gone; it answers with its end.</summary>
    private void End(string reason)
    {
        if (_stream is { IsClosing: false } stream)
        {
            _endReason = reason;
            if (stream.IsStarted)
            {
                stream.Connection.Closed(TransportFailureReason.ClosedByRemote, reason);
            }
            else
            {
                Context.Stop(stream.Link);
            }
        }
    }

    private void Drain()
    {
        if (_stream is { IsClosing: false } stream)
        {
            stream.End();
            stream.Core.Flush(Now, _streamEffects);
            Timers.StartSingleTimer(nameof(DrainTimeout), new DrainTimeout(stream.Connection.Id), _environment.Settings.Link.DrainTimeout);
        }
    }

    private void CloseLink(string reason)
    {
        if (_stream is { IsClosing: false } stream)
        {
            _endReason = reason;
            stream.Link.Tell(new Link.CloseLink(reason));
        }
        else if (_stream is null && !_handshake.IsUnderWay)
        {
            Fail(reason);
        }
    }

    private void JudgeUse()
    {
        if (_stream is { IsClosing: false } stream)
        {
            // Keys wear out as a link's do; here a fresh handshake takes their place, and sessions go on over it.
            if (stream.Cipher.IsWorn || Now - stream.BegunAt >= _environment.Settings.Rekey.After)
            {
                _handshake.Start(Now, _handshakeEffects);
            }

            if (Now - stream.UsedAt >= _environment.Settings.Routing.IdleTimeout)
            {
                CloseLink("idle");
            }
        }
    }

    private void Fail(string reason)
    {
        if (!_isOver)
        {
            _isOver = true;
            if (_stream is { IsClosing: false, IsStarted: true } stream)
            {
                stream.Connection.Closed(TransportFailureReason.SocketError, reason);
            }

            Context.Parent.Tell(new TunnelRouter.TunnelFailed(_remote, reason));
            Context.Stop(Self);
        }
    }

    private void Send(TunnelPacketKind kind, byte[] body)
    {
        _proofs.Add(body);
        Context.Parent.Tell(new TunnelRouter.SendPacket(_remote, kind, body));
    }

    private void Schedule()
    {
        var next = _handshake.NextTimer is { } at && !(_stream?.Core.NextTimer < at) ? at : _stream?.Core.NextTimer;
        if (!_isOver && next is { } due && (_tickAt is null || due < _tickAt))
        {
            _tickAt = due;
            var delay = due - Now;
            Timers.StartSingleTimer(nameof(Tick), Tick.Instance, delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        }
    }
}
