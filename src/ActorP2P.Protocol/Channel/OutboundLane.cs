using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// One lane's way out: a queue bounded in bytes, sealed into records as the far side's window and the link's local
/// queue allow. Nothing is dropped after sealing, so the far side sees every counter; what a lost session did not bring
/// over is sealed again by the next one.
/// </summary>
internal sealed class OutboundLane(ChannelSettings settings, int linkQueueBytes)
{
    private readonly Queue<(int Bytes, ulong EndMessages)> _unacknowledged = [];
    private readonly SentMessages _sent = new();
    private Queue<(OutboundMessage Message, int Bytes)> _queue = [];
    private RecordSealer _sealer = null!; // The channel flushes nothing before its first session.
    private long _queuedBytes;
    private long _outstandingBytes;
    private long _windowBytes = PeerChannel.InitialWindowBytes;
    private int _inLinkBytes;
    private ulong _handledByRemote;
    private byte[] _chunkPrefix = [];
    private int _chunkOffset;
    private uint _chunkIndex;
    private bool _refused;

    /// <summary>True when the key may seal no more: the link must be renewed.</summary>
    public bool Exhausted => _sealer.Exhausted;

    public long QueuedBytes => _queuedBytes;

    /// <summary>True while a message waits, or is under way and not handled.</summary>
    public bool HasUnsettled => _queue.Count > 0 || _sent.HasUnsettled;

    public EnqueueResult Enqueue(OutboundMessage message)
    {
        var bytes = (long)EntryCodec.PrefixLengthBytes(message) + message.Head.Length + message.Payload.Length;
        if (message.Head.Length + (long)message.Payload.Length > settings.MaxMessageBytes)
        {
            return EnqueueResult.TooLarge;
        }

        if (_queuedBytes >= settings.QueueBytes)
        {
            _refused = true;
            return EnqueueResult.Busy;
        }

        _queue.Enqueue((message, (int)bytes));
        _queuedBytes += bytes;
        return EnqueueResult.Queued;
    }

    /// <summary>Seals what may go now. Returns the frames' total length.</summary>
    public int Flush(List<ReadOnlyMemory<byte>> frames)
    {
        var total = 0;
        while (_queue.Count > 0 && !_sealer.Exhausted && _inLinkBytes < linkQueueBytes)
        {
            var first = _queue.Peek();
            var frame = first.Bytes > settings.MaxRecordBytes ? SealChunk(first.Message, first.Bytes) : SealBatch();
            if (frame.IsEmpty)
            {
                break;
            }

            frames.Add(frame);
            total += frame.Length;
            _inLinkBytes += frame.Length;
        }

        return total;
    }

    // What a former session handed over may still be reported.
    public void RecordsWritten(int bytes) => _inLinkBytes = Math.Max(0, _inLinkBytes - bytes);

    /// <summary>
    /// How far the far side has come. False when it claims more than was sent, or fewer messages than the records held that
    /// it claims: it would get ever more of them, and all would be kept here.
    /// </summary>
    public bool Acknowledged(in LaneProgress progress, List<ChannelEffect> effects)
    {
        if (progress.Records < _handledByRemote
            || progress.Records > _handledByRemote + (ulong)_unacknowledged.Count
            || !_sent.Handled(progress.Messages, effects))
        {
            return false;
        }

        var heldMessages = 0UL;
        for (; _handledByRemote < progress.Records; _handledByRemote++)
        {
            (var bytes, heldMessages) = _unacknowledged.Dequeue();
            _outstandingBytes -= bytes;
        }

        _windowBytes = Math.Max(PeerChannel.InitialWindowBytes, Math.Min(progress.WindowBytes, settings.WindowBytes));
        return progress.Messages >= heldMessages;
    }

    public bool Fail(ulong id, ChannelFailure reason, List<ChannelEffect> effects) => _sent.Fail(id, reason, effects);

    /// <summary>Goes on with another session: its records and window begin at nothing.</summary>
    public void Restart(RecordSealer next)
    {
        _sealer = next;
        _unacknowledged.Clear();
        _outstandingBytes = 0;
        _handledByRemote = 0;
        _windowBytes = PeerChannel.InitialWindowBytes;
        _inLinkBytes = 0;
        _chunkOffset = 0;
        _chunkIndex = 0;
    }

    /// <summary>The far side has received so many messages: the others go out again, before all that waits. False when it cannot be.</summary>
    public bool TakeBack(ulong received)
    {
        var lacking = new List<(OutboundMessage Message, int Bytes)>();
        if (!_sent.TakeBack(received, lacking))
        {
            return false;
        }

        if (lacking.Count > 0)
        {
            _queuedBytes += lacking.Sum(static item => (long)item.Bytes);
            _queue = new Queue<(OutboundMessage, int)>(lacking.Concat(_queue));
        }

        return true;
    }

    /// <summary>The far side remembers nothing of what was sent.</summary>
    public void Forget(List<ChannelEffect> effects) => _sent.Forget(effects);

    /// <summary>Ids of the requests that wait to be sealed.</summary>
    public IEnumerable<ulong> WaitingRequests =>
        _queue.Where(static item => item.Message.Kind == EntryKind.Request).Select(static item => item.Message.RequestId);

    /// <summary>True once after a refusal, when the queue has fallen to half.</summary>
    public bool TakeReady()
    {
        if (!_refused || _queuedBytes > settings.QueueBytes / 2)
        {
            return false;
        }

        _refused = false;
        return true;
    }

    public void FailAll(ChannelFailure reason, List<ChannelEffect> effects)
    {
        _sent.Forget(effects);
        foreach (var (message, _) in _queue)
        {
            // A request's context belongs to the request table, which fails it itself.
            if (message is { Kind: EntryKind.Unicast, Context: not null })
            {
                effects.Add(new ChannelEffect.Failed(message.Context, reason));
            }
        }

        _queue.Clear();
        _queuedBytes = 0;
    }

    private ReadOnlyMemory<byte> SealBatch()
    {
        var (count, plaintextBytes) = (0, 0);
        foreach (var (_, bytes) in _queue)
        {
            if (plaintextBytes + bytes > settings.MaxRecordBytes)
            {
                break;
            }

            plaintextBytes += bytes;
            count++;
        }

        if (!WindowAllows(plaintextBytes))
        {
            return default;
        }

        var buffer = NewRecord(plaintextBytes);
        var at = FrameHeader.LengthBytes;
        for (; count > 0; count--)
        {
            var (message, bytes) = _queue.Dequeue();
            _queuedBytes -= bytes;
            at += EntryCodec.WritePrefix(message, buffer.AsSpan(at));
            message.Head.Span.CopyTo(buffer.AsSpan(at));
            message.Payload.Span.CopyTo(buffer.AsSpan(at + message.Head.Length));
            at += message.Head.Length + message.Payload.Length;
            NoteSent(message, bytes);
        }

        return Seal(buffer, plaintextBytes, FrameFlags.None, 0);
    }

    private ReadOnlyMemory<byte> SealChunk(OutboundMessage message, int totalBytes)
    {
        var bytes = Math.Min(settings.ChunkBytes, totalBytes - _chunkOffset);
        if (!WindowAllows(bytes))
        {
            return default;
        }

        if (_chunkOffset == 0)
        {
            _chunkPrefix = new byte[EntryCodec.PrefixLengthBytes(message)];
            EntryCodec.WritePrefix(message, _chunkPrefix);
        }

        var buffer = NewRecord(bytes);
        CopyPart(message, _chunkOffset, buffer.AsSpan(FrameHeader.LengthBytes, bytes));
        _chunkOffset += bytes;
        var index = _chunkIndex++;
        var flags = FrameFlags.Chunk;
        if (_chunkOffset == totalBytes)
        {
            flags |= FrameFlags.LastChunk;
            _queue.Dequeue();
            _queuedBytes -= totalBytes;
            _chunkPrefix = [];
            _chunkOffset = 0;
            _chunkIndex = 0;
            NoteSent(message, totalBytes);
        }

        return Seal(buffer, bytes, flags, index);
    }

    /// <summary>Copies a part of prefix‖head‖payload, seen as one sequence.</summary>
    private void CopyPart(OutboundMessage message, int offset, Span<byte> destination)
    {
        ReadOnlySpan<ReadOnlyMemory<byte>> parts = [_chunkPrefix, message.Head, message.Payload];
        foreach (var part in parts)
        {
            if (offset >= part.Length)
            {
                offset -= part.Length;
                continue;
            }

            var length = Math.Min(part.Length - offset, destination.Length);
            part.Span.Slice(offset, length).CopyTo(destination);
            destination = destination[length..];
            offset = 0;
        }
    }

    private byte[] NewRecord(int plaintextBytes) =>
        RecordBuffers.Shared.Take(FrameHeader.LengthBytes + plaintextBytes + _sealer.OverheadBytes);

    private bool WindowAllows(int plaintextBytes) =>
        _outstandingBytes + FrameHeader.LengthBytes + plaintextBytes + _sealer.OverheadBytes <= _windowBytes;

    private ReadOnlyMemory<byte> Seal(byte[] buffer, int plaintextBytes, FrameFlags flags, uint chunk)
    {
        var frame = _sealer.SealInPlace(buffer, plaintextBytes, flags, chunk);
        _outstandingBytes += frame.Length;
        _unacknowledged.Enqueue((frame.Length, _sent.End));
        return frame;
    }

    private void NoteSent(OutboundMessage message, int bytes)
    {
        if (SentMessages.Counts(message.Kind))
        {
            _sent.Add(message, bytes);
        }
    }
}
