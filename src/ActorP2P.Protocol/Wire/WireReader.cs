using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace ActorP2P.Protocol.Wire;

/// <summary>
/// Reads little-endian fields off received bytes without copying. Every read says whether it succeeded;
/// nothing is allocated by a length that the sender claims, beyond text that is really there.
/// </summary>
public ref struct WireReader
{
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Starts at the first byte of <paramref name="source"/>.</summary>
    public WireReader(ReadOnlyMemory<byte> source) => _rest = source;

    /// <summary>The bytes not read yet.</summary>
    public readonly ReadOnlyMemory<byte> Rest => _rest;

    /// <summary>Number of bytes not read yet.</summary>
    public readonly int RemainingBytes => _rest.Length;

    /// <summary>Reads one byte.</summary>
    public bool TryReadByte(out byte value)
    {
        value = 0;
        if (_rest.Length < 1)
        {
            return false;
        }

        value = _rest.Span[0];
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Reads 2 bytes.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        var read = BinaryPrimitives.TryReadUInt16LittleEndian(_rest.Span, out value);
        _rest = read ? _rest[sizeof(ushort)..] : _rest;
        return read;
    }

    /// <summary>Reads 4 bytes.</summary>
    public bool TryReadUInt32(out uint value)
    {
        var read = BinaryPrimitives.TryReadUInt32LittleEndian(_rest.Span, out value);
        _rest = read ? _rest[sizeof(uint)..] : _rest;
        return read;
    }

    /// <summary>Reads 8 bytes.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        var read = BinaryPrimitives.TryReadUInt64LittleEndian(_rest.Span, out value);
        _rest = read ? _rest[sizeof(ulong)..] : _rest;
        return read;
    }

    /// <summary>Takes a slice of <paramref name="lengthBytes"/> bytes.</summary>
    public bool TryReadBytes(long lengthBytes, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (lengthBytes < 0 || lengthBytes > _rest.Length)
        {
            return false;
        }

        bytes = _rest[..(int)lengthBytes];
        _rest = _rest[(int)lengthBytes..];
        return true;
    }

    /// <summary>Reads a 2-byte length and that much valid UTF-8, no longer than <paramref name="maxBytes"/>.</summary>
    public bool TryReadText(int maxBytes, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryReadUInt16(out var length) || length > maxBytes)
        {
            return false;
        }

        return TryReadUtf8(length, out text);
    }

    /// <summary>Reads exactly <paramref name="lengthBytes"/> bytes of valid UTF-8.</summary>
    public bool TryReadUtf8(int lengthBytes, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryReadBytes(lengthBytes, out var bytes) || !Utf8.IsValid(bytes.Span))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes.Span);
        return true;
    }
}
