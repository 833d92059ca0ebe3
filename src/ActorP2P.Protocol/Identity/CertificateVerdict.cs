namespace ActorP2P.Protocol.Identity;

/// <summary>Why a certificate chain does not prove membership.</summary>
public enum CertificateRefusal
{
    /// <summary>Not DER, not X.509, or an unknown critical extension.</summary>
    Malformed,

    /// <summary>More certificates or bytes than allowed.</summary>
    TooLong,

    /// <summary>No path to one of the configured roots.</summary>
    UntrustedRoot,

    /// <summary>A certificate of the path has ended.</summary>
    Expired,

    /// <summary>A certificate of the path has not begun.</summary>
    NotYetValid,

    /// <summary>The leaf's key is RSA or anything else that is no elliptic-curve key.</summary>
    NotEllipticCurve,

    /// <summary>The leaf's key is on another curve, not a named one, not a point, or compressed.</summary>
    WrongCurve,

    /// <summary>A certificate is signed with an algorithm that the network does not accept.</summary>
    WrongSignatureAlgorithm,

    /// <summary>The leaf may itself issue certificates: a stolen one would be a CA.</summary>
    LeafIsCa,

    /// <summary>An issuer is not a CA, or its path length is exceeded.</summary>
    IssuerNotACa,

    /// <summary>A signature in the path does not verify.</summary>
    BadSignature,

    /// <summary>Key usage or extended key usage forbids what a node does with its key.</summary>
    KeyUsage,

    /// <summary>Refused by name constraints or another policy of the path.</summary>
    Policy,

    /// <summary>The node ID is on the deny-list.</summary>
    Denied,

    /// <summary>There is an allow-list and the node ID is not on it.</summary>
    NotAllowed,

    /// <summary>A certificate of the path is on its issuer's revocation list.</summary>
    Revoked,

    /// <summary>The revocation list of an issuer of the path is stale, and <c>crl.stale</c> is <c>refuse</c>.</summary>
    RevocationStale,

    /// <summary>The revocation list of an issuer of the path is not signed by it, or it may not sign lists.</summary>
    RevocationUnknown,
}

/// <summary>What a chain proves at one moment.</summary>
public abstract record CertificateVerdict
{
    private CertificateVerdict()
    {
    }

    /// <summary>The chain leads to a configured root and the ID may be a member.</summary>
    /// <param name="Id">The leaf's public key.</param>
    /// <param name="NotAfter">
    /// The earliest end of any certificate on the path, and of a revocation list under <c>crl.stale = refuse</c>: nothing
    /// built on it lasts longer.
    /// </param>
    /// <param name="CertificateNotAfter">The earliest end of any certificate on the path.</param>
    public sealed record Accepted(NodeId Id, DateTimeOffset NotAfter, DateTimeOffset CertificateNotAfter) : CertificateVerdict;

    /// <summary>The chain proves nothing.</summary>
    /// <param name="Reason">The typed reason.</param>
    /// <param name="Detail">One line for people.</param>
    /// <param name="ClaimedId">The leaf's key when it could be read; unproven.</param>
    public sealed record Refused(CertificateRefusal Reason, string Detail, NodeId? ClaimedId) : CertificateVerdict;
}
