using System.Formats.Asn1;

namespace ActorP2P.Guomi;

/// <summary>SM2 signatures as certificates hold them: <c>SEQUENCE { INTEGER r, INTEGER s }</c> (GM/T 0009-2012, 7.3).</summary>
internal static class Sm2DerSignature
{
    /// <summary>DER of r and s.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(Trim(signature[..Sm2Domain.FieldBytes]));
            writer.WriteIntegerUnsigned(Trim(signature[Sm2Domain.FieldBytes..]));
        }

        return writer.Encode();
    }

    /// <summary>Reads r‖s. False unless the bytes are canonical DER to the last, and both numbers positive and below 2^256.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> der, Span<byte> signature)
    {
        const byte Sequence = 0x30;
        signature.Clear();
        if (der.Length < 2 || der[0] != Sequence
            || !AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.DER, out _, out var offset, out var length, out var consumed)
            || consumed != der.Length)
        {
            return false;
        }

        var content = der.Slice(offset, length);
        return TryReadNumber(ref content, signature[..Sm2Domain.FieldBytes])
            && TryReadNumber(ref content, signature[Sm2Domain.FieldBytes..])
            && content.Length == 0;
    }

    /// <summary>The algorithm identifier: the OID without parameters.</summary>
    public static byte[] AlgorithmIdentifier()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Sm2Curve.SignatureOid);
        }

        return writer.Encode();
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> content, Span<byte> number)
    {
        const byte Integer = 0x02;
        if (content.Length < 2 || content[0] != Integer
            || !AsnDecoder.TryReadEncodedValue(content, AsnEncodingRules.DER, out _, out var offset, out var length, out var consumed)
            || length == 0)
        {
            return false;
        }

        var bytes = content.Slice(offset, length);
        content = content[consumed..];
        if (bytes[0] == 0 && bytes.Length > 1)
        {
            // DER: a zero may stand in front only where the number would else read as negative.
            if (bytes[1] < 0x80)
            {
                return false;
            }

            bytes = bytes[1..];
        }
        else if (bytes[0] >= 0x80)
        {
            return false;
        }

        if (bytes.Length > number.Length)
        {
            return false;
        }

        bytes.CopyTo(number[(number.Length - bytes.Length)..]);
        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> number)
    {
        var zeros = number.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? number[^1..] : number[zeros..];
    }
}
