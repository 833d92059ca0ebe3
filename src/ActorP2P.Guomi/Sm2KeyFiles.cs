using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Pkcs;

namespace ActorP2P.Guomi;

/// <summary>
/// Private keys in PEM: PKCS#8 (RFC 5958), the same encrypted, and SEC1 (RFC 5915). The curve must be given by its OID;
/// nothing behind another one is read.
/// </summary>
internal static class Sm2KeyFiles
{
    private const string EcPublicKeyOid = "1.2.840.10045.2.1";
    private const string NoKey = "no elliptic-curve private key in PKCS#8 or SEC1 PEM could be read";
    private const string OtherCurve = "the key is not on the network's curve sm2";

    // Ten times what OWASP asks for PBKDF2-HMAC-SHA256 today (600,000): seconds, not hours.
    private const int MaxIterations = 6_000_000;

    private static readonly Asn1Tag Parameters = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag PublicKey = new(TagClass.ContextSpecific, 1);

    /// <summary>The scalar in a pinned array, or one line of reason.</summary>
    public static bool TryRead(string pem, string? password, [NotNullWhen(true)] out byte[]? scalar, out string reason)
    {
        scalar = null;
        if (!TryFind(pem, out var label, out var der))
        {
            reason = NoKey;
            return false;
        }

        try
        {
            reason = label switch
            {
                "PRIVATE KEY" => ReadPkcs8(der, out scalar),
                "EC PRIVATE KEY" => ReadSec1(der, curveGiven: false, out scalar),
                _ => ReadEncrypted(der, password, out scalar),
            };
        }
        catch (AsnContentException)
        {
            reason = NoKey;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }

        if (reason.Length > 0)
        {
            CryptographicOperations.ZeroMemory(scalar);
            scalar = null;
        }

        return scalar is not null;
    }

    /// <summary>PKCS#8 PEM with the public point, not encrypted. Secret.</summary>
    public static string Write(ReadOnlySpan<byte> scalar, NodeId id)
    {
        var inner = new AsnWriter(AsnEncodingRules.DER);
        using (inner.PushSequence())
        {
            inner.WriteInteger(1);
            inner.WriteOctetString(scalar);
            using (inner.PushSequence(PublicKey))
            {
                inner.WriteBitString([4, .. id.Point]);
            }
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EcPublicKeyOid);
                writer.WriteObjectIdentifier(Sm2Curve.CurveOid);
            }

            var encoded = inner.Encode();
            writer.WriteOctetString(encoded);
            CryptographicOperations.ZeroMemory(encoded);
        }

        inner.Reset();
        var der = writer.Encode();
        writer.Reset();
        var pem = PemEncoding.WriteString("PRIVATE KEY", der) + "\n";
        CryptographicOperations.ZeroMemory(der);
        return pem;
    }

    private static bool TryFind(string pem, out string label, out byte[] der)
    {
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            label = rest[fields.Label].ToString();
            if (label is "PRIVATE KEY" or "EC PRIVATE KEY" or "ENCRYPTED PRIVATE KEY")
            {
                der = GC.AllocateUninitializedArray<byte>(fields.DecodedDataLength, pinned: true);
                return Convert.TryFromBase64Chars(rest[fields.Base64Data], der, out var written) && written == der.Length;
            }

            rest = rest[fields.Location.End..];
        }

        (label, der) = ("", []);
        return false;
    }

    private static string ReadPkcs8(byte[] der, out byte[]? scalar)
    {
        scalar = null;
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var key = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        key.ReadInteger();
        var algorithm = key.ReadSequence();
        if (algorithm.ReadObjectIdentifier() != EcPublicKeyOid)
        {
            return NoKey;
        }

        if (algorithm.PeekTag() != Asn1Tag.ObjectIdentifier || algorithm.ReadObjectIdentifier() != Sm2Curve.CurveOid)
        {
            return OtherCurve;
        }

        if (!key.TryReadPrimitiveOctetString(out var inner))
        {
            return NoKey;
        }

        // Attributes and a public key may follow; neither is needed, and nothing else has a place there.
        while (key.HasData)
        {
            if (key.PeekTag().TagClass != TagClass.ContextSpecific)
            {
                return NoKey;
            }

            key.ReadEncodedValue();
        }

        return ReadSec1(inner, curveGiven: true, out scalar);
    }

    private static string ReadSec1(ReadOnlyMemory<byte> der, bool curveGiven, out byte[]? scalar)
    {
        scalar = null;
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var key = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (key.ReadInteger() != 1 || !key.TryReadPrimitiveOctetString(out var number) || number.Length != Sm2Domain.FieldBytes)
        {
            return NoKey;
        }

        if (key.HasData && key.PeekTag().HasSameClassAndValue(Parameters))
        {
            var parameters = key.ReadSequence(Parameters);
            curveGiven = parameters.PeekTag() == Asn1Tag.ObjectIdentifier && parameters.ReadObjectIdentifier() == Sm2Curve.CurveOid;
        }

        if (!curveGiven)
        {
            return OtherCurve;
        }

        if (!Sm2Domain.IsPrivateKey(number.Span))
        {
            return "the private key is out of the curve's range";
        }

        var publicKey = key.HasData ? key.ReadSequence(PublicKey) : null;
        key.ThrowIfNotEmpty();
        scalar = GC.AllocateUninitializedArray<byte>(Sm2Domain.FieldBytes, pinned: true);
        number.Span.CopyTo(scalar);
        return publicKey is null ? "" : JudgePublicKey(publicKey, scalar);
    }

    private static string JudgePublicKey(AsnReader wrapped, byte[] scalar)
    {
        var expected = Sm2Domain.Encode(Sm2Domain.MultiplyBase(Sm2Domain.Number(scalar)));
        var point = wrapped.ReadBitString(out _);
        return point.Length == 1 + NodeId.LengthBytes && point.AsSpan(1).SequenceEqual(expected.Point)
            ? ""
            : "the file's public key is not that of its private key";
    }

    // A damaged number of iterations would keep the node busy for hours.
    private static bool IsAffordable(AlgorithmIdentifier algorithm)
    {
        if (!algorithm.Algorithm.Equals(PkcsObjectIdentifiers.IdPbeS2))
        {
            return false;
        }

        var derivation = PbeS2Parameters.GetInstance(algorithm.Parameters).KeyDerivationFunc;
        return derivation.Algorithm.Equals(PkcsObjectIdentifiers.IdPbkdf2)
            && Pbkdf2Params.GetInstance(derivation.Parameters).IterationCount.CompareTo(BigInteger.ValueOf(MaxIterations)) <= 0;
    }

    private static string ReadEncrypted(byte[] der, string? password, out byte[]? scalar)
    {
        scalar = null;
        if (password is null)
        {
            return "the key is encrypted and no password was given";
        }

        byte[]? plain = null;
        try
        {
            var encrypted = EncryptedPrivateKeyInfo.GetInstance(Asn1Sequence.GetInstance(der));
            if (!IsAffordable(encrypted.EncryptionAlgorithm))
            {
                return $"the encrypted key is not by PBES2 with PBKDF2 of at most {MaxIterations} iterations";
            }

            plain = PrivateKeyInfoFactory.CreatePrivateKeyInfo(password.ToCharArray(), encrypted).GetEncoded();
            return ReadPkcs8(plain, out scalar);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library has no one way to say that the password does not fit, and none that is documented for a damaged
            // file. The file is the operator's own; whatever is wrong with it is one line for him.
            return "the password is wrong or the encrypted key is damaged";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
