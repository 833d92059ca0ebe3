using System.Buffers.Binary;
using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Succession;

namespace ActorP2P.Protocol.Links;

/// <summary>What one entry of a session-0 record is. The number is its first byte on the wire.</summary>
public enum LinkEntryKind : byte
{
    /// <summary>Asks for a <see cref="Pong"/> with the same number.</summary>
    Ping = 1,

    /// <summary>Answers a <see cref="Ping"/>.</summary>
    Pong = 2,

    /// <summary>A one-way sign of life.</summary>
    Beat = 3,

    /// <summary>The decider of the pair chose this link.</summary>
    Confirm = 4,

    /// <summary>The sender serves the namespace behind this tag, with this nonce.</summary>
    Offer = 5,

    /// <summary>The sender no longer serves the namespace behind this tag.</summary>
    Withdraw = 6,

    /// <summary>The sender's last entry; a reason follows.</summary>
    Goodbye = 7,

    /// <summary>Bytes for the remote topology, or the last part of them; gossip lane only.</summary>
    Topology = 8,

    /// <summary>A part of topology bytes that more parts follow; gossip lane only.</summary>
    TopologyPart = 9,

    /// <summary>A packet between two other nodes, or between one and this one through relays; request lane only.</summary>
    Tunnel = 10,

    /// <summary>The sender's key takes the place of another one, or another one its place: a statement that both signed.</summary>
    Succession = 11,
}

/// <summary>Why a session-0 record was no list of entries. Each one ends the link.</summary>
public enum LinkEntryError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The kind is not known.</summary>
    UnknownKind,

    /// <summary>The kind does not belong on this lane.</summary>
    WrongLane,

    /// <summary>The record ends within the entry.</summary>
    Truncated,

    /// <summary>A goodbye's reason is no token of lower-case letters, digits, dots and hyphens.</summary>
    BadReason,
}

/// <summary>One decoded entry.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">The ping's or pong's number, or the tag of an offer or withdrawal; 0 otherwise.</param>
/// <param name="Bytes">An offer's nonce, a goodbye's reason in ASCII, a statement of succession, or topology bytes: a slice of the record.</param>
public readonly record struct LinkEntry(LinkEntryKind Kind, ulong Number, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Codec of the entries that two links exchange on session 0. A record holds one or more, back to back, little-endian.
/// <code>
/// Ping, Pong   kind u8, number u64
/// Beat         kind u8
/// Confirm      kind u8
/// Offer        kind u8, tag u64, nonce 16 bytes
/// Withdraw     kind u8, tag u64
/// Goodbye      kind u8, length u8, reason (ASCII token)
/// Topology     kind u8, length u32, bytes (TopologyPart and Tunnel alike)
/// Succession   kind u8, statement 313 bytes
/// </code>
/// </summary>
public static class LinkEntries
{
    /// <summary>Length of an offer's nonce.</summary>
    public const int NonceLengthBytes = 16;

    /// <summary>Longest reason of a goodbye.</summary>
    public const int MaxReasonBytes = 64;

    /// <summary>Longest control entry: a statement of succession.</summary>
    public const int MaxControlEntryBytes = 1 + SuccessionStatement.LengthBytes;

    /// <summary>Bytes that a topology or tunnel entry adds to what it carries.</summary>
    public const int TopologyOverheadBytes = 5;

    /// <summary>Length of the encoded entry.</summary>
    public static int LengthBytes(in LinkEntry entry) => entry.Kind switch
    {
        LinkEntryKind.Ping or LinkEntryKind.Pong or LinkEntryKind.Withdraw => 9,
        LinkEntryKind.Offer => 9 + NonceLengthBytes,
        LinkEntryKind.Goodbye => 2 + entry.Bytes.Length,
        LinkEntryKind.Succession => 1 + SuccessionStatement.LengthBytes,
        LinkEntryKind.Topology or LinkEntryKind.TopologyPart or LinkEntryKind.Tunnel => TopologyOverheadBytes + entry.Bytes.Length,
        _ => 1,
    };

    /// <summary>Writes the entry at the start of <paramref name="destination"/>, which has room for it.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The entry's bytes have a length that its kind does not allow.</exception>
    public static int Write(in LinkEntry entry, Span<byte> destination)
    {
        destination[0] = (byte)entry.Kind;
        switch (entry.Kind)
        {
            case LinkEntryKind.Ping or LinkEntryKind.Pong or LinkEntryKind.Withdraw:
                BinaryPrimitives.WriteUInt64LittleEndian(destination[1..], entry.Number);
                break;
            case LinkEntryKind.Offer:
                Require(entry.Bytes.Length == NonceLengthBytes, "an offer's nonce has 16 bytes");
                BinaryPrimitives.WriteUInt64LittleEndian(destination[1..], entry.Number);
                entry.Bytes.Span.CopyTo(destination[9..]);
                break;
            case LinkEntryKind.Goodbye:
                Require(IsReason(entry.Bytes.Span), "a goodbye's reason is a token of 1 to 64 bytes");
                destination[1] = (byte)entry.Bytes.Length;
                entry.Bytes.Span.CopyTo(destination[2..]);
                break;
            case LinkEntryKind.Succession:
                Require(entry.Bytes.Length == SuccessionStatement.LengthBytes, "a statement of succession has one length");
                entry.Bytes.Span.CopyTo(destination[1..]);
                break;
            case LinkEntryKind.Topology or LinkEntryKind.TopologyPart or LinkEntryKind.Tunnel:
                BinaryPrimitives.WriteInt32LittleEndian(destination[1..], entry.Bytes.Length);
                entry.Bytes.Span.CopyTo(destination[TopologyOverheadBytes..]);
                break;
        }

        return LengthBytes(entry);
    }

    /// <summary>Takes the next entry from the front of an opened record.</summary>
    /// <param name="record">The rest of the record; advanced past the entry.</param>
    /// <param name="lane">The lane that the record came on.</param>
    /// <param name="entry">The entry, valid when the result is true.</param>
    /// <param name="error">Why not; <see cref="LinkEntryError.None"/> at the record's end.</param>
    /// <returns>False at the end of the record and on an error.</returns>
    public static bool TryRead(ref ReadOnlyMemory<byte> record, Lane lane, out LinkEntry entry, out LinkEntryError error)
    {
        entry = default;
        error = LinkEntryError.None;
        if (record.IsEmpty)
        {
            return false;
        }

        var kind = (LinkEntryKind)record.Span[0];
        if (kind is < LinkEntryKind.Ping or > LinkEntryKind.Succession)
        {
            error = LinkEntryError.UnknownKind;
            return false;
        }

        if (lane != LaneOf(kind))
        {
            error = LinkEntryError.WrongLane;
            return false;
        }

        if (!TryDecode(kind, record, out entry))
        {
            error = LinkEntryError.Truncated;
            return false;
        }

        if (kind == LinkEntryKind.Goodbye && !IsReason(entry.Bytes.Span))
        {
            error = LinkEntryError.BadReason;
            return false;
        }

        record = record[LengthBytes(entry)..];
        return true;
    }

    /// <summary>A goodbye for this reason; what is no token is written as <c>unspecified</c>.</summary>
    public static LinkEntry Goodbye(string reason)
    {
        var bytes = Encoding.UTF8.GetBytes(reason);
        return new LinkEntry(LinkEntryKind.Goodbye, 0, IsReason(bytes) ? bytes : "unspecified"u8.ToArray());
    }

    /// <summary>The reason of a goodbye.</summary>
    public static string Reason(in LinkEntry goodbye) => Encoding.ASCII.GetString(goodbye.Bytes.Span);

    private static Lane LaneOf(LinkEntryKind kind) => kind switch
    {
        LinkEntryKind.Topology or LinkEntryKind.TopologyPart => Lane.Gossip,
        LinkEntryKind.Tunnel => Lane.Request,
        _ => Lane.Control,
    };

    private static bool TryDecode(LinkEntryKind kind, ReadOnlyMemory<byte> record, out LinkEntry entry)
    {
        entry = new LinkEntry(kind, 0, default);
        var span = record.Span;
        switch (kind)
        {
            case LinkEntryKind.Beat or LinkEntryKind.Confirm:
                return true;
            case LinkEntryKind.Goodbye:
                return span.Length >= 2 && TrySlice(record, 2, span[1], ref entry);
            case LinkEntryKind.Succession:
                return TrySlice(record, 1, SuccessionStatement.LengthBytes, ref entry);
            case LinkEntryKind.Topology or LinkEntryKind.TopologyPart or LinkEntryKind.Tunnel:
                return span.Length >= TopologyOverheadBytes
                    && TrySlice(record, TopologyOverheadBytes, BinaryPrimitives.ReadUInt32LittleEndian(span[1..]), ref entry);
            default:
                if (span.Length < 9)
                {
                    return false;
                }

                entry = entry with { Number = BinaryPrimitives.ReadUInt64LittleEndian(span[1..]) };
                return kind != LinkEntryKind.Offer || TrySlice(record, 9, NonceLengthBytes, ref entry);
        }
    }

    private static bool TrySlice(ReadOnlyMemory<byte> record, int start, uint length, ref LinkEntry entry)
    {
        if (length > (uint)(record.Length - start))
        {
            return false;
        }

        entry = entry with { Bytes = record.Slice(start, (int)length) };
        return true;
    }

    private static bool IsReason(ReadOnlySpan<byte> reason)
    {
        if (reason.Length is 0 or > MaxReasonBytes)
        {
            return false;
        }

        return reason.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789.-"u8) < 0;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}
