using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Transport;

namespace ActorP2P.Benchmarks.Wire;

/// <summary>Two nodes of one consortium, with root, agency and P-256 node certificates as in production.</summary>
internal sealed class BenchmarkConsortium
{
    public BenchmarkConsortium()
    {
        var random = SystemRandomSource.Instance;
        var validity = Validity.FromNow(DateTimeOffset.UtcNow, days: 2);
        using var root = CertificateIssuer.CreateRoot(IdentityCurves.P256, "benchmark root", validity, random);
        using var agency = root.IssueAgency("benchmark agency", validity, random);
        Nodes = [.. Enumerable.Range(0, 2).Select(i => agency.IssueNode(new NodeCertificateRequest($"node{i}", [], validity), random))];
        Tls = [.. Nodes.Select(CredentialsOf)];
    }

    public IReadOnlyList<IssuedNode> Nodes { get; }

    public IReadOnlyList<TlsCredentials> Tls { get; }

    private static TlsCredentials CredentialsOf(IssuedNode node) =>
        TlsCredentials.TryCreate(node.KeyPem, node.ChainPem, node.CaPem, null, out var credentials, out var error)
            ? credentials
            : throw new InvalidOperationException(error);
}
