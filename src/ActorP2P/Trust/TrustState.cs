using ActorP2P.Protocol.Identity;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// What a node shows of itself and whom it trusts, as one consistent whole: it exists only when all files fit together.
/// Immutable; a reload makes a new one, with the same key unless the files bring another. Disposing erases the key.
/// </summary>
public sealed class TrustState : IDisposable
{
    private readonly IReadOnlyDictionary<string, IReadOnlySet<NodeId>> _members;

    internal TrustState(
        NodeIdentity identity,
        CertificateValidator validator,
        TlsCredentials? tls,
        IReadOnlyDictionary<string, IReadOnlySet<NodeId>> members,
        IReadOnlyList<string> warnings)
    {
        Identity = identity;
        Validator = validator;
        Tls = tls;
        _members = members;
        Warnings = warnings;
    }

    /// <summary>The node's key and chain, proven under its own roots.</summary>
    public NodeIdentity Identity { get; }

    /// <summary>Judges the certificates of others.</summary>
    public CertificateValidator Validator { get; }

    /// <summary>Null when TLS is off, or not this state's business.</summary>
    public TlsCredentials? Tls { get; }

    /// <summary>What works and should not stay so: one line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A state without TLS and without members lists.</summary>
    public static TrustState Of(NodeIdentity identity, CertificateValidator validator) =>
        new(identity, validator, null, new Dictionary<string, IReadOnlySet<NodeId>>(), []);

    /// <summary>The only nodes that may take part in a namespace, this one among them; null when every member of the network may.</summary>
    public IReadOnlySet<NodeId>? MembersOf(string namespaceName) => _members.GetValueOrDefault(namespaceName);

    /// <summary>Whether a member of the network may take part in a namespace.</summary>
    public bool MayJoin(string namespaceName, NodeId node) => MembersOf(namespaceName)?.Contains(node) ?? true;

    /// <inheritdoc />
    public void Dispose() => Identity.Dispose();

    /// <summary>The short ID; nothing secret.</summary>
    public override string ToString() => Identity.ToString();
}
