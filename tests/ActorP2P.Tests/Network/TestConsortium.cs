using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Tests.Network;

/// <summary>A CA with an agency that certifies nodes, as a consortium chain has them.</summary>
internal sealed class TestConsortium
{
    private const int CaDays = 3650;
    private const int NodeDays = 30;

    private readonly CertificateIssuer _agency;

    public TestConsortium(string name)
    {
        var root = CertificateIssuer.CreateRoot(IdentityCurves.P256, name + " ca", Validity.FromNow(DateTimeOffset.UtcNow, CaDays), SystemRandom.Instance);
        _agency = root.IssueAgency(name + " agency", Validity.FromNow(DateTimeOffset.UtcNow, CaDays), SystemRandom.Instance);
        RootPem = root.CertificatePem;
    }

    /// <summary>The consortium of every network unless a test says otherwise.</summary>
    public static TestConsortium Ours { get; } = new("test");

    /// <summary>Another CA.</summary>
    public static TestConsortium Foreign { get; } = new("foreign");

    public string RootPem { get; }

    /// <summary>node.key, node.crt and ca.crt of a new node.</summary>
    public IssuedNode Issue(string name) => Issue(name, Validity.FromNow(DateTimeOffset.UtcNow, NodeDays));

    public IssuedNode Issue(string name, Validity validity) =>
        _agency.IssueNode(new NodeCertificateRequest(name, [], validity), SystemRandom.Instance);
}
