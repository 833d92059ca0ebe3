using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// Entries inside a record's plaintext, little-endian. A record holds whole entries back to back, or one chunk of one entry.
/// <code>
/// entry        u8 kind, u8 flags (1 = confirm), u32 length, then length bytes:
/// Acknowledge  u8 lane, u64 records of that lane handled in this session, u64 messages of it handled in all, u32 window in bytes
/// Unicast      u16 type length, type (UTF-8), payload; its id is its position among the lane's messages, from 0
/// Request      u64 id, u32 timeout in ms, u16 type length, type, payload
/// Reply        u64 id, payload
/// Failure      u8 kind of what failed, u8 its lane, u64 its id, u16 ChannelFailure
/// Dissemination, StateSync   bytes
/// Signal       u16 type length, type, payload
/// Resume       u64 channel, u64 known channel of the far side, 5 x u64 messages received of it, by lane
/// </code>
/// </summary>
internal static class EntryCodec
{
    public const int HeaderLengthBytes = 6;
    public const int AcknowledgeLengthBytes = 21;
    public const int ResumeLengthBytes = 16 + (8 * Lanes.Count);
    public const int FailureLengthBytes = 12;
    public const byte ConfirmFlag = 1;
    private const int UnicastFixedBytes = 2;
    private const int RequestFixedBytes = 8 + 4 + 2;
    private const int ReplyFixedBytes = 8;

    /// <summary>Bytes of the entry in front of <see cref="OutboundMessage.Head"/>: entry header, fixed fields and type.</summary>
    public static int PrefixLengthBytes(OutboundMessage message) => HeaderLengthBytes + message.Kind switch
    {
        EntryKind.Unicast or EntryKind.Signal => UnicastFixedBytes + Encoding.UTF8.GetByteCount(message.Type),
        EntryKind.Request => RequestFixedBytes + Encoding.UTF8.GetByteCount(message.Type),
        EntryKind.Reply => ReplyFixedBytes,
        EntryKind.Dissemination or EntryKind.StateSync => 0,
        _ => throw new UnreachableException($"{message.Kind} is not sent as a message."),
    };

    /// <summary>Writes the prefix and returns its length.</summary>
    public static int WritePrefix(OutboundMessage message, Span<byte> destination)
    {
        var at = HeaderLengthBytes;
        switch (message.Kind)
        {
            case EntryKind.Unicast or EntryKind.Signal:
                at += WriteType(message.Type, destination[at..]);
                break;
            case EntryKind.Request:
                BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], message.RequestId);
                BinaryPrimitives.WriteUInt32LittleEndian(destination[(at + 8)..], (uint)Math.Clamp(message.Timeout.TotalMilliseconds, 1, uint.MaxValue));
                at += 12;
                at += WriteType(message.Type, destination[at..]);
                break;
            case EntryKind.Reply:
                BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], message.RequestId);
                at += ReplyFixedBytes;
                break;
        }

        var length = at - HeaderLengthBytes + message.Head.Length + message.Payload.Length;
        WriteHeader(destination, message.Kind, message.Confirm ? ConfirmFlag : (byte)0, length);
        return at;
    }

    public static void WriteAcknowledge(Span<byte> destination, Lane lane, in LaneProgress progress)
    {
        WriteHeader(destination, EntryKind.Acknowledge, 0, AcknowledgeLengthBytes);
        destination[6] = (byte)lane;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[7..], progress.Records);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[15..], progress.Messages);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[23..], progress.WindowBytes);
    }

    public static void WriteResume(Span<byte> destination, ResumeEntry resume)
    {
        WriteHeader(destination, EntryKind.Resume, 0, ResumeLengthBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[6..], resume.Channel);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[14..], resume.Known);
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(22 + (8 * lane))..], resume.Received[lane]);
        }
    }

    public static void WriteFailure(Span<byte> destination, FailureEntry failure)
    {
        WriteHeader(destination, EntryKind.Failure, 0, FailureLengthBytes);
        destination[6] = (byte)failure.Kind;
        destination[7] = (byte)failure.Lane;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], failure.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[16..], (ushort)failure.Reason);
    }

    /// <summary>Reads an entry header. False when the bytes are too few or the kind is unknown.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, out EntryKind kind, out byte flags, out uint lengthBytes)
    {
        kind = default;
        flags = 0;
        lengthBytes = 0;
        if (source.Length < HeaderLengthBytes || source[0] is < (byte)EntryKind.Acknowledge or > (byte)EntryKind.Signal || source[1] > ConfirmFlag)
        {
            return false;
        }

        kind = (EntryKind)source[0];
        flags = source[1];
        lengthBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[2..]);
        return true;
    }

    public static bool TryReadAcknowledge(ReadOnlySpan<byte> body, out Lane lane, out LaneProgress progress)
    {
        lane = default;
        progress = default;
        if (body.Length != AcknowledgeLengthBytes || !Lanes.IsKnown(body[0]))
        {
            return false;
        }

        lane = (Lane)body[0];
        progress = new LaneProgress(
            BinaryPrimitives.ReadUInt64LittleEndian(body[1..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[9..]),
            BinaryPrimitives.ReadUInt32LittleEndian(body[17..]));
        return true;
    }

    public static bool TryReadResume(ReadOnlySpan<byte> body, [NotNullWhen(true)] out ResumeEntry? resume)
    {
        resume = null;
        if (body.Length != ResumeLengthBytes)
        {
            return false;
        }

        var received = new ulong[Lanes.Count];
        for (var lane = 0; lane < received.Length; lane++)
        {
            received[lane] = BinaryPrimitives.ReadUInt64LittleEndian(body[(16 + (8 * lane))..]);
        }

        resume = new ResumeEntry(BinaryPrimitives.ReadUInt64LittleEndian(body), BinaryPrimitives.ReadUInt64LittleEndian(body[8..]), received);
        return resume.Channel != 0;
    }

    public static bool TryReadFailure(ReadOnlySpan<byte> body, out FailureEntry failure)
    {
        failure = default;
        if (body.Length != FailureLengthBytes || body[0] is not ((byte)EntryKind.Unicast or (byte)EntryKind.Request) || !Lanes.IsKnown(body[1]))
        {
            return false;
        }

        var reason = BinaryPrimitives.ReadUInt16LittleEndian(body[10..]);
        // How far away we are is ours to know.
        var known = (ChannelFailure)reason is var code && Enum.IsDefined(code) && code != ChannelFailure.HopLimit ? code : ChannelFailure.RemoteFailure;
        failure = new FailureEntry((EntryKind)body[0], (Lane)body[1], BinaryPrimitives.ReadUInt64LittleEndian(body[2..]), known);
        return true;
    }

    /// <summary>Reads the fixed fields of a request in front of its type.</summary>
    public static bool TryReadRequest(ReadOnlyMemory<byte> body, out ulong id, out uint timeoutMs, out ReadOnlyMemory<byte> typeAndPayload)
    {
        id = 0;
        timeoutMs = 0;
        typeAndPayload = default;
        if (body.Length < RequestFixedBytes)
        {
            return false;
        }

        id = BinaryPrimitives.ReadUInt64LittleEndian(body.Span);
        timeoutMs = BinaryPrimitives.ReadUInt32LittleEndian(body.Span[8..]);
        typeAndPayload = body[12..];
        return true;
    }

    public static bool TryReadReply(ReadOnlyMemory<byte> body, out ulong id, out ReadOnlyMemory<byte> payload)
    {
        id = 0;
        payload = default;
        if (body.Length < ReplyFixedBytes)
        {
            return false;
        }

        id = BinaryPrimitives.ReadUInt64LittleEndian(body.Span);
        payload = body[ReplyFixedBytes..];
        return true;
    }

    private static void WriteHeader(Span<byte> destination, EntryKind kind, byte flags, int lengthBytes)
    {
        destination[0] = (byte)kind;
        destination[1] = flags;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[2..], (uint)lengthBytes);
    }

    private static int WriteType(string type, Span<byte> destination)
    {
        var length = Encoding.UTF8.GetBytes(type, destination[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)length);
        return 2 + length;
    }
}

/// <summary>What a Failure entry says.</summary>
internal readonly record struct FailureEntry(EntryKind Kind, Lane Lane, ulong Id, ChannelFailure Reason);

/// <summary>How far the far side's modules have come in one lane, and how much it takes from here.</summary>
/// <param name="Records">Records of this session that were handled.</param>
/// <param name="Messages">Messages of the channel that were handled, over all its sessions.</param>
/// <param name="WindowBytes">Frame bytes that may be under way.</param>
internal readonly record struct LaneProgress(ulong Records, ulong Messages, uint WindowBytes);

/// <summary>What one side remembers when a session begins.</summary>
/// <param name="Channel">A random number that names the sender's channel, never 0: another one means that it remembers nothing of before.</param>
/// <param name="Known">The far side's channel that <paramref name="Received"/> is about; 0 for none.</param>
/// <param name="Received">Messages received of it by lane; for the control lane, failures.</param>
internal sealed record ResumeEntry(ulong Channel, ulong Known, IReadOnlyList<ulong> Received);
