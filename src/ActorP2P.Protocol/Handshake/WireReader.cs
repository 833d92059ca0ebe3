using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorP2P.Protocol.Handshake;

/// <summary>Reads little-endian fields; every method is false once bytes are missing. Lengths are judged before anything is allocated.</summary>
internal ref struct WireReader(ReadOnlyMemory<byte> source)
{
    private ReadOnlyMemory<byte> _rest = source;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly ReadOnlyMemory<byte> Rest => _rest;

    public bool TryByte(out byte value)
    {
        value = 0;
        if (!TryBytes(1, out var bytes))
        {
            return false;
        }

        value = bytes.Span[0];
        return true;
    }

    public bool TryUInt16(out ushort value)
    {
        var ok = TryBytes(sizeof(ushort), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span) : default;
        return ok;
    }

    public bool TryUInt64(out ulong value)
    {
        var ok = TryBytes(sizeof(ulong), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span) : default;
        return ok;
    }

    public bool TryBytes(int length, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (_rest.Length < length)
        {
            return false;
        }

        value = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>u8 length and printable ASCII without spaces.</summary>
    public bool TryName(int maxLength, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!TryByte(out var length) || length == 0 || length > maxLength || !TryBytes(length, out var bytes)
            || bytes.Span.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        name = Encoding.ASCII.GetString(bytes.Span);
        return true;
    }
}
