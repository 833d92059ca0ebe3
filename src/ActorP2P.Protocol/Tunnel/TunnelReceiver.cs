using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>
/// The receiving half of a stream: puts segments in order and cuts frames out of them. It holds at most
/// <see cref="TunnelSender.MaxUnderWay"/> segments and one unfinished frame.
/// </summary>
internal sealed class TunnelReceiver(int maxBodyBytes)
{
    private readonly Dictionary<ulong, TunnelSegment> _early = [];
    private byte[] _unfinished = [];

    /// <summary>The first position not received.</summary>
    public ulong Next { get; private set; }

    /// <summary>Positions behind <see cref="Next"/> that came, as bits.</summary>
    public ulong Later { get; private set; }

    /// <summary>Off while the owner has too much unhandled: then nothing is put in order, and the sender is asked to wait.</summary>
    public bool IsReading { get; set; } = true;

    /// <summary>True once the last segment was put in order.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Segments that are taken now.</summary>
    public byte Room => IsReading ? (byte)TunnelSender.MaxUnderWay : (byte)0;

    /// <summary>Takes a segment with data.</summary>
    /// <returns>False when it came before or is too far ahead.</returns>
    public bool Take(in TunnelSegment segment)
    {
        if (HasEnded || segment.Number < Next || segment.Number - Next >= TunnelSender.MaxUnderWay || !_early.TryAdd(segment.Number, segment))
        {
            return false;
        }

        if (segment.Number > Next)
        {
            Later |= 1UL << (int)(segment.Number - Next - 1);
        }

        return true;
    }

    /// <summary>Cuts the frames that are whole now. Null, or the reason that ends the stream.</summary>
    public string? Cut(List<Frame> frames)
    {
        var data = new List<ReadOnlyMemory<byte>>();
        while (IsReading && !HasEnded && _early.Remove(Next, out var segment))
        {
            data.Add(segment.Data);
            HasEnded = segment.Flags == TunnelSegmentFlags.Last;
            Next++;
            Later >>= 1;
        }

        if (data.Count == 0)
        {
            return null;
        }

        // Frames keep their bytes alive, so each round has an array of its own.
        var buffer = new byte[_unfinished.Length + data.Sum(static part => part.Length)];
        _unfinished.CopyTo(buffer, 0);
        var at = _unfinished.Length;
        foreach (var part in data)
        {
            part.Span.CopyTo(buffer.AsSpan(at));
            at += part.Length;
        }

        Memory<byte> rest = buffer;
        FrameError error;
        while (FrameSplitter.TryTake(ref rest, maxBodyBytes, out var frame, out error))
        {
            frames.Add(frame);
        }

        _unfinished = rest.ToArray();
        return error != FrameError.None ? "bad-frame" : HasEnded && _unfinished.Length > 0 ? "cut-off-frame" : null;
    }
}
