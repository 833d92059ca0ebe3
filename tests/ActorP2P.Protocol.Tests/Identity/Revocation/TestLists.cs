using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Tests.Identity.Revocation;

/// <summary>Revocation lists as .NET's own builder makes them: a second implementation beside our reader.</summary>
internal static class TestLists
{
    public static readonly DateTimeOffset Now = TestPki.Now;

    /// <summary>A list of an issuer, as PEM.</summary>
    public static string Pem(
        CertificateIssuer issuer,
        int number,
        IEnumerable<CertificateChain> revoked,
        DateTimeOffset? thisUpdate = null,
        DateTimeOffset? nextUpdate = null,
        CertificateIssuer? signedBy = null)
    {
        using var certificate = X509Certificate2.CreateFromPem(issuer.CertificatePem);
        using var key = ECDsa.Create();
        key.ImportFromPem((signedBy ?? issuer).ExportKeyPem());
        var builder = new CertificateRevocationListBuilder();
        foreach (var chain in revoked)
        {
            builder.AddEntry(Serial(chain), Now.AddDays(-2), X509RevocationReason.KeyCompromise);
        }

        var authority = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single());
        var der = builder.Build(
            certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            new BigInteger(number),
            nextUpdate ?? Now.AddDays(7),
            HashAlgorithmName.SHA256,
            authority,
            thisUpdate ?? Now.AddDays(-1));
        return PemEncoding.WriteString("X509 CRL", der);
    }

    public static RevocationList List(string pem)
    {
        Assert.Equal(RevocationListError.None, RevocationList.TryParsePem(pem, out var lists));
        return Assert.Single(lists);
    }

    /// <summary>A validator of the network's root with lists in force.</summary>
    public static CertificateValidator Validator(TestPki pki, StaleListPolicy stale, CertificateValidator? previous, params string[] pems)
    {
        var root = X509CertificateLoader.LoadCertificate(TestPki.Chain(pki.Root.CertificatePem).Certificates[0].Span);
        var created = RevocationLists.TryCreate([.. pems.Select(List)], stale, RevocationLists.None.Numbers, [root], pki.Curve, Now, out var lists, out var problems);
        Assert.True(created, string.Join("; ", problems));
        return new CertificateValidator([root], pki.Curve, MembershipLists.Open, new ChainLimits(4, 8192), lists, previous);
    }

    public static CertificateValidator Validator(TestPki pki, params string[] pems) => Validator(pki, StaleListPolicy.Refuse, null, pems);

    private static byte[] Serial(CertificateChain chain)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
        return certificate.SerialNumberBytes.ToArray();
    }
}
