using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Identity;

/// <summary>Reads roots and lists from what a configuration holds, and collects what is wrong with them.</summary>
internal static class MembershipReader
{
    private const string CaSetting = "actorp2p.identity.ca-file";
    private const string AllowSetting = "actorp2p.identity.allow-node-ids";
    private const string DenySetting = "actorp2p.identity.deny-node-ids";

    // A CA bundle is the operator's own file; the bound only keeps a wrong file from being read for ever.
    private static readonly ChainLimits BundleLimits = new(128, 1 << 20);

    /// <summary>The validator, or null when anything was added to <paramref name="errors"/>.</summary>
    public static CertificateValidator? TryCreateValidator(
        string caPem,
        CertificateChain? ownChain,
        IdentityCurve curve,
        IdentitySettings settings,
        RevocationFiles files,
        CertificateValidator? previous,
        DateTimeOffset now,
        List<IdentityError> errors,
        List<string> warnings)
    {
        var before = errors.Count;
        var roots = ReadRoots(caPem, errors);
        var revocation = RevocationReader.Read(files, roots, ownChain, previous?.Revocation, curve, now, errors, warnings);
        var allowed = ReadList(settings.AllowNodeIds, AllowSetting, errors);
        var denied = ReadList(settings.DenyNodeIds, DenySetting, errors);
        return errors.Count > before
            ? null
            : new CertificateValidator(
                roots,
                curve,
                new MembershipLists(allowed, denied),
                new ChainLimits(settings.MaxChainCertificates, settings.MaxChainBytes),
                revocation,
                previous);
    }

    /// <summary>The leaf's node ID, or null when it has none on this curve.</summary>
    public static NodeId? LeafId(CertificateChain chain, IdentityCurve curve)
    {
        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
            return curve.TryGetNodeId(leaf, out var id) ? id : null;
        }
        catch (CryptographicException)
        {
            // The validator reports the same bytes as malformed.
            return null;
        }
    }

    private static List<X509Certificate2> ReadRoots(string caPem, List<IdentityError> errors)
    {
        var roots = new List<X509Certificate2>();
        if (!CertificateChain.TryParsePem(caPem, BundleLimits, out var bundle, out var reason))
        {
            errors.Add(new IdentityError(IdentityErrorKind.Roots, CaSetting, reason));
            return roots;
        }

        foreach (var der in bundle.Certificates)
        {
            try
            {
                var root = X509CertificateLoader.LoadCertificate(der.Span);
                roots.Add(root);
                if (!CertificateRules.IsCa(root))
                {
                    errors.Add(new IdentityError(IdentityErrorKind.Roots, CaSetting, $"'{root.Subject}' is not a CA certificate"));
                }
            }
            catch (CryptographicException)
            {
                errors.Add(new IdentityError(IdentityErrorKind.Roots, CaSetting, "a certificate cannot be read"));
            }
        }

        return roots;
    }

    private static HashSet<NodeId> ReadList(IReadOnlyList<string> entries, string setting, List<IdentityError> errors)
    {
        var ids = new HashSet<NodeId>();
        for (var i = 0; i < entries.Count; i++)
        {
            if (NodeId.TryParse(entries[i], out var id))
            {
                ids.Add(id);
            }
            else
            {
                errors.Add(new IdentityError(IdentityErrorKind.List, $"{setting}[{i}]", "not a node ID of 128 hex digits"));
            }
        }

        return ids;
    }
}
