using System.Globalization;
using System.Numerics;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// Y of a point from its X and the parity of Y (SEC 1, 2.3.4), on the curves that a network may have. All of it is
/// public, so nothing here needs constant time.
/// </summary>
internal static class CompressedPoint
{
    // y² = x³ + ax + b (mod p). SEC 2, 2.4.2 and 2.4.1; GB/T 32918.5, annex A. The order is part of addresses.
    private static readonly Curve[] Curves =
    [
        new("0ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", -3, "05ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
        new("0fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 0, "7"),
        new("0fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff", -3, "028e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"),
    ];

    /// <summary>The number of the curve on which a point X‖Y lies; null when there is none.</summary>
    public static int? CurveOf(ReadOnlySpan<byte> point)
    {
        var (x, y) = (Number(point[..(point.Length / 2)]), Number(point[(point.Length / 2)..]));
        var curve = Array.FindIndex(Curves, curve => x < curve.P && y < curve.P && BigInteger.ModPow(y, 2, curve.P) == curve.SquareAt(x));
        return curve < 0 ? null : curve;
    }

    /// <summary>Writes Y; false when the curve is unknown or has no point with this X.</summary>
    public static bool TryGetY(int curveNumber, ReadOnlySpan<byte> x, bool isOdd, Span<byte> y)
    {
        if (curveNumber < 0 || curveNumber >= Curves.Length || Number(x) is var number && number >= Curves[curveNumber].P)
        {
            return false;
        }

        // p is 3 modulo 4 on all of them, so this power is a square root where there is one.
        var curve = Curves[curveNumber];
        var square = curve.SquareAt(Number(x));
        var root = BigInteger.ModPow(square, (curve.P + 1) / 4, curve.P);
        if (BigInteger.ModPow(root, 2, curve.P) != square || (root.IsZero && isOdd))
        {
            return false;
        }

        root = root.IsEven == isOdd ? curve.P - root : root;
        y.Clear();
        return root.TryWriteBytes(y[(y.Length - root.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private sealed class Curve(string p, int a, string b)
    {
        private readonly BigInteger _b = BigInteger.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        public BigInteger P { get; } = BigInteger.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        public BigInteger SquareAt(BigInteger x)
        {
            var square = (BigInteger.ModPow(x, 3, P) + (a * x) + _b) % P;
            return square.Sign < 0 ? square + P : square;
        }
    }
}
