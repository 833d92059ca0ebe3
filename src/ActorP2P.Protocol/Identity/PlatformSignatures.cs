using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity;

/// <summary>ECDSA signatures over certificates and revocation lists by the platform's library (RFC 5758, 3.2).</summary>
internal static class PlatformSignatures
{
    /// <summary>True for ecdsa-with-SHA256, -SHA384 and -SHA512: what .NET can verify and nobody has broken.</summary>
    public static bool Knows(string oid) => HashOf(oid) is not null;

    /// <summary>Verifies a DER signature by an issuer's key on any named curve that the platform knows; false for everything else.</summary>
    public static bool Verify(X509Certificate2 issuer, string signatureOid, ReadOnlySpan<byte> signedData, ReadOnlySpan<byte> signature)
    {
        if (HashOf(signatureOid) is not { } hash)
        {
            return false;
        }

        try
        {
            using var key = issuer.GetECDsaPublicKey();
            return key is not null && key.VerifyData(signedData, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // A curve that the platform does not know.
            return false;
        }
    }

    private static HashAlgorithmName? HashOf(string oid) => oid switch
    {
        "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
