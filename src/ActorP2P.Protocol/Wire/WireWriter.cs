using System.Buffers.Binary;
using System.Text;

namespace ActorP2P.Protocol.Wire;

/// <summary>Writes little-endian fields into one growing array, for messages this node composes itself.</summary>
public sealed class WireWriter
{
    private byte[] _buffer;
    private int _length;

    /// <summary>Starts empty with room for <paramref name="capacityBytes"/>.</summary>
    public WireWriter(int capacityBytes) => _buffer = new byte[Math.Max(capacityBytes, 16)];

    /// <summary>Bytes written so far.</summary>
    public int LengthBytes => _length;

    /// <summary>The bytes written so far. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>The bytes written; the writer must not be used afterwards.</summary>
    public ReadOnlyMemory<byte> Detach()
    {
        var written = _buffer.AsMemory(0, _length);
        _buffer = [];
        _length = 0;
        return written;
    }

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>Writes 2 bytes.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);

    /// <summary>Writes 4 bytes.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    /// <summary>Copies bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes a 2-byte length and the text as UTF-8.</summary>
    /// <exception cref="ArgumentException">The text is longer than 65,535 bytes.</exception>
    public void WriteText(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > ushort.MaxValue)
        {
            throw new ArgumentException($"Text of {length} bytes is longer than {ushort.MaxValue}.", nameof(text));
        }

        WriteUInt16((ushort)length);
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    /// <summary>Overwrites 2 bytes written before, for counts known at the end.</summary>
    public void PatchUInt16(int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(offset, sizeof(ushort)), value);

    private Span<byte> Take(int lengthBytes)
    {
        var needed = _length + lengthBytes;
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
        }

        var span = _buffer.AsSpan(_length, lengthBytes);
        _length = needed;
        return span;
    }
}
