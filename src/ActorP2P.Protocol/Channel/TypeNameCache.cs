using System.Buffers.Binary;
using System.Text;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// Turns type names on the wire into strings without allocating for the ones seen lately.
/// A direct-mapped table of fixed size: a remote that invents names only loses its own hits.
/// </summary>
internal sealed class TypeNameCache(int maxTypeNameBytes)
{
    private const int Slots = 64;
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);
    private readonly (byte[] Bytes, string Name)[] _slots = new (byte[], string)[Slots];

    /// <summary>Splits u16 length, name, rest. False when the length is out of range or the name is no UTF-8.</summary>
    public bool TryRead(ReadOnlyMemory<byte> source, out string name, out ReadOnlyMemory<byte> rest)
    {
        name = "";
        rest = default;
        if (source.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(source.Span);
        if (length == 0 || length > maxTypeNameBytes || source.Length < 2 + length)
        {
            return false;
        }

        rest = source[(2 + length)..];
        return TryGet(source.Span.Slice(2, length), out name);
    }

    private bool TryGet(ReadOnlySpan<byte> bytes, out string name)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref var slot = ref _slots[(uint)hash.ToHashCode() % Slots];
        if (slot.Bytes is not null && bytes.SequenceEqual(slot.Bytes))
        {
            name = slot.Name;
            return true;
        }

        name = "";
        Span<char> chars = stackalloc char[256];
        try
        {
            name = bytes.Length <= chars.Length ? new string(chars[..StrictUtf8.GetChars(bytes, chars)]) : StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        slot = (bytes.ToArray(), name);
        return true;
    }
}
