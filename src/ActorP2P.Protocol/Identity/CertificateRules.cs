using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// The rules that one certificate must obey by itself, checked before any signature is. They are ours and not the
/// path builder's, so that each breach has its own reason on every platform.
/// </summary>
internal static class CertificateRules
{
    private const byte DerObjectIdentifier = 0x06;
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";
    private const string AnyExtendedKeyUsageOid = "2.5.29.37.0";

    /// <summary>Null when the leaf may speak for a node; its ID comes out as soon as it can be read.</summary>
    public static CertificateVerdict.Refused? JudgeLeaf(X509Certificate2 leaf, IdentityCurve curve, out NodeId? id)
    {
        if (!curve.TryGetNodeId(leaf, out id))
        {
            return leaf.PublicKey.Oid.Value == NamedCurveKey.EcPublicKeyOid
                ? Refuse(CertificateRefusal.WrongCurve, $"the leaf's key is not an uncompressed point of the named curve {curve.Name}", id)
                : Refuse(CertificateRefusal.NotEllipticCurve, $"the leaf's key is {leaf.PublicKey.Oid.FriendlyName ?? leaf.PublicKey.Oid.Value}, not an elliptic-curve key", id);
        }

        if (IsCa(leaf))
        {
            return Refuse(CertificateRefusal.LeafIsCa, "the node's certificate is a CA certificate", id);
        }

        if (!UsageAllows(leaf, X509KeyUsageFlags.DigitalSignature))
        {
            return Refuse(CertificateRefusal.KeyUsage, "the leaf's key usage has no digitalSignature", id);
        }

        return ExtendedUsageAllows(leaf)
            ? JudgeSignatureAlgorithm(leaf, curve, id)
            : Refuse(CertificateRefusal.KeyUsage, "the leaf's extended key usage lacks clientAuth or serverAuth", id);
    }

    /// <summary>Null when the certificate may have issued the one in front of it.</summary>
    public static CertificateVerdict.Refused? JudgeIssuer(X509Certificate2 issuer, IdentityCurve curve, NodeId? id)
    {
        if (!IsCa(issuer))
        {
            return Refuse(CertificateRefusal.IssuerNotACa, $"{Name(issuer)} is not a CA certificate", id);
        }

        // Explicit curve parameters let a sender choose the arithmetic (CVE-2020-0601, CVE-2022-0778).
        if (issuer.PublicKey.Oid.Value != NamedCurveKey.EcPublicKeyOid)
        {
            return Refuse(CertificateRefusal.NotEllipticCurve, $"the key of {Name(issuer)} is not an elliptic-curve key", id);
        }

        if (issuer.PublicKey.EncodedParameters is not { } parameters || parameters.RawData.FirstOrDefault() != DerObjectIdentifier)
        {
            return Refuse(CertificateRefusal.WrongCurve, $"the key of {Name(issuer)} is not on a named curve", id);
        }

        return UsageAllows(issuer, X509KeyUsageFlags.KeyCertSign)
            ? JudgeSignatureAlgorithm(issuer, curve, id)
            : Refuse(CertificateRefusal.KeyUsage, $"the key usage of {Name(issuer)} has no keyCertSign", id);
    }

    /// <summary>Null when <paramref name="now"/> is within the certificate's validity, both ends included (RFC 5280, 4.1.2.5).</summary>
    public static CertificateVerdict.Refused? JudgeTime(X509Certificate2 certificate, DateTimeOffset now, NodeId? id)
    {
        if (now > NotAfter(certificate))
        {
            return Refuse(CertificateRefusal.Expired, $"{Name(certificate)} ended {NotAfter(certificate):u}, now {now:u}", id);
        }

        return now < NotBefore(certificate)
            ? Refuse(CertificateRefusal.NotYetValid, $"{Name(certificate)} begins {NotBefore(certificate):u}, now {now:u}", id)
            : null;
    }

    /// <summary>End of validity in UTC.</summary>
    public static DateTimeOffset NotAfter(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    /// <summary>Begin of validity in UTC.</summary>
    public static DateTimeOffset NotBefore(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    /// <summary>True with basic constraints CA:TRUE.</summary>
    public static bool IsCa(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);

    private static CertificateVerdict.Refused? JudgeSignatureAlgorithm(X509Certificate2 certificate, IdentityCurve curve, NodeId? id)
    {
        var algorithm = certificate.SignatureAlgorithm.Value ?? "";
        return curve.AcceptsCertificateSignature(algorithm)
            ? null
            : Refuse(CertificateRefusal.WrongSignatureAlgorithm, $"{Name(certificate)} is signed with {certificate.SignatureAlgorithm.FriendlyName ?? algorithm}", id);
    }

    // An absent extension allows everything (RFC 5280, 4.2.1.3).
    private static bool UsageAllows(X509Certificate2 certificate, X509KeyUsageFlags needed) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().All(usage => (usage.KeyUsages & needed) == needed);

    private static bool ExtendedUsageAllows(X509Certificate2 leaf) =>
        leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(usage =>
        {
            var oids = usage.EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value).ToHashSet();
            return oids.Contains(AnyExtendedKeyUsageOid) || (oids.Contains(ServerAuthOid) && oids.Contains(ClientAuthOid));
        });

    // A subject comes from the remote: short, and without control characters that could forge a log line.
    private static string Name(X509Certificate2 certificate)
    {
        const int MaxChars = 80;
        var subject = string.Concat(certificate.Subject.Take(MaxChars).Select(c => char.IsControl(c) ? '?' : c));
        return $"certificate '{subject}'";
    }

    private static CertificateVerdict.Refused Refuse(CertificateRefusal reason, string detail, NodeId? id) => new(reason, detail, id);
}
