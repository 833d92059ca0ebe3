using System.Buffers.Binary;

namespace ActorP2P.Protocol.Frames;

/// <summary>What a frame's body is.</summary>
public enum FrameKind : byte
{
    /// <summary>A handshake message; the only kind before the handshake is done.</summary>
    Handshake = 1,

    /// <summary>A record of one (namespace session, lane).</summary>
    Record = 2,
}

/// <summary>Bits of the header's flags byte. Unknown bits end the link.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>A clear record of whole messages.</summary>
    None = 0,

    /// <summary>The body is ciphertext followed by a 16-byte tag (RFC 5116).</summary>
    Sealed = 1,

    /// <summary>The body is one chunk of a large message; <see cref="FrameHeader.Chunk"/> is its index.</summary>
    Chunk = 2,

    /// <summary>The last chunk of its message.</summary>
    LastChunk = 4,

    /// <summary>The plaintext was compressed before sealing; reserved.</summary>
    Compressed = 8,

    /// <summary>The plaintext is one message about the session's own keys; control lane only, and for no other layer.</summary>
    Rekey = 16,
}

/// <summary>
/// The 32-byte header in front of every frame, little-endian. The whole of it is the record's associated data.
/// <code>
/// 0  u32 length      bytes of the body that follows the header
/// 4  u8  kind        FrameKind
/// 5  u8  lane        Lane
/// 6  u8  flags       FrameFlags
/// 7  u8              0; anything else ends the link
/// 8  u32 generation  key generation of the lane
/// 12 u32 chunk       chunk index; 0 without the Chunk flag
/// 16 u64 session     namespace session tag; 0 is the link itself
/// 24 u64 counter     position in (session, lane, direction) over all generations, from 0 without gaps
/// </code>
/// </summary>
public readonly record struct FrameHeader(
    uint BodyLengthBytes,
    FrameKind Kind,
    Lane Lane,
    FrameFlags Flags,
    uint Generation,
    uint Chunk,
    ulong Session,
    ulong Counter)
{
    /// <summary>Length of the encoded header.</summary>
    public const int LengthBytes = 32;

    /// <summary>Where the byte stands that has no meaning yet.</summary>
    internal const int ReservedAt = 7;

    /// <summary>Writes the 32 bytes at the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, BodyLengthBytes);
        destination[4] = (byte)Kind;
        destination[5] = (byte)Lane;
        destination[6] = (byte)Flags;
        destination[ReservedAt] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Chunk);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Session);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Counter);
    }

    /// <summary>Reads 32 bytes without judging them: <see cref="FrameSplitter"/> does that.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        (FrameKind)source[4],
        (Lane)source[5],
        (FrameFlags)source[6],
        BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));
}
