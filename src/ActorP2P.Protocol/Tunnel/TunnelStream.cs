using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>
/// A reliable, ordered stream of frames over packets that relays may lose, double, reorder and swallow. It lets a link's
/// machinery run between two nodes that have no link, and notices when the way between them does not work.
/// Pure: its owner seals and opens segments, sends them, and wakes it at <see cref="NextTimer"/>.
/// </summary>
public sealed class TunnelStream
{
    /// <summary>Most bytes of the stream in one packet; our guess: an AEAD call costs little beside it, a lost one too.</summary>
    public const int MaxSegmentBytes = 16 * 1024;

    /// <summary>Bytes that a segment adds.</summary>
    public const int SegmentOverheadBytes = TunnelSegment.HeaderLengthBytes;

    /// <summary>An acknowledgement waits this long for data to ride on; far below the least retransmission timeout.</summary>
    private static readonly TimeSpan AckDelay = TimeSpan.FromMilliseconds(10);

    // Our acknowledgements seem not to arrive: the far side sends again what we have.
    private const int RepeatsToStall = 3;

    private readonly TunnelSender _sender;
    private readonly TunnelReceiver _receiver;
    private readonly List<Frame> _frames = [];
    private DateTimeOffset? _acknowledgeAt;
    private ulong _acknowledged;
    private int _unacknowledged;
    private int _repeats;
    private bool _toldEnd;

    /// <summary>Begins at position 0 in both directions.</summary>
    /// <param name="segmentBytes">Bytes of the stream in one segment, 1 to <see cref="MaxSegmentBytes"/>.</param>
    /// <param name="maxBodyBytes">Longest body of a frame that is taken.</param>
    public TunnelStream(int segmentBytes, int maxBodyBytes)
    {
        _sender = new TunnelSender(segmentBytes);
        _receiver = new TunnelReceiver(maxBodyBytes);
    }

    /// <summary>Bytes written that are in no segment yet.</summary>
    public long WaitingBytes => _sender.WaitingBytes;

    /// <summary>True once the far side has acknowledged the end of what was written.</summary>
    public bool IsDone => _sender.IsDone;

    /// <summary>When <see cref="TimerFired"/> is to be called; null for not at all.</summary>
    public DateTimeOffset? NextTimer => _sender.Deadline is { } deadline && !(_acknowledgeAt < deadline) ? deadline : _acknowledgeAt;

    /// <summary>Appends bytes; <see cref="Flush"/> sends them.</summary>
    public void Write(ReadOnlyMemory<byte> bytes) => _sender.Write(bytes);

    /// <summary>Nothing follows.</summary>
    public void End() => _sender.End();

    /// <summary>Stops taking, or goes on; the far side waits meanwhile.</summary>
    public void SetReading(bool enabled, List<TunnelStreamEffect> effects)
    {
        if (_receiver.IsReading == enabled)
        {
            return;
        }

        _receiver.IsReading = enabled;
        Deliver(effects);
        Acknowledge(effects);
    }

    /// <summary>Sends what may go now.</summary>
    public void Flush(DateTimeOffset now, List<TunnelStreamEffect> effects) => Send(_sender.Take(now), effects);

    /// <summary>An authentic segment of the far side.</summary>
    public void Receive(ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<TunnelStreamEffect> effects)
    {
        if (!TunnelSegment.TryDecode(bytes, out var segment))
        {
            effects.Add(new TunnelStreamEffect.Fatal("malformed-segment"));
            return;
        }

        // One that was overtaken knows less than what is known: it must not give room back, or ask for it.
        if (segment.Next >= _acknowledged)
        {
            if (!_sender.Acknowledge(segment.Next, segment.Later, segment.Room, now, out var progressed))
            {
                effects.Add(new TunnelStreamEffect.Fatal("acknowledged-unsent"));
                return;
            }

            _acknowledged = segment.Next;
            if (progressed)
            {
                effects.Add(new TunnelStreamEffect.Progressed());
            }

            Send(_sender.TakeLost(segment.Next, segment.Later, now), effects);
        }

        if (segment.HasData)
        {
            Take(segment, now, effects);
        }

        Flush(now, effects);
    }

    /// <summary>Retransmits and acknowledges what is due.</summary>
    public void TimerFired(DateTimeOffset now, List<TunnelStreamEffect> effects)
    {
        if (_acknowledgeAt <= now)
        {
            Acknowledge(effects);
        }

        Send(_sender.TimeOut(now, out var stalled), effects);
        if (stalled)
        {
            effects.Add(new TunnelStreamEffect.Stalled());
        }
    }

    /// <summary>The packets take another way: what is under way goes again at once, and an acknowledgement with it.</summary>
    public void Resend(DateTimeOffset now, List<TunnelStreamEffect> effects)
    {
        _repeats = 0;
        Send(_sender.Resend(now), effects);
        Acknowledge(effects);
    }

    /// <summary>A relay was busy: less is sent until acknowledgements bring the pace back.</summary>
    public void RelayWasBusy() => _sender.Shrink();

    private void Take(in TunnelSegment segment, DateTimeOffset now, List<TunnelStreamEffect> effects)
    {
        var isNext = segment.Number == _receiver.Next;
        if (!_receiver.Take(segment))
        {
            Acknowledge(effects);
            if (segment.Number < _receiver.Next && ++_repeats == RepeatsToStall)
            {
                effects.Add(new TunnelStreamEffect.Stalled());
            }

            return;
        }

        if (isNext)
        {
            _repeats = 0;
        }

        Deliver(effects);
        if (!isNext || ++_unacknowledged >= 2 || !_receiver.IsReading)
        {
            Acknowledge(effects);
        }
        else
        {
            _acknowledgeAt ??= now + AckDelay;
        }
    }

    private void Deliver(List<TunnelStreamEffect> effects)
    {
        var fatal = _receiver.Cut(_frames);
        if (_frames.Count > 0)
        {
            effects.Add(new TunnelStreamEffect.Received(_frames.ToArray()));
            _frames.Clear();
        }

        if (fatal is not null)
        {
            effects.Add(new TunnelStreamEffect.Fatal(fatal));
        }
        else if (_receiver.HasEnded && !_toldEnd)
        {
            _toldEnd = true;
            effects.Add(new TunnelStreamEffect.Ended());
        }
    }

    private void Acknowledge(List<TunnelStreamEffect> effects)
    {
        Noted();
        effects.Add(new TunnelStreamEffect.Send(Segment(TunnelSegmentFlags.None, 0, default)));
    }

    private void Send(IEnumerable<(TunnelSegmentFlags Flags, ulong Number, byte[] Data)> segments, List<TunnelStreamEffect> effects)
    {
        foreach (var (flags, number, data) in segments)
        {
            Noted();
            effects.Add(new TunnelStreamEffect.Send(Segment(flags, number, data)));
        }
    }

    private void Noted()
    {
        _acknowledgeAt = null;
        _unacknowledged = 0;
    }

    private byte[] Segment(TunnelSegmentFlags flags, ulong number, ReadOnlyMemory<byte> data) =>
        new TunnelSegment(flags, number, _receiver.Next, _receiver.Later, _receiver.Room, data).Encode();
}
