namespace ActorP2P.Protocol.Identity.Issuing;

/// <summary>When a certificate is valid.</summary>
/// <param name="NotBefore">First moment; whole seconds.</param>
/// <param name="NotAfter">Last moment; whole seconds.</param>
public readonly record struct Validity(DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>Valid from an hour before <paramref name="now"/>, since clocks of a consortium differ, for a number of days.</summary>
    public static Validity FromNow(DateTimeOffset now, int days) => new(now.AddHours(-1), now.AddDays(days));

    /// <summary>The same, ending no later than a moment: a certificate is worth nothing beyond its issuer's end.</summary>
    public Validity Until(DateTimeOffset end) => this with { NotAfter = NotAfter < end ? NotAfter : end };
}

/// <summary>What a node's certificate shall say.</summary>
/// <param name="CommonName">Subject CN, e.g. <c>node0</c>.</param>
/// <param name="Hosts">DNS names and IP addresses beside localhost and the loopback addresses, for TLS.</param>
/// <param name="Validity">When it is valid.</param>
public sealed record NodeCertificateRequest(string CommonName, IReadOnlyList<string> Hosts, Validity Validity);

/// <summary>The texts of a new node's three files.</summary>
/// <param name="Id">The node ID.</param>
/// <param name="KeyPem">node.key: PKCS#8, not encrypted. Secret.</param>
/// <param name="ChainPem">node.crt: leaf first, then the agencies.</param>
/// <param name="CaPem">ca.crt: the root.</param>
public sealed record IssuedNode(NodeId Id, string KeyPem, string ChainPem, string CaPem)
{
    /// <summary>The node ID alone: a key never shows by accident.</summary>
    public override string ToString() => $"issued node {Id.ShortId}";
}
