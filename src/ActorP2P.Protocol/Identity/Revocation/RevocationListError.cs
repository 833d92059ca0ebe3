namespace ActorP2P.Protocol.Identity.Revocation;

/// <summary>Why a certificate revocation list cannot be used.</summary>
public enum RevocationListError
{
    /// <summary>It can be used.</summary>
    None,

    /// <summary>Not one <c>X509 CRL</c> PEM block or more, or not the DER of a list (RFC 5280, 5.1).</summary>
    Malformed,

    /// <summary>More lists in a file than allowed.</summary>
    TooMany,

    /// <summary>Not version 2: a list without extensions has no number.</summary>
    WrongVersion,

    /// <summary>No CRL number (RFC 5280, 5.2.3): a rollback could not be noticed.</summary>
    NoNumber,

    /// <summary>No nextUpdate (RFC 5280, 5.1.2.5): it could not be told when the list is stale.</summary>
    NoNextUpdate,

    /// <summary>A critical extension of the list or of an entry that is not understood: a delta or an indirect list among them.</summary>
    UnknownCriticalExtension,

    /// <summary>Signed with an algorithm that the network does not accept.</summary>
    WrongSignatureAlgorithm,

    /// <summary>The signature is not the issuer's.</summary>
    BadSignature,

    /// <summary>The issuer's key usage has no cRLSign.</summary>
    IssuerMayNotSign,

    /// <summary>It was issued later than now: this clock or the issuer's is wrong.</summary>
    NotYetValid,

    /// <summary>Its nextUpdate has passed.</summary>
    Stale,

    /// <summary>Its number is below one that this issuer has used before.</summary>
    RolledBack,

    /// <summary>No certificate of the issuer is at hand; it is checked when a remote sends one.</summary>
    UnknownIssuer,
}

/// <summary>What becomes of the certificates of an issuer whose list is stale.</summary>
public enum StaleListPolicy
{
    /// <summary>They are refused: nobody knows who was revoked since.</summary>
    Refuse,

    /// <summary>They are judged by the stale list, with a warning.</summary>
    Warn,
}
