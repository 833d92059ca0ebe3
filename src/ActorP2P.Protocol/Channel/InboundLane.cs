using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// One lane's way in: opens records in counter order, holds the far side to its window, and knows how far the
/// modules have come, which is what gets acknowledged.
/// </summary>
internal sealed class InboundLane(RecordOpener opener, ChannelSettings settings, ReassemblyBudget budget, NodeId remote) : IDisposable
{
    private readonly Queue<PendingBatch> _pending = [];
    private readonly Reassembly _reassembly = new(settings, budget, remote);
    private readonly long _maxUnacknowledgedBytes = Math.Max(settings.WindowBytes, PeerChannel.InitialWindowBytes);
    private ulong _received;
    private ulong _handled;
    private ulong _acknowledged;
    private long _receivedBytes;
    private long _handledBytes;
    private long _acknowledgedBytes;

    /// <summary>Number of unicasts seen: the id of the next one.</summary>
    public ulong NextUnicastId { get; set; }

    /// <summary>Records whose messages were handled.</summary>
    public ulong Handled => _handled;

    public bool OwesAcknowledgement => _handled > _acknowledged;

    public bool OwesAcknowledgementNow => _handledBytes - _acknowledgedBytes >= settings.WindowBytes / 4;

    public Reassembly Reassembly => _reassembly;

    /// <summary>Opens the next record. Null when it was opened, else the reason that ends the link.</summary>
    public string? Open(in Frame frame, out ReadOnlyMemory<byte> plaintext)
    {
        var verdict = opener.Open(frame, out plaintext);
        if (verdict != RecordVerdict.Opened)
        {
            return verdict.ToString();
        }

        _received++;
        _receivedBytes += frame.Bytes.Length;
        return _receivedBytes - _acknowledgedBytes > _maxUnacknowledgedBytes && frame.Header.Lane != Lane.Control ? "WindowExceeded" : null;
    }

    /// <summary>Ends a batch: everything received since the last token.</summary>
    public BatchToken TakeToken(Lane lane)
    {
        _pending.Enqueue(new PendingBatch(_received, _receivedBytes));
        return new BatchToken(lane, _received);
    }

    /// <summary>A batch was handled; batches may complete out of order, acknowledgement stays cumulative.</summary>
    public void Complete(BatchToken token)
    {
        foreach (var batch in _pending)
        {
            if (batch.End == token.UpTo)
            {
                batch.IsHandled = true;
                break;
            }
        }

        while (_pending.TryPeek(out var first) && first.IsHandled)
        {
            _pending.Dequeue();
            _handled = first.End;
            _handledBytes = first.EndBytes;
        }
    }

    public void NoteAcknowledged()
    {
        _acknowledged = _handled;
        _acknowledgedBytes = _handledBytes;
    }

    public void Dispose() => _reassembly.Dispose();

    private sealed class PendingBatch(ulong end, long endBytes)
    {
        public ulong End { get; } = end;

        public long EndBytes { get; } = endBytes;

        public bool IsHandled { get; set; }
    }
}
