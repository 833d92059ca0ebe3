using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ActorP2P.Protocol.Handshake;

/// <summary>Writes little-endian fields.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public WireWriter Byte(byte value) => Bytes([value]);

    public WireWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), value);
        _buffer.Advance(sizeof(ushort));
        return this;
    }

    public WireWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
        return this;
    }

    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        _buffer.Write(value);
        return this;
    }

    public WireWriter Name(string name) => Byte((byte)name.Length).Bytes(Encoding.ASCII.GetBytes(name));

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
