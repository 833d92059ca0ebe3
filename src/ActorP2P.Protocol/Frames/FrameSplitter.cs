namespace ActorP2P.Protocol.Frames;

/// <summary>Why a byte stream stopped being frames. Each one ends its link.</summary>
public enum FrameError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The declared body is longer than the maximum in force.</summary>
    TooLong,

    /// <summary>The kind is not known, or not allowed yet.</summary>
    UnknownKind,

    /// <summary>The lane is not known.</summary>
    UnknownLane,

    /// <summary>A flag bit or the reserved byte is not known, or flags contradict each other.</summary>
    UnknownFlags,
}

/// <summary>One whole frame inside a received buffer.</summary>
/// <param name="Header">The decoded header.</param>
/// <param name="Bytes">Header and body, writable so that a record opens in place.</param>
public readonly record struct Frame(FrameHeader Header, Memory<byte> Bytes)
{
    /// <summary>The body behind the header.</summary>
    public Memory<byte> Body => Bytes[FrameHeader.LengthBytes..];
}

/// <summary>
/// Cuts frames out of a receive buffer. It holds no bytes of its own: the reader keeps the unconsumed tail,
/// so memory is bounded by the reader's buffer and never by a declared length.
/// </summary>
public static class FrameSplitter
{
    private const FrameFlags KnownFlags = FrameFlags.Sealed | FrameFlags.Chunk | FrameFlags.LastChunk | FrameFlags.Compressed | FrameFlags.Rekey;

    /// <summary>
    /// Takes the next frame from the front of <paramref name="buffer"/>.
    /// </summary>
    /// <param name="buffer">Received bytes; advanced past the frame when one is returned.</param>
    /// <param name="maxBodyBytes">The longest body allowed in the present state of the link.</param>
    /// <param name="frame">The frame, valid when the result is true.</param>
    /// <param name="error">Anything but <see cref="FrameError.None"/> is final.</param>
    /// <returns>False when more bytes are needed or the stream is broken.</returns>
    public static bool TryTake(ref Memory<byte> buffer, int maxBodyBytes, out Frame frame, out FrameError error)
    {
        frame = default;
        error = FrameError.None;
        if (buffer.Length < FrameHeader.LengthBytes)
        {
            return false;
        }

        var header = FrameHeader.Read(buffer.Span);
        error = buffer.Span[FrameHeader.ReservedAt] == 0 ? Judge(header, maxBodyBytes) : FrameError.UnknownFlags;
        if (error != FrameError.None)
        {
            return false;
        }

        var total = FrameHeader.LengthBytes + (int)header.BodyLengthBytes;
        if (buffer.Length < total)
        {
            return false;
        }

        frame = new Frame(header, buffer[..total]);
        buffer = buffer[total..];
        return true;
    }

    private static FrameError Judge(in FrameHeader header, int maxBodyBytes)
    {
        if (header.BodyLengthBytes > (uint)maxBodyBytes)
        {
            return FrameError.TooLong;
        }

        if (header.Kind is < FrameKind.Handshake or > FrameKind.Record)
        {
            return FrameError.UnknownKind;
        }

        if (!Lanes.IsKnown((byte)header.Lane))
        {
            return FrameError.UnknownLane;
        }

        var contradicts = (header.Flags & FrameFlags.LastChunk) != 0 && (header.Flags & FrameFlags.Chunk) == 0;
        return (header.Flags & ~KnownFlags) != 0 || contradicts ? FrameError.UnknownFlags : FrameError.None;
    }
}
