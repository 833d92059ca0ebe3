using ActorP2P.Protocol.Identity;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;

namespace ActorP2P.Guomi;

/// <summary>
/// The recommended curve sm2p256v1 (GB/T 32918.5-2017) and its arithmetic by BouncyCastle. The parameters are
/// constants: nothing that a remote sends chooses them, and points come here only after our own check.
/// </summary>
internal static class Sm2Domain
{
    /// <summary>Length of a coordinate and of a scalar.</summary>
    public const int FieldBytes = 32;

    private static readonly Org.BouncyCastle.Asn1.X9.X9ECParameters Parameters = CustomNamedCurves.GetByName("sm2p256v1");

    /// <summary>Judges points and scalars.</summary>
    public static WeierstrassParameters Weierstrass { get; } = new(
        prime: "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF",
        a: "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC",
        b: "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93",
        order: "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123");

    /// <summary>a ‖ b ‖ xG ‖ yG, as the identity hash Z takes them.</summary>
    public static ReadOnlySpan<byte> HashedParameters => Hashed;

    private static readonly byte[] Hashed = Convert.FromHexString(
        "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"
        + "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"
        + "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"
        + "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0");

    /// <summary>The order n of the base point.</summary>
    public static BigInteger Order => Parameters.N;

    /// <summary>A number from big-endian bytes.</summary>
    public static BigInteger Number(ReadOnlySpan<byte> bytes) => new(1, bytes.ToArray());

    /// <summary>Writes a number below 2^256 as 32 bytes, big-endian.</summary>
    public static void Write(BigInteger number, Span<byte> destination)
    {
        var bytes = number.ToByteArrayUnsigned();
        destination[..(FieldBytes - bytes.Length)].Clear();
        bytes.CopyTo(destination[(FieldBytes - bytes.Length)..FieldBytes]);
    }

    /// <summary>True for a private key: a number in [1, n-2] (GB/T 32918.1-2016, 6.1), since n-1 could not sign.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> scalar) =>
        Weierstrass.IsScalar(scalar) && !scalar.SequenceEqual(LargestScalar);

    private static readonly byte[] LargestScalar = Convert.FromHexString("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122");

    /// <summary>[k]G, by a comb whose table look-ups do not depend on k.</summary>
    public static ECPoint MultiplyBase(BigInteger k) => new FixedPointCombMultiplier().Multiply(Parameters.G, k).Normalize();

    /// <summary>[k]P for a point that was checked to lie on the curve.</summary>
    public static ECPoint Multiply(NodeId point, BigInteger k) => Point(point).Multiply(k).Normalize();

    /// <summary>[s]G + [t]P, on public values.</summary>
    public static ECPoint SumOfProducts(BigInteger s, NodeId point, BigInteger t) =>
        ECAlgorithms.SumOfTwoMultiplies(Parameters.G, s, Point(point), t).Normalize();

    /// <summary>The affine x coordinate of a normalised point that is not infinity.</summary>
    public static BigInteger X(ECPoint point) => point.AffineXCoord.ToBigInteger();

    /// <summary>X‖Y.</summary>
    public static NodeId Encode(ECPoint point)
    {
        Span<byte> bytes = stackalloc byte[NodeId.LengthBytes];
        Write(X(point), bytes);
        Write(point.AffineYCoord.ToBigInteger(), bytes[FieldBytes..]);
        return NodeId.FromPoint(bytes);
    }

    private static ECPoint Point(NodeId id) =>
        Parameters.Curve.CreatePoint(Number(id.Point[..FieldBytes]), Number(id.Point[FieldBytes..]));
}
