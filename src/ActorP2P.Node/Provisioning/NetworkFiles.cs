using System.Text;
using System.Text.Json;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Transport;

namespace ActorP2P.Program.Provisioning;

/// <summary>
/// Writes what a new network needs: <c>ca/</c> with the keys that issue, <c>network.conf</c>, and a directory a node
/// with <c>node.key</c>, <c>node.crt</c>, <c>ca.crt</c>, <c>node.nodeid</c> and <c>node.conf</c>.
/// </summary>
public sealed class NetworkFiles
{
    // Ten years: agencies and roots outlive many generations of node certificates.
    private const int AuthorityDays = 3650;

    private readonly NetworkRequest _request;
    private readonly DateTimeOffset _now;
    private readonly IRandomSource _random;

    private NetworkFiles(NetworkRequest request, DateTimeOffset now, IRandomSource random)
    {
        _request = request;
        _now = now;
        _random = random;
    }

    /// <summary>Makes everything. Nothing that exists is overwritten.</summary>
    /// <exception cref="IOException">The directory is not empty, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static IReadOnlyList<ProvisionedNode> Create(NetworkRequest request, DateTimeOffset now, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(request);
        var directory = Path.GetFullPath(request.Directory);
        if (File.Exists(directory) || (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any()))
        {
            throw new IOException($"{directory} exists and is not empty: name a new directory");
        }

        Directory.CreateDirectory(directory);
        return new NetworkFiles(request with { Directory = directory }, now, random).Create();
    }

    // TLS 1.3 has no signature scheme for other curves, so those networks get P-256 certificates for TLS alone.
    private bool NeedsTlsCertificates => _request.Curve != IdentityCurves.P256;

    private List<ProvisionedNode> Create()
    {
        var issued = IssueAll(_request.Curve, "ca", "");
        var tls = NeedsTlsCertificates ? IssueAll(IdentityCurves.P256, "tls-ca", "TLS ") : null;
        Write("network.conf", SharedConf());
        var nodes = issued.Select((node, index) => new ProvisionedNode(
            index, node.Id, PathOf($"node{index}"), PathOf($"node{index}", "node.conf"), _request.Endpoints[index])).ToList();
        foreach (var node in nodes)
        {
            WriteNode(node, issued[node.Index], tls?[node.Index], nodes);
        }

        return nodes;
    }

    private List<IssuedNode> IssueAll(IdentityCurve curve, string directory, string namePrefix)
    {
        var authority = Validity.FromNow(_now, AuthorityDays);
        using var root = CertificateIssuer.CreateRoot(curve, $"{namePrefix}{_request.Id} CA", authority, _random);
        using var agency = root.IssueAgency($"{namePrefix}{_request.Agency}", authority, _random);
        Write(Path.Combine(directory, "ca.crt"), root.CertificatePem);
        Write(Path.Combine(directory, "ca.key"), root.ExportKeyPem(), secret: true);
        Write(Path.Combine(directory, "agency.crt"), agency.CertificatePem);
        Write(Path.Combine(directory, "agency.key"), agency.ExportKeyPem(), secret: true);
        return [.. _request.Endpoints.Select((endpoint, index) => agency.IssueNode(
            new NodeCertificateRequest($"node{index}", HostsOf(endpoint), Validity.FromNow(_now, _request.NodeDays)), _random))];
    }

    private static IReadOnlyList<string> HostsOf(string endpoint) =>
        EndpointAddress.TryParse(endpoint, out var address) ? [address.Host] : [];

    private void WriteNode(ProvisionedNode node, IssuedNode issued, IssuedNode? tls, List<ProvisionedNode> all)
    {
        var directory = $"node{node.Index}";
        Write(Path.Combine(directory, "node.key"), issued.KeyPem, secret: true);
        Write(Path.Combine(directory, "node.crt"), issued.ChainPem);
        Write(Path.Combine(directory, "ca.crt"), issued.CaPem);
        Write(Path.Combine(directory, "node.nodeid"), issued.Id + "\n");
        if (tls is not null)
        {
            Write(Path.Combine(directory, "tls.key"), tls.KeyPem, secret: true);
            Write(Path.Combine(directory, "tls.crt"), tls.ChainPem);
            Write(Path.Combine(directory, "tls-ca.crt"), tls.CaPem);
        }

        Write(Path.Combine(directory, "node.conf"), NodeConf(node, all));
    }

    private string SharedConf()
    {
        var text = new StringBuilder();
        text.Append("# What all nodes of this network have in common. Every key and its default: reference.conf.\n");
        text.Append($"actorp2p {{\n  network.id = {Quoted(_request.Id)}\n  identity.curve = {Quoted(_request.Curve.Name)}\n");
        var suites = _request.Suites.Count > 0 ? _request.Suites : KnownAlgorithms.StandardSuitesOf(_request.Curve);
        var providers = KnownAlgorithms.ProvidersOf(_request.Curve, suites);
        if (providers.Count > 0)
        {
            text.Append($"  suites.providers = [{string.Join(", ", providers.Select(Quoted))}]\n");
        }

        if (suites.Count > 0)
        {
            text.Append($"  encryption.suites = [{string.Join(", ", suites.Select(Quoted))}]\n");
        }

        if (NeedsTlsCertificates)
        {
            text.Append("  tls { key-file = \"tls.key\", certificate-file = \"tls.crt\", ca-file = \"tls-ca.crt\" }\n");
        }

        return text.Append("}\n").Append(_request.SharedSettings).ToString();
    }

    private static string NodeConf(ProvisionedNode node, List<ProvisionedNode> all)
    {
        var text = new StringBuilder();
        text.Append($"# node{node.Index}, ID {node.Id}\ninclude required(\"../network.conf\")\n\nactorp2p {{\n");
        text.Append("  identity { key-file = \"node.key\", certificate-file = \"node.crt\", ca-file = \"ca.crt\" }\n");
        text.Append($"  network {{\n    listen = [{Quoted(node.Endpoint)}]\n    data-directory = \"data\"\n    peers = [\n");
        foreach (var peer in all.Where(other => other.Index != node.Index))
        {
            text.Append($"      {{ address = {Quoted(peer.Endpoint)}, node-id = {Quoted(peer.Id.ToString())} }}\n");
        }

        return text.Append("    ]\n  }\n}\n").ToString();
    }

    // A JSON string is a HOCON string.
    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([_request.Directory, .. parts]);

    private void Write(string relative, string text, bool secret = false) => OutputFiles.WriteNew(PathOf(relative), text, secret);
}
