using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>Which reasons of a failed attempt say that one side does not trust the other: trying again soon changes nothing.</summary>
internal static class TrustReasons
{
    /// <summary>Begins the reasons that name what is wrong with a certificate; its <c>CertificateRefusal</c> follows.</summary>
    public const string CertificatePrefix = "certificate-";

    /// <summary>The remote has proven itself, and went away when it had seen our proof.</summary>
    public const string RefusedByRemote = "refused-by-remote";

    private static readonly HashSet<string> Others =
    [
        RefusedByRemote, ReasonName.Of(TransportFailureReason.TlsRefused), ReasonName.Of(TransportFailureReason.NoChannelBinding),
    ];

    /// <summary>True for such a reason.</summary>
    public static bool Contains(string reason) =>
        reason.StartsWith(CertificatePrefix, StringComparison.Ordinal) || Others.Contains(reason);
}
