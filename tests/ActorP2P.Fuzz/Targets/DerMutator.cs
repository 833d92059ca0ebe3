using System.Formats.Asn1;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Changes one element of a DER tree and writes every length above it anew, so that the change reaches past the length checks.</summary>
internal static class DerMutator
{
    private const int MaxDepth = 32;

    /// <summary>Null when the bytes are no DER.</summary>
    public static byte[]? Mutate(byte[] der, Random random, Func<byte[], byte[]> changeContent)
    {
        try
        {
            var left = random.Next(Count(der, 0));
            var writer = new AsnWriter(AsnEncodingRules.DER);
            Copy(der, writer, ref left, random, changeContent, 0);
            return writer.Encode();
        }
        catch (AsnContentException)
        {
            return null;
        }
        catch (ArgumentException)
        {
            // A changed tag may be one that the writer refuses.
            return null;
        }
    }

    private static int Count(ReadOnlyMemory<byte> der, int depth)
    {
        var count = 0;
        for (var reader = new AsnReader(der, AsnEncodingRules.BER); reader.HasData;)
        {
            var constructed = reader.PeekTag().IsConstructed && depth < MaxDepth;
            var content = constructed ? reader.PeekContentBytes() : default;
            reader.ReadEncodedValue();
            count += 1 + (constructed ? Count(content, depth + 1) : 0);
        }

        return count;
    }

    private static void Copy(ReadOnlyMemory<byte> der, AsnWriter writer, ref int left, Random random, Func<byte[], byte[]> change, int depth)
    {
        for (var reader = new AsnReader(der, AsnEncodingRules.BER); reader.HasData;)
        {
            var tag = reader.PeekTag();
            var content = reader.PeekContentBytes();
            var encoded = reader.ReadEncodedValue();
            if (left-- == 0)
            {
                Change(tag, content, encoded, writer, random, change);
            }
            else if (tag.IsConstructed && depth < MaxDepth && left >= 0)
            {
                var inner = new AsnWriter(AsnEncodingRules.DER);
                Copy(content, inner, ref left, random, change, depth + 1);
                WriteTlv(writer, tag, inner.Encode());
            }
            else
            {
                writer.WriteEncodedValue(encoded.Span);
            }
        }
    }

    private static void Change(Asn1Tag tag, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> encoded, AsnWriter writer, Random random, Func<byte[], byte[]> change)
    {
        switch (random.Next(5))
        {
            case 0:
                break;
            case 1:
                writer.WriteEncodedValue(encoded.Span);
                writer.WriteEncodedValue(encoded.Span);
                break;
            case 2:
                WriteTlv(writer, new Asn1Tag((UniversalTagNumber)(1 + random.Next(30)), tag.IsConstructed), content.ToArray());
                break;
            default:
                WriteTlv(writer, tag, change(content.ToArray()));
                break;
        }
    }

    /// <summary>The writer takes no invalid content, so an element is put together by hand.</summary>
    private static void WriteTlv(AsnWriter writer, Asn1Tag tag, byte[] content)
    {
        var tagBytes = new byte[tag.CalculateEncodedSize()];
        tag.Encode(tagBytes);
        byte[] length = content.Length switch
        {
            < 0x80 => [(byte)content.Length],
            <= 0xff => [0x81, (byte)content.Length],
            _ => [0x82, (byte)(content.Length >> 8), (byte)content.Length],
        };
        writer.WriteEncodedValue([.. tagBytes, .. length, .. content]);
    }
}
