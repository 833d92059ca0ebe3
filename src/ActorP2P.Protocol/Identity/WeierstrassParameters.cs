using System.Globalization;
using System.Numerics;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// Domain parameters of a 256-bit curve y² = x³ + ax + b over a prime field with cofactor 1 (SEC 2 v2.0).
/// Points and signatures are judged here, on public values only, before they reach the platform's library.
/// </summary>
public sealed class WeierstrassParameters
{
    private const int CoordinateBytes = 32;

    private readonly BigInteger _prime;
    private readonly BigInteger _a;
    private readonly BigInteger _b;
    private readonly byte[] _order;
    private readonly byte[] _halfOrder;

    /// <summary>Takes the parameters as big-endian hex digits, 64 each.</summary>
    /// <exception cref="ArgumentException">The order has another length.</exception>
    /// <exception cref="FormatException">A parameter is no hex number.</exception>
    public WeierstrassParameters(string prime, string a, string b, string order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Length != 2 * CoordinateBytes)
        {
            throw new ArgumentException("The order has 64 hex digits.", nameof(order));
        }

        _prime = FromHex(prime);
        _a = FromHex(a);
        _b = FromHex(b);
        _order = Convert.FromHexString(order);
        _halfOrder = (FromHex(order) >> 1).ToByteArray(isUnsigned: true, isBigEndian: true);
    }

    /// <summary>secp256r1, NIST P-256 (SEC 2 v2.0, 2.4.2).</summary>
    public static WeierstrassParameters Secp256r1 { get; } = new(
        "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC",
        "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    /// <summary>secp256k1 (SEC 2 v2.0, 2.4.1).</summary>
    public static WeierstrassParameters Secp256k1 { get; } = new(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000007",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");

    /// <summary>True when both coordinates are reduced and satisfy the equation. With cofactor 1 that is full validation but for infinity, which has no such form.</summary>
    public bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        var x = new BigInteger(point[..CoordinateBytes], isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point[CoordinateBytes..], isUnsigned: true, isBigEndian: true);
        if (x >= _prime || y >= _prime)
        {
            return false;
        }

        var right = ((x * x % _prime * x) + (_a * x) + _b) % _prime;
        return y * y % _prime == right;
    }

    /// <summary>True when r is in [1, n-1] and s in [1, n/2].</summary>
    internal bool IsCanonicalSignature(ReadOnlySpan<byte> signature)
    {
        var r = signature[..CoordinateBytes];
        var s = signature[CoordinateBytes..];
        return IsScalar(r) && s.ContainsAnyExcept((byte)0) && s.SequenceCompareTo(_halfOrder) <= 0;
    }

    /// <summary>True for a number of 32 bytes, big-endian, in [1, n-1].</summary>
    public bool IsScalar(ReadOnlySpan<byte> number) =>
        number.ContainsAnyExcept((byte)0) && number.SequenceCompareTo(_order) < 0;

    /// <summary>Replaces a high s by n - s: both verify, and only one of them may be on the wire.</summary>
    internal void NormaliseToLowS(Span<byte> signature)
    {
        var s = signature[CoordinateBytes..];
        if (s.SequenceCompareTo(_halfOrder) <= 0)
        {
            return;
        }

        var borrow = 0;
        for (var i = CoordinateBytes - 1; i >= 0; i--)
        {
            var difference = _order[i] - s[i] - borrow;
            borrow = difference < 0 ? 1 : 0;
            s[i] = (byte)difference;
        }
    }

    private static BigInteger FromHex(string hex) =>
        BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
