using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using Org.BouncyCastle.Math;

namespace ActorP2P.Guomi;

/// <summary>
/// The digital signature of GB/T 32918.2-2016 over sm2p256v1 with SM3 and the user ID 1234567812345678 (GM/T 0009-2012),
/// which certificates and FISCO BCOS use. Unlike ECDSA's, a signature has no twin that an outsider can make: n - s
/// verifies nothing, so there is no rule of the lower s.
/// </summary>
internal static class Sm2Signatures
{
    /// <summary>Length of r‖s.</summary>
    public const int LengthBytes = 64;

    private const int DigestBytes = Sm3Hash.DigestLengthBytes;

    private static ReadOnlySpan<byte> UserId => "1234567812345678"u8;

    /// <summary>e = SM3(Z ‖ label ‖ 0x00 ‖ data), and without label and zero byte when <paramref name="label"/> is empty.</summary>
    public static void Digest(NodeId signer, ReadOnlySpan<byte> label, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Span<byte> z = stackalloc byte[DigestBytes];
        using var state = new Sm3State();
        IdentityHash(state, signer, z);
        state.Append(z);
        if (label.Length > 0)
        {
            state.Append(label);
            state.Append([0]);
        }

        state.Append(data);
        state.Finish(digest);
    }

    /// <summary>Signs a digest with a nonce derived from key and digest, as RFC 6979 does for ECDSA, with SM3.</summary>
    public static void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        using var nonces = new Sm2Nonces(privateKey, digest);
        Span<byte> nonce = stackalloc byte[Sm2Domain.FieldBytes];
        Span<byte> blind = stackalloc byte[Sm2Domain.FieldBytes];
        do
        {
            nonces.Next(nonce);
            nonces.Next(blind);
        }
        while (!TrySign(privateKey, digest, nonce, blind, signature));

        CryptographicOperations.ZeroMemory(nonce);
        CryptographicOperations.ZeroMemory(blind);
    }

    /// <summary>
    /// Steps A4 to A7 with a given nonce; false when the standard asks for another one. The blinding factor changes
    /// nothing in the result: the library's inversion is not constant in time, so it gets to see a product only.
    /// </summary>
    public static bool TrySign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> blind, Span<byte> signature)
    {
        var n = Sm2Domain.Order;
        var k = Sm2Domain.Number(nonce);
        var r = Sm2Domain.Number(digest).Add(Sm2Domain.X(Sm2Domain.MultiplyBase(k))).Mod(n);
        if (r.SignValue == 0 || r.Add(k).Equals(n))
        {
            return false;
        }

        var b = Sm2Domain.Number(blind);
        var onePlusKey = Sm2Domain.Number(privateKey).Add(BigInteger.One);
        var inverse = onePlusKey.Multiply(b).Mod(n).ModInverse(n).Multiply(b).Mod(n);

        // (k - r d) / (1 + d) = (k + r) / (1 + d) - r: the key is multiplied by no public number.
        var s = inverse.Multiply(k.Add(r)).Subtract(r).Mod(n);
        if (s.SignValue == 0)
        {
            return false;
        }

        Sm2Domain.Write(r, signature);
        Sm2Domain.Write(s, signature[Sm2Domain.FieldBytes..]);
        return true;
    }

    /// <summary>Steps B1 to B7. The signer's point must have been checked. False for anything that is not its signature.</summary>
    public static bool Verify(NodeId signer, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var inRange = signature.Length == LengthBytes
            && Sm2Domain.Weierstrass.IsScalar(signature[..Sm2Domain.FieldBytes])
            && Sm2Domain.Weierstrass.IsScalar(signature[Sm2Domain.FieldBytes..]);
        if (!inRange)
        {
            return false;
        }

        var n = Sm2Domain.Order;
        var r = Sm2Domain.Number(signature[..Sm2Domain.FieldBytes]);
        var s = Sm2Domain.Number(signature[Sm2Domain.FieldBytes..]);
        var t = r.Add(s).Mod(n);
        if (t.SignValue == 0)
        {
            return false;
        }

        var point = Sm2Domain.SumOfProducts(s, signer, t);
        return !point.IsInfinity && Sm2Domain.Number(digest).Add(Sm2Domain.X(point)).Mod(n).Equals(r);
    }

    // Z = SM3(bits of the user ID, 16 big-endian ‖ user ID ‖ a ‖ b ‖ G ‖ signer), 5.5 of the standard.
    private static void IdentityHash(Sm3State state, NodeId signer, Span<byte> z)
    {
        var bits = UserId.Length * 8;
        state.Append([(byte)(bits >> 8), (byte)bits]);
        state.Append(UserId);
        state.Append(Sm2Domain.HashedParameters);
        state.Append(signer.Point);
        state.Finish(z);
    }
}
