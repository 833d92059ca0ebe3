using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// The outer form that certificates and revocation lists share (RFC 5280, 4.1 and 5.1):
/// <c>SEQUENCE { to be signed, algorithm, BIT STRING }</c>.
/// </summary>
/// <param name="ToBeSigned">The encoded part that the signature covers.</param>
/// <param name="AlgorithmOid">Dotted OID of the signature algorithm.</param>
/// <param name="Signature">The signature's bytes.</param>
internal sealed record SignedDer(
    ReadOnlyMemory<byte> ToBeSigned,
    string AlgorithmOid,
    ReadOnlyMemory<byte> Signature)
{
    /// <summary>
    /// Splits the bytes. False unless they are DER to the last one, and the algorithm outside, which is not signed, is the
    /// one inside (RFC 5280, 4.1.1.2 and 5.1.1.2).
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out SignedDer? signed)
    {
        signed = null;
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var parts = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var toBeSigned = parts.ReadEncodedValue();
            var algorithm = parts.ReadEncodedValue();
            var signature = parts.ReadBitString(out var unusedBits);
            parts.ThrowIfNotEmpty();
            var oid = new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();
            if (unusedBits == 0 && InnerAlgorithm(toBeSigned).Span.SequenceEqual(algorithm.Span))
            {
                signed = new SignedDer(toBeSigned, oid, signature);
            }

            return signed is not null;
        }
        catch (AsnContentException)
        {
            // The framework's reader has no other way to say that bytes are not DER.
            return false;
        }
    }

    // In both structures it is the first SEQUENCE: only numbers stand before it.
    private static ReadOnlyMemory<byte> InnerAlgorithm(ReadOnlyMemory<byte> toBeSigned)
    {
        var fields = new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence();
        while (fields.PeekTag() != Asn1Tag.Sequence)
        {
            fields.ReadEncodedValue();
        }

        return fields.ReadEncodedValue();
    }
}
