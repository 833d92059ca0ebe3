using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// One lane's way in: opens records in counter order, holds the far side to its window, and knows how far the
/// modules have come, which is what gets acknowledged. Records and bytes are counted by session, messages by channel.
/// </summary>
internal sealed class InboundLane(ChannelSettings settings, ReassemblyBudget budget, NodeId remote) : IDisposable
{
    private readonly Queue<PendingBatch> _pending = [];
    private readonly Dictionary<ulong, PendingBatch> _unhandled = [];
    private readonly Reassembly _reassembly = new(settings, budget, remote);
    private readonly long _maxUnacknowledgedBytes = Math.Max(settings.WindowBytes, PeerChannel.InitialWindowBytes);
    private RecordOpener _opener = null!; // The channel opens nothing before its first session.
    private ulong _batches;
    private ulong _received;
    private ulong _handled;
    private ulong _acknowledged;
    private ulong _handledMessages;
    private ulong _acknowledgedMessages;
    private long _receivedBytes;
    private long _handledBytes;
    private long _acknowledgedBytes;
    private bool _confirmWanted;
    private bool _confirmDue;

    /// <summary>Unicasts, requests and replies received: the id of the next one. For the control lane, failures.</summary>
    public ulong ReceivedMessages { get; private set; }

    public bool OwesAcknowledgement => _handled > _acknowledged || _handledMessages > _acknowledgedMessages;

    public bool OwesAcknowledgementNow => _confirmDue || _handledBytes - _acknowledgedBytes >= settings.WindowBytes / 4;

    public Reassembly Reassembly => _reassembly;

    /// <summary>Opens the next record. Null when it was opened, else the reason that ends the link.</summary>
    public string? Open(in Frame frame, out ReadOnlyMemory<byte> plaintext)
    {
        var verdict = _opener.Open(frame, out plaintext);
        if (verdict != RecordVerdict.Opened)
        {
            return verdict.ToString();
        }

        _received++;
        _receivedBytes += frame.Bytes.Length;
        return _receivedBytes - _acknowledgedBytes > _maxUnacknowledgedBytes && frame.Header.Lane != Lane.Control ? "WindowExceeded" : null;
    }

    /// <summary>A message came; answers its id.</summary>
    public ulong TakeMessageId() => ReceivedMessages++;

    /// <summary>A message of the batch that is being received asked for confirmation: its acknowledgement must not wait for company.</summary>
    public void WantConfirm() => _confirmWanted = true;

    /// <summary>A failure of the control lane came, and needs no module to be handled.</summary>
    public void NoteFailure() => _handledMessages = ++ReceivedMessages;

    /// <summary>Ends a batch: everything received since the last token.</summary>
    public BatchToken TakeToken(Lane lane)
    {
        var batch = new PendingBatch(_received, _receivedBytes, ReceivedMessages, _confirmWanted);
        _confirmWanted = false;
        _pending.Enqueue(batch);
        _unhandled.Add(++_batches, batch);
        return new BatchToken(lane, _batches);
    }

    /// <summary>A batch was handled; batches may complete out of order, acknowledgement stays cumulative.</summary>
    public void Complete(BatchToken token)
    {
        if (_unhandled.Remove(token.Number, out var batch))
        {
            batch.IsHandled = true;
        }

        while (_pending.TryPeek(out var first) && first.IsHandled)
        {
            _pending.Dequeue();
            _handled = first.EndRecords;
            _handledBytes = first.EndBytes;
            _handledMessages = first.EndMessages;
            _confirmDue |= first.ConfirmWanted;
        }
    }

    /// <summary>Tells where the lane stands; the far side is told so now.</summary>
    public LaneProgress TakeProgress()
    {
        _acknowledged = _handled;
        _acknowledgedBytes = _handledBytes;
        _acknowledgedMessages = _handledMessages;
        _confirmDue = false;
        return new LaneProgress(_handled, _handledMessages, (uint)settings.WindowBytes);
    }

    /// <summary>Goes on with another session. Batches of the last one are still handled, and count as messages only.</summary>
    public void Restart(RecordOpener next)
    {
        _opener = next;
        _reassembly.Dispose();
        (_received, _handled, _acknowledged) = (0, 0, 0);
        (_receivedBytes, _handledBytes, _acknowledgedBytes) = (0, 0, 0);
        foreach (var batch in _pending)
        {
            batch.EndRecords = 0;
            batch.EndBytes = 0;
        }
    }

    /// <summary>The far side's messages are counted anew; batches of before settle nothing any more.</summary>
    public void Forget()
    {
        _pending.Clear();
        _unhandled.Clear();
        ReceivedMessages = 0;
        _handledMessages = 0;
        _acknowledgedMessages = 0;
        _confirmWanted = false;
        _confirmDue = false;
    }

    public void Dispose() => _reassembly.Dispose();

    private sealed class PendingBatch(ulong endRecords, long endBytes, ulong endMessages, bool confirmWanted)
    {
        public ulong EndRecords { get; set; } = endRecords;

        public long EndBytes { get; set; } = endBytes;

        public ulong EndMessages { get; } = endMessages;

        public bool ConfirmWanted { get; } = confirmWanted;

        public bool IsHandled { get; set; }
    }
}
