using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Identity;

/// <summary>Who may be a member, beyond having a certificate. A denied ID is refused even when it is allowed too.</summary>
/// <param name="Allowed">When not empty, only these.</param>
/// <param name="Denied">Never these.</param>
public sealed record MembershipLists(IReadOnlySet<NodeId> Allowed, IReadOnlySet<NodeId> Denied)
{
    /// <summary>Everybody with a certificate.</summary>
    public static MembershipLists Open { get; } = new(new HashSet<NodeId>(), new HashSet<NodeId>());
}

/// <summary>
/// Decides whether a chain proves membership, against the configured roots only: no machine store, no download of
/// issuers or revocation lists; revocation is judged by the lists that were read from files. Immutable; a reload makes a
/// new one. Safe for use from several threads.
/// </summary>
public sealed class CertificateValidator
{
    /// <summary>Accepted paths remembered by chain hash, so that a peer that returns costs no new path.</summary>
    public const int RememberedPaths = 4096;

    private readonly X509Certificate2Collection _roots;
    private readonly IdentityCurve _curve;
    private readonly ChainLimits _limits;
    private readonly CertificatePathCache _paths;
    private readonly string _rules;

    /// <summary>A validator for one network.</summary>
    /// <param name="roots">Trusted CA certificates; they stay in use as long as the validator.</param>
    /// <param name="curve">The network's identity curve.</param>
    /// <param name="lists">Allow-list and deny-list.</param>
    /// <param name="limits">Size limits of a chain.</param>
    /// <param name="revocation">Revocation lists, or null for none.</param>
    /// <param name="previous">The validator before a reload: what it remembers stays when roots and revocation lists are the same.</param>
    /// <exception cref="ArgumentException">There is no root: everything would be refused for the wrong reason.</exception>
    public CertificateValidator(
        IReadOnlyCollection<X509Certificate2> roots,
        IdentityCurve curve,
        MembershipLists lists,
        ChainLimits limits,
        RevocationLists? revocation = null,
        CertificateValidator? previous = null)
    {
        if (roots.Count == 0)
        {
            throw new ArgumentException("A validator needs at least one root.", nameof(roots));
        }

        _roots = [.. roots];
        _curve = curve;
        _limits = limits;
        Lists = lists;
        Revocation = revocation ?? RevocationLists.None;
        _rules = string.Join(' ', roots.Select(static root => Convert.ToHexString(SHA256.HashData(root.RawDataMemory.Span))).Append(curve.Name).Append(Revocation.Fingerprint));
        _paths = previous is not null && previous._rules == _rules ? previous._paths : new CertificatePathCache(RememberedPaths);
    }

    /// <summary>The same rules, a stale revocation list being good enough.</summary>
    internal CertificateValidator EvenStale => new([.. _roots], _curve, Lists, _limits, Revocation.EvenStale);

    /// <summary>The lists in force.</summary>
    public MembershipLists Lists { get; }

    /// <summary>The revocation lists in force.</summary>
    public RevocationLists Revocation { get; }

    /// <summary>Limits for reading a chain from the wire.</summary>
    public ChainLimits Limits => _limits;

    /// <summary>Judges a chain at <paramref name="now"/>. Never throws for what a remote sent.</summary>
    public CertificateVerdict Validate(CertificateChain chain, DateTimeOffset now)
    {
        if (chain.Certificates.Count > _limits.MaxCertificates || chain.Certificates.Sum(der => (long)der.Length) > _limits.MaxBytes)
        {
            return new CertificateVerdict.Refused(CertificateRefusal.TooLong, "the chain is longer than allowed", null);
        }

        var path = _paths.Find(chain.Hash, now);
        if (path is null)
        {
            var verdict = ValidatePath(chain, now, out path);
            if (verdict is not null)
            {
                return verdict;
            }

            _paths.Keep(chain.Hash, path!);
        }

        return JudgeMembership(path!);
    }

    /// <summary>The trusted roots, as PEM.</summary>
    public string RootsPem => string.Concat(_roots.Select(static root => root.ExportCertificatePem() + "\n"));

    /// <summary>True when the chain would be accepted without building its path again.</summary>
    internal bool Remembers(CertificateChain chain, DateTimeOffset now) => _paths.Find(chain.Hash, now) is not null;

    private CertificateVerdict JudgeMembership(CertificatePath path)
    {
        if (Lists.Denied.Contains(path.Id))
        {
            return new CertificateVerdict.Refused(CertificateRefusal.Denied, $"node {path.Id.ShortId} is on the deny-list", path.Id);
        }

        return Lists.Allowed.Count > 0 && !Lists.Allowed.Contains(path.Id)
            ? new CertificateVerdict.Refused(CertificateRefusal.NotAllowed, $"node {path.Id.ShortId} is not on the allow-list", path.Id)
            : new CertificateVerdict.Accepted(path.Id, path.NotAfter, path.CertificateNotAfter);
    }

    private CertificateVerdict.Refused? ValidatePath(CertificateChain chain, DateTimeOffset now, out CertificatePath? path)
    {
        path = null;
        var certificates = new List<X509Certificate2>(chain.Certificates.Count);
        NodeId? id = null;
        try
        {
            foreach (var der in chain.Certificates)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span));
            }

            var refusal = JudgeEach(certificates, now, out id);
            return refusal ?? BuildPath(certificates, now, id!, out path);
        }
        catch (CryptographicException e)
        {
            // The platform's parser has no other way to say that bytes of a remote are no certificate.
            return new CertificateVerdict.Refused(CertificateRefusal.Malformed, $"a certificate cannot be read ({e.GetType().Name})", id);
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }

    private CertificateVerdict.Refused? JudgeEach(List<X509Certificate2> certificates, DateTimeOffset now, out NodeId? id)
    {
        var refusal = CertificateRules.JudgeLeaf(certificates[0], _curve, out id);
        for (var i = 0; i < certificates.Count && refusal is null; i++)
        {
            refusal = (i > 0 ? CertificateRules.JudgeIssuer(certificates[i], _curve, id) : null)
                ?? CertificateRules.JudgeTime(certificates[i], now, id);
        }

        return refusal;
    }

    private CertificateVerdict.Refused? BuildPath(List<X509Certificate2> certificates, DateTimeOffset now, NodeId id, out CertificatePath? path)
    {
        path = null;
        if (!_curve.PlatformVerifiesCertificates)
        {
            var refusal = IssuerPath.Build(certificates, _roots, _curve, now, id, out var issuers);
            return refusal ?? JudgeRevocation(id, issuers, now, out path);
        }

        using var builder = new X509Chain();
        var policy = builder.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(certificates.Skip(1).ToArray());
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.VerificationTime = now.UtcDateTime;

        var trusted = builder.Build(certificates[0]);
        try
        {
            if (!trusted)
            {
                return RefuseByStatus(builder.ChainStatus, id);
            }

            var elements = builder.ChainElements.Select(element => element.Certificate).ToList();
            if (!elements.TrueForAll(element => IsKnown(element, certificates)))
            {
                return new CertificateVerdict.Refused(CertificateRefusal.UntrustedRoot, "the path needs a certificate that the peer did not send", id);
            }

            return JudgeRevocation(id, elements, now, out path);
        }
        finally
        {
            foreach (var element in builder.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    private CertificateVerdict.Refused? JudgeRevocation(NodeId id, List<X509Certificate2> elements, DateTimeOffset now, out CertificatePath? path)
    {
        path = null;
        var end = elements.Min(CertificateRules.NotAfter);
        var until = end;
        for (var i = 0; i + 1 < elements.Count; i++)
        {
            if (Revocation.Judge(elements[i], elements[i + 1], _curve, now, out var holdsUntil) is { } refusal)
            {
                var which = i == 0 ? "the node's certificate" : "an agency's certificate";
                return new CertificateVerdict.Refused(refusal.Reason, $"{which}: {refusal.Detail}", id);
            }

            until = holdsUntil < until ? holdsUntil : until;
        }

        path = new CertificatePath(id, elements.Max(CertificateRules.NotBefore), until, end);
        return null;
    }

    // The platform may fill a gap from a user's or machine's intermediate store: what is trusted would depend on the host.
    private bool IsKnown(X509Certificate2 element, List<X509Certificate2> sent) =>
        sent.Exists(certificate => certificate.RawDataMemory.Span.SequenceEqual(element.RawDataMemory.Span))
        || _roots.Any(root => root.RawDataMemory.Span.SequenceEqual(element.RawDataMemory.Span));

    private static CertificateVerdict.Refused RefuseByStatus(X509ChainStatus[] statuses, NodeId id)
    {
        var flags = statuses.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        var reason = Ranked.First(pair => pair.Flags == 0 || (flags & pair.Flags) != 0).Reason;
        return new CertificateVerdict.Refused(reason, $"no valid path to a configured root: {flags}", id);
    }

    // The most telling first: a foreign chain is also partial, a forged signature also untrusted.
    private static readonly (X509ChainStatusFlags Flags, CertificateRefusal Reason)[] Ranked =
    [
        (X509ChainStatusFlags.NotSignatureValid, CertificateRefusal.BadSignature),
        (X509ChainStatusFlags.InvalidBasicConstraints, CertificateRefusal.IssuerNotACa),
        (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain, CertificateRefusal.UntrustedRoot),
        (X509ChainStatusFlags.NotValidForUsage, CertificateRefusal.KeyUsage),
        (X509ChainStatusFlags.HasNotSupportedCriticalExtension | X509ChainStatusFlags.InvalidExtension, CertificateRefusal.Malformed),
        (X509ChainStatusFlags.NotTimeValid, CertificateRefusal.Expired),
        (X509ChainStatusFlags.NoError, CertificateRefusal.Policy),
    ];
}
