using System.Buffers.Binary;
using System.Text;

namespace ActorP2P.AkkaRemoting;

/// <summary>What a message between two transports is.</summary>
internal enum RemotingKind : byte
{
    /// <summary>Open an association; the body is the sender's address as text.</summary>
    Associate = 1,

    /// <summary>The association stands.</summary>
    Accepted = 2,

    /// <summary>It does not; the body says why, in ASCII.</summary>
    Refused = 3,

    /// <summary>Payload PDUs of Akka.Remote, each behind its length, in the ordered lane.</summary>
    Pdus = 4,

    /// <summary>A heartbeat, in the control lane; it may overtake everything.</summary>
    Pulse = 5,

    /// <summary>The association is over.</summary>
    Disassociated = 6,

    /// <summary>
    /// Another control PDU, in the control lane and once more in the ordered one, for a signal may get lost with its session;
    /// the receiver hands the first of the two on, in its place among the payload.
    /// </summary>
    Control = 7,
}

/// <summary>
/// Messages between two transports, little-endian. An id is unique at the side that opened the association.
/// <code>
/// u8  kind          RemotingKind; bit 7 is set by the side that opened the association
/// u64 association
/// ..  body          Associate: the sender's address; Refused: why; Pulse: the PDU
///                   Pdus: u32 control PDUs written before these, then (u32 length, bytes) one or more times
///                   Control: u32 control PDUs and u64 payload PDUs written before it, then the PDU
/// </code>
/// </summary>
internal static class RemotingWire
{
    public const int HeadBytes = 9;

    private const int ControlHeadBytes = sizeof(uint) + sizeof(ulong);
    public const int MaxTextBytes = 1024;

    /// <summary>Longer control PDUs, of systems with very long names, travel as payload does: the control lane's signals are short.</summary>
    public const int MaxControlBytes = 900;

    private const byte OpenedBySender = 0x80;

    public static byte[] Compose(RemotingKind kind, AssociationKey key, string text = "") => Compose(kind, key, Encoding.UTF8.GetBytes(text));

    public static byte[] Compose(RemotingKind kind, AssociationKey key, ReadOnlySpan<byte> body)
    {
        var message = new byte[HeadBytes + body.Length];
        WriteHead(message, kind, key);
        body.CopyTo(message.AsSpan(HeadBytes));
        return message;
    }

    public static byte[] ComposeControl(AssociationKey key, uint controlsBefore, ulong payloadsBefore, ReadOnlySpan<byte> pdu)
    {
        var message = new byte[HeadBytes + ControlHeadBytes + pdu.Length];
        WriteHead(message, RemotingKind.Control, key);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HeadBytes), controlsBefore);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(HeadBytes + sizeof(uint)), payloadsBefore);
        pdu.CopyTo(message.AsSpan(HeadBytes + ControlHeadBytes));
        return message;
    }

    /// <summary>Splits the body of a Control; false when it is too short.</summary>
    public static bool TryReadControl(ReadOnlyMemory<byte> body, out uint controlsBefore, out ulong payloadsBefore, out ReadOnlyMemory<byte> pdu)
    {
        var isWhole = body.Length >= ControlHeadBytes;
        controlsBefore = isWhole ? BinaryPrimitives.ReadUInt32LittleEndian(body.Span) : 0;
        payloadsBefore = isWhole ? BinaryPrimitives.ReadUInt64LittleEndian(body.Span[sizeof(uint)..]) : 0;
        pdu = isWhole ? body[ControlHeadBytes..] : default;
        return isWhole;
    }

    /// <summary>Splits the body of Pdus; false when it is too short.</summary>
    public static bool TryReadPdus(ReadOnlyMemory<byte> body, out uint controlsBefore, out ReadOnlyMemory<byte> pdus)
    {
        var isWhole = body.Length >= sizeof(uint);
        controlsBefore = isWhole ? BinaryPrimitives.ReadUInt32LittleEndian(body.Span) : 0;
        pdus = isWhole ? body[sizeof(uint)..] : default;
        return isWhole;
    }

    /// <summary>What stands in front of a batch.</summary>
    public static byte[] ComposeBatchHead(AssociationKey key, in PduBatch batch)
    {
        var head = new byte[HeadBytes + sizeof(uint) + (batch.IsUncopied ? sizeof(uint) : 0)];
        WriteHead(head, RemotingKind.Pdus, key);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(HeadBytes), batch.ControlsBefore);
        if (batch.IsUncopied)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(HeadBytes + sizeof(uint)), (uint)batch.Content.Length);
        }

        return head;
    }

    /// <summary>False when the bytes are no message.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out RemotingKind kind, out bool openedBySender, out ulong association, out ReadOnlyMemory<byte> body)
    {
        (kind, openedBySender, association, body) = (default, false, 0, default);
        if (message.Length < HeadBytes)
        {
            return false;
        }

        var first = message.Span[0];
        kind = (RemotingKind)(first & ~OpenedBySender);
        openedBySender = (first & OpenedBySender) != 0;
        association = BinaryPrimitives.ReadUInt64LittleEndian(message.Span[1..]);
        body = message[HeadBytes..];
        return kind is >= RemotingKind.Associate and <= RemotingKind.Control;
    }

    /// <summary>Takes the next PDU from the front of a body, referenced and not copied; false at its end or when it is cut off.</summary>
    public static bool TryTakePdu(ref ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> pdu)
    {
        pdu = default;
        if (body.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(body.Span) is var length && length > body.Length - sizeof(uint))
        {
            return false;
        }

        pdu = body.Slice(sizeof(uint), (int)BinaryPrimitives.ReadUInt32LittleEndian(body.Span));
        body = body[(sizeof(uint) + pdu.Length)..];
        return true;
    }

    private static void WriteHead(Span<byte> message, RemotingKind kind, AssociationKey key)
    {
        message[0] = (byte)((byte)kind | (key.OpenedByUs ? OpenedBySender : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(message[1..], key.Id);
    }
}
