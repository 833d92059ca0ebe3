using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tunnel;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The outgoing half of a link: one write at a time, each as full as <c>link.max-write-bytes</c> allows, with the
/// link's own control entries first, then the lanes by their weights. Peers are told what was written of theirs.
/// </summary>
/// <remarks>
/// Bounded by what its users may have waiting: each peer holds back at <c>link.lane-queue-bytes</c> a lane,
/// topology bytes and tunnel packets are refused beyond the same mark, control entries coalesce. Peers' control records answer what
/// the remote sends and cannot be held back: beyond the same mark the link is over (<see cref="IsOverrun"/>).
/// </remarks>
internal sealed class LinkWriter
{
    /// <summary>Plaintext of one control record; longer lists of entries take several.</summary>
    private const int ControlRecordBytes = 512;

    private readonly ITransportConnection _connection;
    private readonly LinkSettings _settings;
    private readonly IActorRef _tunnels;
    private readonly Queue<RelayQuota> _tunnelQuotas = [];
    private readonly LaneScheduler<IActorRef> _scheduler;
    private readonly List<TakenFrame<IActorRef>> _inFlight = [];
    private readonly List<ReadOnlyMemory<byte>> _handshakeFrames = [];
    private readonly List<ReadOnlyMemory<byte>> _keyFrames = [];
    private NamespaceSession? _session;
    private long _topologyBytes;
    private long _tunnelBytes;
    private string? _goodbye;
    private bool _goodbyeQueued;
    private bool _writing;

    public LinkWriter(ITransportConnection connection, LinkSettings settings, IActorRef tunnels)
    {
        _tunnels = tunnels;
        _connection = connection;
        _settings = settings;
        _scheduler = new LaneScheduler<IActorRef>(settings.LaneWeights);
    }

    /// <summary>The link's own entries that wait for the next write.</summary>
    public ControlOutbox Control { get; } = new();

    /// <summary>True once the goodbye and all before it went to the transport.</summary>
    public bool IsFinished => _goodbyeQueued && !_writing && Control.IsEmpty && _scheduler.IsEmpty;

    /// <summary>True when the link's own keys have sealed all they may: the link must end.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>True when the remote makes us answer and does not read the answers: the link must end.</summary>
    public bool IsOverrun => _scheduler.QueuedBytes(Lane.Control) > _settings.LaneQueueBytes;

    /// <summary>Bytes that wait for the next write, of all lanes.</summary>
    public long QueuedBytes
    {
        get
        {
            var bytes = 0L;
            for (var lane = 0; lane < Lanes.Count; lane++)
            {
                bytes += _scheduler.QueuedBytes((Lane)lane);
            }

            return bytes;
        }
    }

    /// <summary>Queues a handshake frame.</summary>
    public void SendHandshake(ReadOnlyMemory<byte> frame)
    {
        _handshakeFrames.Add(frame);
        Pump();
    }

    /// <summary>The handshake is done: from now on there are records.</summary>
    public void Open(NamespaceSession linkSession) => _session = linkSession;

    /// <summary>Carries the change of the link's own keys on.</summary>
    /// <returns>Why the link must end, or null.</returns>
    public RekeyFailure? RenewKeys(DateTimeOffset now) => _session?.Renew(now, _keyFrames);

    /// <summary>Queues a peer's sealed frames.</summary>
    public void SendRecords(IActorRef peer, Lane lane, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            _scheduler.Enqueue(lane, frames[i], peer);
        }

        Pump();
    }

    /// <summary>Queues topology bytes, in as many records as they need. False when too many wait.</summary>
    public bool SendTopology(ReadOnlyMemory<byte> bytes)
    {
        var sealer = Sealer(Lane.Gossip);
        if (sealer is null || _topologyBytes + bytes.Length > _settings.LaneQueueBytes)
        {
            return false;
        }

        var overhead = FrameHeader.LengthBytes + LinkEntries.TopologyOverheadBytes + sealer.OverheadBytes;
        do
        {
            var part = bytes[..Math.Min(bytes.Length, _settings.MaxFrameBytes - overhead)];
            bytes = bytes[part.Length..];
            var buffer = new byte[overhead + part.Length];
            var kind = bytes.IsEmpty ? LinkEntryKind.Topology : LinkEntryKind.TopologyPart;
            var length = LinkEntries.Write(new LinkEntry(kind, 0, part), buffer.AsSpan(FrameHeader.LengthBytes));
            _scheduler.Enqueue(Lane.Gossip, sealer.SealInPlace(buffer, length, FrameFlags.None, 0), ActorRefs.Nobody);
            _topologyBytes += buffer.Length;
        }
        while (!bytes.IsEmpty && Sealer(Lane.Gossip) is not null);
        Pump();
        return true;
    }

    /// <summary>Queues a packet for a node behind the remote. False when too many wait.</summary>
    public bool SendTunnel(Link.SendTunnel send)
    {
        if (Sealer(Lane.Request) is not { } sealer || _tunnelBytes + send.Encoded.Length > _settings.LaneQueueBytes)
        {
            return false;
        }

        var buffer = new byte[FrameHeader.LengthBytes + LinkEntries.TopologyOverheadBytes + send.Encoded.Length + sealer.OverheadBytes];
        var length = LinkEntries.Write(new LinkEntry(LinkEntryKind.Tunnel, 0, send.Encoded), buffer.AsSpan(FrameHeader.LengthBytes));
        buffer[FrameHeader.LengthBytes + LinkEntries.TopologyOverheadBytes + TunnelPacket.HopsOffset] = send.HopsLeft;
        _scheduler.Enqueue(Lane.Request, sealer.SealInPlace(buffer, length, FrameFlags.None, 0), _tunnels);
        _tunnelQuotas.Enqueue(send.Quota with { Bytes = send.Encoded.Length });
        _tunnelBytes += send.Encoded.Length;
        Pump();
        return true;
    }

    /// <summary>Says goodbye after everything that waits.</summary>
    public void Finish(string reason)
    {
        _goodbye ??= reason;
        Pump();
    }

    /// <summary>The transport took the last write.</summary>
    public void Written()
    {
        _writing = false;
        TellOwners();
        Pump();
    }

    /// <summary>Starts the next write when none is outstanding and something waits.</summary>
    public void Pump()
    {
        if (_writing || IsIdle)
        {
            return;
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        frames.AddRange(_handshakeFrames);
        _handshakeFrames.Clear();
        if (_session is not null)
        {
            // Sealed before anything that waits below.
            frames.AddRange(_keyFrames);
            _keyFrames.Clear();
            TakeControl(frames);
            _scheduler.Take(_settings.MaxWriteBytes, frames, _inFlight);
            if (_goodbye is not null && frames.Count == 0 && !_goodbyeQueued)
            {
                _goodbyeQueued = true;
                Control.Goodbye(_goodbye);
                TakeControl(frames);
            }
        }

        if (frames.Count > 0)
        {
            _writing = true;
            _connection.Write(frames);
        }
    }

    private bool IsIdle =>
        _handshakeFrames.Count == 0 && _keyFrames.Count == 0 && Control.IsEmpty && _scheduler.IsEmpty && (_goodbye is null || _goodbyeQueued);

    private void TakeControl(List<ReadOnlyMemory<byte>> frames)
    {
        // Most of these are beats of one byte.
        Span<byte> entries = stackalloc byte[ControlRecordBytes];
        while (!Control.IsEmpty && Sealer(Lane.Control) is { } sealer)
        {
            var length = Control.Take(entries);
            var buffer = new byte[FrameHeader.LengthBytes + length + sealer.OverheadBytes];
            entries[..length].CopyTo(buffer.AsSpan(FrameHeader.LengthBytes));
            frames.Add(sealer.SealInPlace(buffer, length, FrameFlags.None, 0));
        }
    }

    private RecordSealer? Sealer(Lane lane)
    {
        var sealer = _session?.Sealer(lane);
        IsExhausted |= sealer is { Exhausted: true };
        return IsExhausted ? null : sealer;
    }

    private void TellOwners()
    {
        Span<int> bytesOfLane = stackalloc int[Lanes.Count];
        TellTunnels();
        for (var first = 0; first < _inFlight.Count; first++)
        {
            var owner = _inFlight[first].Owner;
            if (owner is null)
            {
                continue;
            }

            bytesOfLane.Clear();
            for (var i = first; i < _inFlight.Count; i++)
            {
                if (owner.Equals(_inFlight[i].Owner))
                {
                    bytesOfLane[(int)_inFlight[i].Lane] += _inFlight[i].Bytes;
                    _inFlight[i] = default;
                }
            }

            Tell(owner, bytesOfLane);
        }

        _inFlight.Clear();
    }

    // The packets of a link are written in the order in which they were queued, whoever their origins are.
    private void TellTunnels()
    {
        List<RelayQuota>? sent = null;
        for (var i = 0; i < _inFlight.Count; i++)
        {
            if (!_tunnels.IsNobody() && _tunnels.Equals(_inFlight[i].Owner))
            {
                var quota = _tunnelQuotas.Dequeue();
                _tunnelBytes -= quota.Bytes;
                (sent ??= []).Add(quota);
                _inFlight[i] = default;
            }
        }

        if (sent is not null)
        {
            _tunnels.Tell(new TunnelRouter.PacketsSent(sent), ActorRefs.NoSender);
        }
    }

    private void Tell(IActorRef owner, ReadOnlySpan<int> bytesOfLane)
    {
        for (var lane = 0; lane < bytesOfLane.Length; lane++)
        {
            if (bytesOfLane[lane] == 0)
            {
                continue;
            }

            if (owner.IsNobody())
            {
                _topologyBytes -= bytesOfLane[lane];
            }
            else
            {
                owner.Tell(new Peer.RecordsWritten((Lane)lane, bytesOfLane[lane]), ActorRefs.NoSender);
            }
        }
    }
}
