using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Tests.Identity;

/// <summary>A consortium of CA, agency and nodes, with a time that tests choose.</summary>
internal sealed class TestPki
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly Validity Valid = Validity.FromNow(Now, 365);

    public TestPki(int seed, EcdsaCurve? curve = null)
    {
        Random = new SeededRandom(seed);
        Curve = curve ?? IdentityCurves.P256;
        Root = CertificateIssuer.CreateRoot(Curve, "test ca", Validity.FromNow(Now, 3650), Random);
        Agency = Root.IssueAgency("test agency", Validity.FromNow(Now, 3650), Random);
    }

    public static TestPki P256 { get; } = new(1);

    public static TestPki Secp256k1 { get; } = new(2, IdentityCurves.Secp256k1);

    public static TestPki Foreign { get; } = new(3);

    public IRandomSource Random { get; }

    public EcdsaCurve Curve { get; }

    public CertificateIssuer Root { get; }

    public CertificateIssuer Agency { get; }

    public IssuedNode IssueNode(string name = "node", Validity? validity = null) =>
        Agency.IssueNode(new NodeCertificateRequest(name, [], validity ?? Valid), Random);

    public NodeIdentity Node(string name = "node", IdentitySettings? settings = null)
    {
        var issued = IssueNode(name);
        return Identity(issued.KeyPem, issued.ChainPem, issued.CaPem, Curve, settings);
    }

    public static NodeIdentity Identity(string key, string chain, string ca, IdentityCurve curve, IdentitySettings? settings = null) =>
        NodeIdentity.TryCreate(key, chain, ca, curve, null, settings ?? Settings(), Now, out var identity, out var errors)
            ? identity
            : throw new InvalidOperationException(string.Join("; ", errors));

    public static IdentitySettings Settings(string[]? allow = null, string[]? deny = null) =>
        new("p256", "", "", "", "", allow ?? [], deny ?? [], MaxChainCertificates: 4, MaxChainBytes: 8192, AllowFile: "", DenyFile: "");

    /// <summary>A leaf chain built from any request: for certificates that the issuer itself would never make.</summary>
    public CertificateChain Leaf(Action<CertificateRequest> change, Validity? validity = null)
    {
        using var key = (EcdsaNodeKey)Curve.GenerateKey(Random);
        var request = CertificateIssuer.NodeRequest(new NodeCertificateRequest("bad", [], Valid), key);
        change(request);
        return Chain(Agency.IssueLeaf(request, validity ?? Valid, Random));
    }

    public CertificateChain RsaLeaf()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return Chain(Agency.IssueLeaf(request, Valid, Random));
    }

    public CertificateValidator Validator(MembershipLists? lists = null) => new(
        [X509CertificateLoader.LoadCertificate(Chain(Root.CertificatePem).Certificates[0].Span)],
        Curve,
        lists ?? MembershipLists.Open,
        new ChainLimits(4, 8192));

    public static CertificateChain Chain(string pem) =>
        CertificateChain.TryParsePem(pem, new ChainLimits(16, 65536), out var chain, out var reason)
            ? chain
            : throw new InvalidOperationException(reason);
}
