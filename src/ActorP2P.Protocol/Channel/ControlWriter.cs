using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// The session's control lane: failures, then acknowledgements, so that a failure is always known before the record
/// it belongs to counts as handled. Acknowledgements coalesce: only the latest of a lane is sent.
/// </summary>
internal sealed class ControlWriter(RecordSealer sealer, int maxRecordBytes)
{
    private readonly (ulong Handled, int WindowBytes)?[] _acknowledgements = new (ulong, int)?[Lanes.Count];

    /// <summary>Failures to tell, bounded by the far side's own window.</summary>
    public List<FailureEntry> Failures { get; } = [];

    public void Acknowledge(Lane lane, ulong handled, int windowBytes) => _acknowledgements[(int)lane] = (handled, windowBytes);

    public void Flush(List<ChannelEffect> effects)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        var total = 0;
        var perRecord = maxRecordBytes / (EntryCodec.HeaderLengthBytes + EntryCodec.FailureLengthBytes);
        for (var first = 0; first < Failures.Count; first += perRecord)
        {
            total += Add(frames, SealFailures(first, Math.Min(perRecord, Failures.Count - first)));
        }

        Failures.Clear();
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

    private ReadOnlyMemory<byte> SealFailures(int first, int count)
    {
        const int EntryBytes = EntryCodec.HeaderLengthBytes + EntryCodec.FailureLengthBytes;
        var buffer = NewRecord(count * EntryBytes);
        for (var i = 0; i < count; i++)
        {
            EntryCodec.WriteFailure(buffer.AsSpan(FrameHeader.LengthBytes + (i * EntryBytes)), Failures[first + i]);
        }

        return sealer.SealInPlace(buffer, count * EntryBytes, FrameFlags.None, 0);
    }

    private ReadOnlyMemory<byte> SealAcknowledgements()
    {
        const int EntryBytes = EntryCodec.HeaderLengthBytes + EntryCodec.AcknowledgeLengthBytes;
        var length = _acknowledgements.Count(entry => entry is not null) * EntryBytes;
        var buffer = NewRecord(length);
        var at = FrameHeader.LengthBytes;
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            if (_acknowledgements[lane] is { } entry)
            {
                EntryCodec.WriteAcknowledge(buffer.AsSpan(at), (Lane)lane, entry.Handled, entry.WindowBytes);
                at += EntryBytes;
                _acknowledgements[lane] = null;
            }
        }

        return sealer.SealInPlace(buffer, length, FrameFlags.None, 0);
    }

    private byte[] NewRecord(int plaintextBytes) =>
        GC.AllocateUninitializedArray<byte>(FrameHeader.LengthBytes + plaintextBytes + sealer.OverheadBytes);
}
