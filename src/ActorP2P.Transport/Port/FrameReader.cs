using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport;

/// <summary>
/// The receive buffer of one connection. Frames are handed out as slices of it, so a buffer belongs to the garbage
/// collector and is never reused; only the incomplete frame at its end is carried over into the next one.
/// Small frames of many reads share one buffer, so keeping a small payload does not keep a buffer for each.
/// </summary>
internal sealed class FrameReader(int bufferBytes)
{
    // Less than this left at the end of a buffer is not worth a read of its own.
    private const int MinReadBytes = 4096;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private bool _handshakeSeen;

    /// <summary>True when bytes of an unfinished frame are held.</summary>
    public bool HoldsPartOfFrame => _end > _start;

    /// <summary>
    /// True when the frame at the front is not part of the handshake and follows a frame that is: the remote may send
    /// records as soon as its last handshake message is out, before our side has raised the limit for them.
    /// </summary>
    public bool FrontFollowsHandshake =>
        _handshakeSeen
        && _end - _start >= FrameHeader.LengthBytes
        && FrameHeader.Read(_buffer.AsSpan(_start)).Kind != FrameKind.Handshake;

    /// <summary>Room for the next read; at least one byte.</summary>
    /// <param name="maxBodyBytes">The limit in force; before the handshake it keeps the buffer small.</param>
    public Memory<byte> Free(int maxBodyBytes)
    {
        var pending = _end - _start;
        var need = pending < FrameHeader.LengthBytes ? FrameHeader.LengthBytes : FrontFrameBytes();
        var frameFits = _buffer.Length - _start >= need;
        var worthReading = _buffer.Length - _end >= (pending == 0 ? MinReadBytes : 1);
        if (!frameFits || !worthReading)
        {
            RollOver(pending, need, maxBodyBytes);
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Takes over a whole read in place of copying it into <see cref="Free"/>, when nothing is held and the bytes are nobody else's.</summary>
    /// <returns>False when part of a frame is held: the bytes must be copied behind it.</returns>
    public bool TryAdopt(byte[] read)
    {
        if (HoldsPartOfFrame)
        {
            return false;
        }

        _buffer = read;
        _start = 0;
        _end = 0;
        return true;
    }

    /// <summary>Forgets a buffer whose frames were all handed out, where a read brings its own.</summary>
    public void Drop()
    {
        if (!HoldsPartOfFrame)
        {
            _buffer = [];
            _start = _end = 0;
        }
    }

    /// <summary>Takes in <paramref name="count"/> bytes written to <see cref="Free"/> and cuts the whole frames out.</summary>
    public FrameError Advance(int count, int maxBodyBytes, List<Frame> frames)
    {
        _end += count;
        var rest = _buffer.AsMemory(_start, _end - _start);
        FrameError error;
        while (FrameSplitter.TryTake(ref rest, maxBodyBytes, out var frame, out error))
        {
            _handshakeSeen |= frame.Header.Kind == FrameKind.Handshake;
            frames.Add(frame);
        }

        _start = _end - rest.Length;
        return error;
    }

    private int FrontFrameBytes() =>
        FrameHeader.LengthBytes + (int)BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));

    // A frame longer than a buffer grows with the bytes that arrive, not with the length that its header claims.
    private void RollOver(int pending, int need, int maxBodyBytes)
    {
        var usual = (int)Math.Min(bufferBytes, Math.Max(MinReadBytes, (long)FrameHeader.LengthBytes + maxBodyBytes));
        var size = need <= usual ? usual : (int)Math.Min(need, Math.Max(usual, 2L * pending));
        var next = GC.AllocateUninitializedArray<byte>(size);
        _buffer.AsSpan(_start, pending).CopyTo(next);
        _buffer = next;
        _start = 0;
        _end = pending;
    }
}
