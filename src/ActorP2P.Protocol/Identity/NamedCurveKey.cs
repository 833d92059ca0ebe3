using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// Elliptic-curve public keys in certificates (RFC 5480), by bytes alone: the platform need not know the curve, and
/// nobody does arithmetic on parameters that a sender chose.
/// </summary>
public static class NamedCurveKey
{
    /// <summary>id-ecPublicKey (RFC 5480, 2.1.1).</summary>
    public const string EcPublicKeyOid = "1.2.840.10045.2.1";

    private const byte UncompressedPoint = 4;

    /// <summary>The uncompressed point of a key whose curve is given by exactly this OID. The point is not checked to lie on it.</summary>
    /// <param name="key">The certificate's key.</param>
    /// <param name="curveOid">The curve's dotted OID.</param>
    /// <param name="id">X‖Y when the result is true.</param>
    public static bool TryRead(PublicKey key, string curveOid, [NotNullWhen(true)] out NodeId? id)
    {
        id = null;
        var point = key.EncodedKeyValue.RawData;
        if (key.Oid.Value != EcPublicKeyOid
            || key.EncodedParameters is null
            || !key.EncodedParameters.RawData.AsSpan().SequenceEqual(Encode(curveOid))
            || point.Length != 1 + NodeId.LengthBytes
            || point[0] != UncompressedPoint)
        {
            return false;
        }

        id = NodeId.FromPoint(point.AsSpan(1));
        return true;
    }

    /// <summary>The key of a certificate to be made.</summary>
    public static PublicKey Create(NodeId id, string curveOid) => new(
        new Oid(EcPublicKeyOid),
        new AsnEncodedData(Encode(curveOid)),
        new AsnEncodedData([UncompressedPoint, .. id.Point]));

    private static byte[] Encode(string curveOid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(curveOid);
        return writer.Encode();
    }
}
