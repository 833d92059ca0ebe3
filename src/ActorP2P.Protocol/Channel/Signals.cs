using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// Small messages of modules in the control lane, such as heartbeats: written before all payload, at most once, and not
/// numbered, so what a lost session did not bring over is gone. The lane has no window; the size, the rate and the number that
/// wait are bounded instead, at both ends.
/// </summary>
internal sealed class Signals
{
    /// <summary>Longest entry behind its header: type and payload.</summary>
    public const int MaxEntryBytes = 1024;

    /// <summary>Signals that may wait.</summary>
    public const int MaxWaiting = 64;

    /// <summary>Bytes of the control lane that the link may hold unwritten before the next signal.</summary>
    public const int MaxInLinkBytes = 16 * 1024;

    /// <summary>What a far side may send for long, and at once: a hundred modules that beat twice a second.</summary>
    public const int MaxPerSecond = 256;

    /// <summary>Twice what an honest sender can have waiting anywhere while the link stalls.</summary>
    public const int MaxBurst = 512;

    private readonly Queue<OutboundMessage> _waiting = [];
    private TokenBucket? _inbound;
    private TokenBucket? _outbound;
    private int _inLinkBytes;
    private bool _refused;

    /// <summary>When the next one that waits may go; null when none does, or a write is awaited.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    public EnqueueResult Enqueue(OutboundMessage message)
    {
        if (EntryCodec.PrefixLengthBytes(message) - EntryCodec.HeaderLengthBytes + (long)message.Head.Length + message.Payload.Length > MaxEntryBytes)
        {
            return EnqueueResult.TooLarge;
        }

        if (_waiting.Count >= MaxWaiting)
        {
            _refused = true;
            return EnqueueResult.Busy;
        }

        _waiting.Enqueue(message);
        return EnqueueResult.Queued;
    }

    /// <summary>Seals what may go now, a record each.</summary>
    public void Flush(RecordSealer sealer, DateTimeOffset now, List<ChannelEffect> effects)
    {
        var bucket = _outbound ?? new TokenBucket(MaxPerSecond, MaxPerSecond, now);
        DueAt = null;
        while (_waiting.TryPeek(out var message) && !sealer.Exhausted && _inLinkBytes < MaxInLinkBytes)
        {
            if (!bucket.TryTake(1, now))
            {
                DueAt = now + bucket.UntilOne(now);
                break;
            }

            var frame = Seal(_waiting.Dequeue(), sealer);
            _inLinkBytes += frame.Length;
            effects.Add(new ChannelEffect.SendFrames(Lane.Control, [frame], frame.Length));
        }

        _outbound = bucket;
        if (_refused && _waiting.Count <= MaxWaiting / 2)
        {
            _refused = false;
            effects.Add(new ChannelEffect.LaneReady(Lane.Control));
        }
    }

    /// <summary>Other control records are reported as well; they were never counted.</summary>
    public void RecordsWritten(int bytes) => _inLinkBytes = Math.Max(0, _inLinkBytes - bytes);

    /// <summary>Another session begins: its link holds nothing yet.</summary>
    public void Restart() => _inLinkBytes = 0;

    /// <summary>False for one more than a far side may send; it is dropped.</summary>
    public bool Admits(DateTimeOffset now)
    {
        var bucket = _inbound ?? new TokenBucket(MaxPerSecond, MaxBurst, now);
        var isAdmitted = bucket.TryTake(1, now);
        _inbound = bucket;
        return isAdmitted;
    }

    public void FailAll(ChannelFailure reason, List<ChannelEffect> effects)
    {
        effects.AddRange(_waiting.Where(static message => message.Context is not null).Select(message => new ChannelEffect.Failed(message.Context!, reason)));
        _waiting.Clear();
    }

    private static byte[] Seal(OutboundMessage message, RecordSealer sealer)
    {
        var plaintextBytes = EntryCodec.PrefixLengthBytes(message) + message.Head.Length + message.Payload.Length;
        var buffer = GC.AllocateUninitializedArray<byte>(FrameHeader.LengthBytes + plaintextBytes + sealer.OverheadBytes);
        var prefix = EntryCodec.WritePrefix(message, buffer.AsSpan(FrameHeader.LengthBytes));
        message.Head.Span.CopyTo(buffer.AsSpan(FrameHeader.LengthBytes + prefix));
        message.Payload.Span.CopyTo(buffer.AsSpan(FrameHeader.LengthBytes + prefix + message.Head.Length));
        sealer.SealInPlace(buffer, plaintextBytes, FrameFlags.None, 0);
        return buffer;
    }
}
