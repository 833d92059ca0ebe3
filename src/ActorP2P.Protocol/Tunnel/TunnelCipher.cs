using System.Buffers.Binary;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>What opening a sealed packet came to. None of them ends anything: anybody on the way can send such bytes.</summary>
public enum TunnelVerdict
{
    /// <summary>Authentic and new.</summary>
    Opened,

    /// <summary>Changed on the way, or sealed with another key.</summary>
    Tampered,

    /// <summary>It came before, or is too old to say.</summary>
    Repeated,

    /// <summary>Too short for its counter and tag.</summary>
    Malformed,
}

/// <summary>
/// Seals and opens the packets between two nodes, whatever <c>encryption.enabled</c> says: relays read and forge nothing.
/// A packet's body is <c>u64 counter ‖ ciphertext ‖ tag</c>; kind, source and destination are authenticated with it. Packets
/// may be lost, doubled and reordered, so a replay window takes the place of the link's strict counter.
/// Not safe for concurrent use. Disposing erases the keys.
/// </summary>
public sealed class TunnelCipher : IDisposable
{
    /// <summary>Counters remembered; our guess: many times what can be under way.</summary>
    public const int WindowPackets = 1024;

    /// <summary>Bytes that sealing adds.</summary>
    public const int OverheadBytes = sizeof(ulong) + AeadSuite.TagLengthBytes;

    private const int AssociatedLengthBytes = 1 + (2 * NodeId.LengthBytes);

    private readonly RecordCipher _out;
    private readonly RecordCipher _in;
    private readonly byte[] _outAssociated;
    private readonly byte[] _inAssociated;
    private readonly RekeySettings _limits;
    private readonly ReplayWindow _window = new(WindowPackets);
    private ulong _next;
    private long _bytes;

    internal TunnelCipher(RecordCipher outbound, RecordCipher inbound, NodeId self, NodeId remote, RekeySettings limits)
    {
        _out = outbound;
        _in = inbound;
        _outAssociated = Associated(self, remote);
        _inAssociated = Associated(remote, self);
        _limits = limits;
    }

    /// <summary>True when the key may seal no more: the two must shake hands anew, and do so well before.</summary>
    public bool Exhausted => _next >= (ulong)_limits.MaxRecordsPerKey;

    /// <summary>True when this side has sealed as much as one generation of keys should: time to shake hands anew.</summary>
    public bool IsWorn => _next >= (ulong)Math.Min(_limits.AfterRecords, _limits.MaxRecordsPerKey / 2) || _bytes >= _limits.AfterBytes;

    /// <summary>Seals a segment into the body of a packet.</summary>
    /// <exception cref="InvalidOperationException">The cipher is <see cref="Exhausted"/>.</exception>
    public byte[] Seal(ReadOnlySpan<byte> segment)
    {
        if (Exhausted)
        {
            throw new InvalidOperationException("The tunnel's packet limit is reached.");
        }

        _bytes += segment.Length;
        var body = GC.AllocateUninitializedArray<byte>(segment.Length + OverheadBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(body, _next);
        segment.CopyTo(body.AsSpan(sizeof(ulong)));
        _out.Seal(_next++, body.AsSpan(sizeof(ulong), segment.Length), body.AsSpan(sizeof(ulong) + segment.Length), _outAssociated);
        return body;
    }

    /// <summary>Opens the body of a packet into a copy: what does not open leaves the bytes as they were.</summary>
    public TunnelVerdict Open(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> segment)
    {
        segment = default;
        if (body.Length < OverheadBytes)
        {
            return TunnelVerdict.Malformed;
        }

        var counter = BinaryPrimitives.ReadUInt64LittleEndian(body.Span);
        if (!_window.IsFresh(counter) || counter >= (ulong)_limits.MaxRecordsPerKey)
        {
            return TunnelVerdict.Repeated;
        }

        var text = body[sizeof(ulong)..^AeadSuite.TagLengthBytes].ToArray();
        if (!_in.TryOpen(counter, text, body.Span[^AeadSuite.TagLengthBytes..], _inAssociated))
        {
            return TunnelVerdict.Tampered;
        }

        _window.Mark(counter);
        segment = text;
        return TunnelVerdict.Opened;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _out.Dispose();
        _in.Dispose();
    }

    private static byte[] Associated(NodeId source, NodeId destination)
    {
        var bytes = new byte[AssociatedLengthBytes];
        bytes[0] = (byte)TunnelPacketKind.Sealed;
        source.Point.CopyTo(bytes.AsSpan(1));
        destination.Point.CopyTo(bytes.AsSpan(1 + NodeId.LengthBytes));
        return bytes;
    }
}
