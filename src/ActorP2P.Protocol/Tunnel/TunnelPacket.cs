using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>What a tunnel packet's body is. The number is on the wire.</summary>
public enum TunnelPacketKind : byte
{
    /// <summary>Message 1 of the handshake, and behind it 16 random bytes that name the attempt.</summary>
    Hello = 1,

    /// <summary>Message 2, and behind it the attempt that it answers.</summary>
    Answer = 2,

    /// <summary>Message 3, and behind it the attempt.</summary>
    Finish = 3,

    /// <summary>A sealed segment of the stream between two nodes that have shaken hands.</summary>
    Sealed = 4,

    /// <summary>From a relay to a packet's source: it did not go on.</summary>
    Refused = 5,
}

/// <summary>Why a relay did not hand a packet on, as it tells the source.</summary>
public enum TunnelRefusal : byte
{
    /// <summary>The quota of this origin towards the next hop is used up.</summary>
    RelayBusy = 1,

    /// <summary>No neighbour is nearer to the destination.</summary>
    NoRoute = 2,

    /// <summary>The packet has passed as many relays as it may.</summary>
    HopLimit = 3,
}

/// <summary>
/// A packet between two nodes without a link, as relays see it: who sends, who receives, whom it shall not pass, how many
/// relays it may pass still, and bytes.
/// <code>
/// u8 kind, u8 hops left, u8 count of avoided nodes, 64 bytes source, 64 bytes destination,
/// count x u64 references in ascending order, body
/// </code>
/// </summary>
public sealed record TunnelPacket(
    TunnelPacketKind Kind,
    byte HopsLeft,
    NodeId Source,
    NodeId Destination,
    AvoidedNodes Avoided,
    ReadOnlyMemory<byte> Body)
{
    /// <summary>Bytes in front of the avoided nodes.</summary>
    public const int FixedHeaderLengthBytes = 3 + (2 * NodeId.LengthBytes);

    /// <summary>Most bytes in front of the body.</summary>
    public const int MaxHeaderLengthBytes = FixedHeaderLengthBytes + (AvoidedNodes.MaxCount * sizeof(ulong));

    /// <summary>Offset of the hops field, which each relay lowers.</summary>
    public const int HopsOffset = 1;

    /// <summary>Bytes at the end of each body but <see cref="TunnelPacketKind.Refused"/> that only its source could know before: a refusal quotes them.</summary>
    public const int ProofLengthBytes = 16;

    /// <summary>The encoded packet.</summary>
    public byte[] Encode()
    {
        var references = Avoided.References;
        var writer = new WireWriter(FixedHeaderLengthBytes + (references.Length * sizeof(ulong)) + Body.Length);
        writer.WriteByte((byte)Kind);
        writer.WriteByte(HopsLeft);
        writer.WriteByte((byte)references.Length);
        writer.WriteBytes(Source.Point);
        writer.WriteBytes(Destination.Point);
        foreach (var reference in references)
        {
            writer.WriteUInt64(reference);
        }

        writer.WriteBytes(Body.Span);
        return writer.Span.ToArray();
    }

    /// <summary>Reads a packet; the body is a slice. False when it has another form.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out TunnelPacket? packet)
    {
        packet = null;
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var kind) || kind is < (byte)TunnelPacketKind.Hello or > (byte)TunnelPacketKind.Refused
            || !reader.TryReadByte(out var hopsLeft)
            || !reader.TryReadByte(out var count) || count > AvoidedNodes.MaxCount
            || !reader.TryReadBytes(NodeId.LengthBytes, out var source)
            || !reader.TryReadBytes(NodeId.LengthBytes, out var destination))
        {
            return false;
        }

        var references = new ulong[count];
        for (var i = 0; i < references.Length; i++)
        {
            if (!reader.TryReadUInt64(out references[i]) || (i > 0 && references[i] <= references[i - 1]))
            {
                return false;
            }
        }

        packet = new TunnelPacket(
            (TunnelPacketKind)kind, hopsLeft, NodeId.FromPoint(source.Span), NodeId.FromPoint(destination.Span), AvoidedNodes.Of(references), reader.Rest);
        return true;
    }
}

/// <summary>The body of a <see cref="TunnelPacketKind.Refused"/>: u8 reason, 64 bytes destination of the refused packet, 16 bytes of its end.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Destination">Where the refused packet was to go.</param>
/// <param name="Proof">The last bytes of its body: who was not on its way cannot know them.</param>
public sealed record TunnelRefusalNotice(TunnelRefusal Reason, NodeId Destination, ReadOnlyMemory<byte> Proof)
{
    private const int LengthBytes = 1 + NodeId.LengthBytes + TunnelPacket.ProofLengthBytes;

    /// <summary>About this packet; null when there is nothing to quote, or when it is a notice itself, which nobody answers.</summary>
    public static TunnelRefusalNotice? About(TunnelPacket packet, TunnelRefusal reason) =>
        packet.Kind == TunnelPacketKind.Refused || packet.Body.Length < TunnelPacket.ProofLengthBytes
            ? null
            : new TunnelRefusalNotice(reason, packet.Destination, packet.Body[^TunnelPacket.ProofLengthBytes..]);

    /// <summary>The encoded body.</summary>
    public byte[] Encode() => [(byte)Reason, .. Destination.Point, .. Proof.Span];

    /// <summary>Reads a body. False when it has another form.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out TunnelRefusalNotice? notice)
    {
        notice = null;
        if (body.Length != LengthBytes || body.Span[0] is < (byte)TunnelRefusal.RelayBusy or > (byte)TunnelRefusal.HopLimit)
        {
            return false;
        }

        notice = new TunnelRefusalNotice(
            (TunnelRefusal)body.Span[0], NodeId.FromPoint(body.Span.Slice(1, NodeId.LengthBytes)), body[(1 + NodeId.LengthBytes)..]);
        return true;
    }
}
