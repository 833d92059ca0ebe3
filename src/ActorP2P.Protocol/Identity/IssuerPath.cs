using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// The path from a leaf to a configured root (RFC 5280, 6.1) for curves that the platform's path builder cannot verify:
/// only what was sent, in the order in which it was sent, and the roots. Stricter than the RFC where a consortium needs
/// nothing more: names compare byte by byte, and name constraints and policies are refused instead of processed.
/// Every certificate was judged by <see cref="CertificateRules"/> before.
/// </summary>
internal static class IssuerPath
{
    // Basic constraints, key usage, extended key usage (judged by the rules) and alternative names (for TLS).
    private static readonly string[] ProcessedExtensions = ["2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17"];

    // Name constraints, policy mappings, policy constraints, inhibit any-policy.
    private static readonly string[] RefusedExtensions = ["2.5.29.30", "2.5.29.33", "2.5.29.36", "2.5.29.54"];

    /// <summary>Null with the whole path, root included, or the refusal.</summary>
    public static CertificateVerdict.Refused? Build(
        IReadOnlyList<X509Certificate2> sent,
        X509Certificate2Collection roots,
        IdentityCurve curve,
        DateTimeOffset now,
        NodeId id,
        out List<X509Certificate2> path)
    {
        path = [];
        for (var depth = 0; ; depth++)
        {
            var current = sent[depth];
            path.Add(current);
            if (JudgeExtensions(current, id) is { } form)
            {
                return form;
            }

            if (roots.Any(root => Same(root, current)))
            {
                return null;
            }

            var issuer = FindIssuer(current, roots, curve, out var badSignature);
            if (issuer is not null)
            {
                path.Add(issuer);
                return JudgeRoot(issuer, curve, now, id) ?? JudgePathLength(issuer, path.Count - 2, id);
            }

            issuer = depth + 1 < sent.Count && MayHaveIssued(sent[depth + 1], current) ? sent[depth + 1] : null;
            if (issuer is null)
            {
                return badSignature
                    ? Refuse(CertificateRefusal.BadSignature, "a certificate bears the name of a configured root and not its signature", id)
                    : Refuse(CertificateRefusal.UntrustedRoot, "no path to a configured root", id);
            }

            if (!Verifies(current, issuer, curve))
            {
                return Refuse(CertificateRefusal.BadSignature, "a signature of the path does not verify", id);
            }

            if (JudgePathLength(issuer, depth, id) is { } tooLong)
            {
                return tooLong;
            }
        }
    }

    private static X509Certificate2? FindIssuer(X509Certificate2 current, X509Certificate2Collection roots, IdentityCurve curve, out bool badSignature)
    {
        badSignature = false;
        foreach (var root in roots.Where(root => MayHaveIssued(root, current)))
        {
            if (Verifies(current, root, curve))
            {
                return root;
            }

            badSignature = true;
        }

        return null;
    }

    // Roots are the operator's own, and still must be what they are used for at this moment.
    private static CertificateVerdict.Refused? JudgeRoot(X509Certificate2 root, IdentityCurve curve, DateTimeOffset now, NodeId id) =>
        CertificateRules.JudgeIssuer(root, curve, id) ?? CertificateRules.JudgeTime(root, now, id) ?? JudgeExtensions(root, id);

    private static CertificateVerdict.Refused? JudgePathLength(X509Certificate2 issuer, int issuersBelow, NodeId id) =>
        issuer.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => c.HasPathLengthConstraint && issuersBelow > c.PathLengthConstraint)
            ? Refuse(CertificateRefusal.IssuerNotACa, "a CA's path length is exceeded", id)
            : null;

    private static CertificateVerdict.Refused? JudgeExtensions(X509Certificate2 certificate, NodeId id)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var extension in certificate.Extensions)
        {
            var oid = extension.Oid?.Value ?? "";
            if (!seen.Add(oid))
            {
                return Refuse(CertificateRefusal.Malformed, $"the extension {oid} stands twice", id);
            }

            if (RefusedExtensions.Contains(oid, StringComparer.Ordinal))
            {
                return Refuse(CertificateRefusal.Policy, $"the constraint {oid} is not processed on this curve", id);
            }

            if (extension.Critical && !ProcessedExtensions.Contains(oid, StringComparer.Ordinal))
            {
                return Refuse(CertificateRefusal.Malformed, $"the critical extension {oid} is unknown", id);
            }
        }

        return null;
    }

    // The key identifiers, where both are present, tell apart CAs of one name: a foreign one is untrusted, not forged.
    private static bool MayHaveIssued(X509Certificate2 issuer, X509Certificate2 subject)
    {
        var wanted = subject.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        var held = issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        return issuer.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData)
            && (wanted is null || held is null || wanted.Value.Span.SequenceEqual(held.Value.Span));
    }

    private static bool Verifies(X509Certificate2 subject, X509Certificate2 issuer, IdentityCurve curve) =>
        SignedDer.TryRead(subject.RawDataMemory, out var signed)
        && curve.AcceptsCertificateSignature(signed.AlgorithmOid)
        && curve.VerifyIssued(issuer, signed.AlgorithmOid, signed.ToBeSigned.Span, signed.Signature.Span);

    private static bool Same(X509Certificate2 one, X509Certificate2 other) => one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);

    private static CertificateVerdict.Refused Refuse(CertificateRefusal reason, string detail, NodeId id) => new(reason, detail, id);
}
