using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Guomi.Tests;

/// <summary>A consortium on SM2, and certificates that a CA should never make.</summary>
internal sealed class Sm2Pki
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly Validity Valid = Validity.FromNow(Now, 365);

    private static readonly ChainLimits Limits = new(5, 16384);

    private readonly SeededRandom _random;

    public Sm2Pki(int seed, string name = "sm ca")
    {
        _random = new SeededRandom(seed);
        Root = CertificateIssuer.CreateRoot(GuomiSuites.Sm2, name, Valid, _random);
        Agency = Root.IssueAgency("sm agency", Valid, _random);
    }

    public static Sm2Pki Shared { get; } = new(1);

    public CertificateIssuer Root { get; }

    public CertificateIssuer Agency { get; }

    public IssuedNode IssueNode(string name = "node") => Agency.IssueNode(new NodeCertificateRequest(name, [], Valid), _random);

    public NodeIdentity Node(string name)
    {
        var issued = IssueNode(name);
        return NodeIdentity.TryCreate(issued.KeyPem, issued.ChainPem, issued.CaPem, GuomiSuites.Sm2, null, Settings(), Now, out var identity, out var errors)
            ? identity
            : throw new UnreachableException(string.Join("; ", errors));
    }

    public IIssuingKey NewKey() => (IIssuingKey)GuomiSuites.Sm2.GenerateKey(_random);

    public IIssuingKey KeyOf(CertificateIssuer issuer) =>
        GuomiSuites.Sm2.TryImportKey(issuer.ExportKeyPem(), null, out var key, out var reason) ? (IIssuingKey)key : throw new UnreachableException(reason);

    /// <summary>Any certificate below any name, signed by any key.</summary>
    public X509Certificate2 Sign(CertificateRequest request, X500DistinguishedName issuer, X509SignatureGenerator key, Validity? validity = null)
    {
        var serial = new byte[8];
        _random.Fill(serial);
        serial[0] = 0x40;
        var period = validity ?? Valid;
        return request.Create(issuer, key, period.NotBefore, period.NotAfter, serial);
    }

    /// <summary>A leaf below the agency, changed before it is signed.</summary>
    public CertificateChain Leaf(Action<CertificateRequest> change, Validity? validity = null)
    {
        var request = Request("bad", NewKey().SignatureGenerator.PublicKey, isCa: false);
        change(request);
        var agency = Load(Agency.CertificatePem);
        return Chain(Sign(request, agency.SubjectName, KeyOf(Agency).SignatureGenerator, validity), agency);
    }

    public static CertificateRequest Request(string name, PublicKey key, bool isCa, int? pathLength = null)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, pathLength is not null, pathLength ?? 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(isCa ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, critical: true));
        return request;
    }

    public CertificateVerdict Judge(CertificateChain chain, DateTimeOffset? now = null) =>
        new CertificateValidator([Load(Root.CertificatePem)], GuomiSuites.Sm2, MembershipLists.Open, Limits).Validate(chain, now ?? Now);

    public CertificateRefusal Refusal(CertificateChain chain, DateTimeOffset? now = null) => Assert.IsType<CertificateVerdict.Refused>(Judge(chain, now)).Reason;

    public static X509Certificate2 Load(string pem) => X509CertificateLoader.LoadCertificate(Chain(pem).Certificates[0].Span);

    public static CertificateChain Chain(string pem) =>
        CertificateChain.TryParsePem(pem, Limits, out var chain, out var reason) ? chain : throw new UnreachableException(reason);

    public static CertificateChain Chain(params X509Certificate2[] certificates) => Chain(certificates.Select(static c => c.RawData).ToArray());

    public static CertificateChain Chain(params byte[][] ders) =>
        CertificateChain.TryParseDer([.. ders.Select(static der => (ReadOnlyMemory<byte>)der)], Limits, out var chain, out var reason) ? chain : throw new UnreachableException(reason);

    private static IdentitySettings Settings() =>
        new("sm2", "", "", "", "", [], [], Limits.MaxCertificates, Limits.MaxBytes, AllowFile: "", DenyFile: "");
}
