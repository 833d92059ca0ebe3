using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// The session's control lane: what is remembered of before, once; then failures, then acknowledgements, so that a failure
/// is always known before the record it belongs to counts as handled. Acknowledgements coalesce: only the latest of a lane is sent.
/// </summary>
internal sealed class ControlWriter(int maxRecordBytes)
{
    private readonly LaneProgress?[] _acknowledgements = new LaneProgress?[Lanes.Count];
    private RecordSealer _sealer = null!; // The channel flushes nothing before its first session.

    /// <summary>Failures to tell.</summary>
    public SentFailures Failures { get; } = new();

    /// <summary>Goes on with another session; acknowledgements of the last one mean nothing to it.</summary>
    public void Restart(RecordSealer next)
    {
        _sealer = next;
        Array.Clear(_acknowledgements);
    }

    public void Acknowledge(Lane lane, LaneProgress progress) => _acknowledgements[(int)lane] = progress;

    /// <summary>Writes the session's first record.</summary>
    public void SendResume(ResumeEntry resume, List<ChannelEffect> effects)
    {
        const int EntryBytes = EntryCodec.HeaderLengthBytes + EntryCodec.ResumeLengthBytes;
        var buffer = NewRecord(EntryBytes);
        EntryCodec.WriteResume(buffer.AsSpan(FrameHeader.LengthBytes), resume);
        var frame = _sealer.SealInPlace(buffer, EntryBytes, FrameFlags.None, 0);
        effects.Add(new ChannelEffect.SendFrames(Lane.Control, [frame], frame.Length));
    }

    public void Flush(List<ChannelEffect> effects)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        var total = 0;
        var perRecord = maxRecordBytes / (EntryCodec.HeaderLengthBytes + EntryCodec.FailureLengthBytes);
        var waiting = Failures.Waiting;
        for (var first = 0; first < waiting.Count; first += perRecord)
        {
            total += Add(frames, SealFailures(waiting, first, Math.Min(perRecord, waiting.Count - first)));
        }

        Failures.NoteSent();
        if (Array.Exists(_acknowledgements, entry => entry is not null))
        {
            total += Add(frames, SealAcknowledgements());
        }

        if (frames.Count > 0)
        {
            effects.Add(new ChannelEffect.SendFrames(Lane.Control, frames, total));
        }
    }

    private static int Add(List<ReadOnlyMemory<byte>> frames, ReadOnlyMemory<byte> frame)
    {
        frames.Add(frame);
        return frame.Length;
    }

    private ReadOnlyMemory<byte> SealFailures(List<FailureEntry> failures, int first, int count)
    {
        const int EntryBytes = EntryCodec.HeaderLengthBytes + EntryCodec.FailureLengthBytes;
        var buffer = NewRecord(count * EntryBytes);
        for (var i = 0; i < count; i++)
        {
            EntryCodec.WriteFailure(buffer.AsSpan(FrameHeader.LengthBytes + (i * EntryBytes)), failures[first + i]);
        }

        return _sealer.SealInPlace(buffer, count * EntryBytes, FrameFlags.None, 0);
    }

    private ReadOnlyMemory<byte> SealAcknowledgements()
    {
        const int EntryBytes = EntryCodec.HeaderLengthBytes + EntryCodec.AcknowledgeLengthBytes;
        var length = _acknowledgements.Count(entry => entry is not null) * EntryBytes;
        var buffer = NewRecord(length);
        var at = FrameHeader.LengthBytes;
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            if (_acknowledgements[lane] is { } progress)
            {
                EntryCodec.WriteAcknowledge(buffer.AsSpan(at), (Lane)lane, progress);
                at += EntryBytes;
                _acknowledgements[lane] = null;
            }
        }

        return _sealer.SealInPlace(buffer, length, FrameFlags.None, 0);
    }

    private byte[] NewRecord(int plaintextBytes) =>
        GC.AllocateUninitializedArray<byte>(FrameHeader.LengthBytes + plaintextBytes + _sealer.OverheadBytes);
}
