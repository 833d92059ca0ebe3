using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

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

    /// <summary>PDUs of Akka.Remote, each behind its length.</summary>
    Pdus = 4,

    /// <summary>One PDU that may overtake: a heartbeat.</summary>
    Pulse = 5,

    /// <summary>The association is over.</summary>
    Disassociated = 6,
}

/// <summary>
/// Messages between two transports, little-endian. An id is unique at the side that opened the association.
/// <code>
/// u8  kind          RemotingKind; bit 7 is set by the side that opened the association
/// u64 association
/// ..  body          Pdus: (u32 length, bytes) one or more times
/// </code>
/// </summary>
internal static class RemotingWire
{
    public const int HeadBytes = 9;
    public const int MaxTextBytes = 1024;
    private const byte OpenedBySender = 0x80;

    public static byte[] Compose(RemotingKind kind, AssociationKey key, string text = "") => Compose(kind, key, Encoding.UTF8.GetBytes(text));

    public static byte[] Compose(RemotingKind kind, AssociationKey key, ReadOnlySpan<byte> body)
    {
        var message = new byte[HeadBytes + body.Length];
        WriteHead(message, kind, key);
        body.CopyTo(message.AsSpan(HeadBytes));
        return message;
    }

    public static byte[] ComposePdus(AssociationKey key, IReadOnlyList<ByteString> pdus)
    {
        var message = new byte[HeadBytes + pdus.Sum(static pdu => sizeof(uint) + pdu.Length)];
        WriteHead(message, RemotingKind.Pdus, key);
        var rest = message.AsSpan(HeadBytes);
        foreach (var pdu in pdus)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)pdu.Length);
            pdu.Span.CopyTo(rest[sizeof(uint)..]);
            rest = rest[(sizeof(uint) + pdu.Length)..];
        }

        return message;
    }

    /// <summary>What stands in front of one PDU that travels alone.</summary>
    public static byte[] ComposePduHead(AssociationKey key, int pduBytes)
    {
        var head = new byte[HeadBytes + sizeof(uint)];
        WriteHead(head, RemotingKind.Pdus, key);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(HeadBytes), (uint)pduBytes);
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
        return kind is >= RemotingKind.Associate and <= RemotingKind.Disassociated;
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
