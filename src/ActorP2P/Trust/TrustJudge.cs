using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>Makes a state out of what files hold, or says everything that is wrong with them. Pure: texts and time in, a value out.</summary>
internal static class TrustJudge
{
    // Long enough to get a new certificate through a consortium's paperwork.
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(30);

    /// <summary>The state, or null when there are errors.</summary>
    /// <param name="files">What was read.</param>
    /// <param name="rootsPem">The identity's roots, those of an overlap among them.</param>
    /// <param name="tlsRootsPem">TLS's roots likewise.</param>
    /// <param name="previous">The state before a reload, or null.</param>
    /// <param name="now">The time at which certificates must be valid.</param>
    /// <param name="errors">Empty when there is a state.</param>
    public static TrustState? Judge(
        TrustFiles files, string rootsPem, string tlsRootsPem, TrustState? previous, DateTimeOffset now, out IReadOnlyList<SettingsError> errors)
    {
        var found = new List<SettingsError>(files.Errors);
        errors = found;
        CheckNames(files.Settings, found);
        if (found.Count > 0)
        {
            return null;
        }

        var identity = JudgeIdentity(files, rootsPem, previous?.Identity, now, found);
        var tls = files.Settings.Tls.Enabled ? JudgeTls(files, rootsPem, tlsRootsPem, now, found) : null;
        if (identity is null || found.Count > 0)
        {
            // With the same key as before, it is the one in use.
            if (previous is null || identity?.Id != previous.Identity.Id)
            {
                identity?.Dispose();
            }

            return null;
        }

        var warnings = files.Warnings.Concat(identity.Warnings).Concat(Warn(files.Settings, identity, tls, now));
        return new TrustState(identity, identity.Validator, tls, Members(files, identity.Id), [.. warnings]);
    }

    // Curves and suites are registries that plug-ins add to, so the settings reader cannot know their names.
    private static void CheckNames(P2PSettings settings, List<SettingsError> errors)
    {
        if (!IdentityCurves.TryFind(settings.Identity.Curve, out _))
        {
            errors.Add(new SettingsError("actorp2p.identity.curve", $"\"{settings.Identity.Curve}\" is not one of {string.Join(", ", IdentityCurves.Names)}, nor did a provider of suites.providers bring it"));
        }

        foreach (var suite in settings.Encryption.Suites.Where(static name => !AeadSuites.TryFind(name, out _)))
        {
            errors.Add(new SettingsError("actorp2p.encryption.suites", $"\"{suite}\" is not one of {string.Join(", ", AeadSuites.Names)}, or this machine cannot do it; others need a provider in suites.providers"));
        }
    }

    private static NodeIdentity? JudgeIdentity(TrustFiles files, string rootsPem, NodeIdentity? previous, DateTimeOffset now, List<SettingsError> found)
    {
        var settings = files.Settings.Identity;
        var lists = settings with
        {
            AllowNodeIds = [.. settings.AllowNodeIds, .. files.AllowIds],
            DenyNodeIds = [.. settings.DenyNodeIds, .. files.DenyIds],
        };
        var revocation = new RevocationFiles(files.RevocationLists, files.Settings.Crl.Stale, files.KnownNumbers);
        if (!IdentityCurves.TryFind(settings.Curve, out var curve))
        {
            return null;
        }

        if (NodeIdentity.TryCreate(
            files.Key, files.Certificate, rootsPem, curve, files.Password, lists, now, out var identity, out var errors, revocation, previous, files.Settings.Succession.Overlap > TimeSpan.Zero))
        {
            return identity;
        }

        found.AddRange(errors.Select(static e => new SettingsError(e.Setting, e.Detail)));
        return null;
    }

    private static TlsCredentials? JudgeTls(TrustFiles files, string rootsPem, string tlsRootsPem, DateTimeOffset now, List<SettingsError> found)
    {
        var apart = files.Settings.Tls.CertificateFile.Length > 0;
        var roots = files.HasTlsOfItsOwn ? tlsRootsPem : rootsPem;
        if (!TlsCredentials.TryCreate(files.TlsKey, files.TlsCertificate, roots, PasswordFor(files.TlsKey, files.Password), out var credentials, out var error, out var culprit))
        {
            // Files shared with the identity were judged there already; what is left is TLS's own objection.
            if (apart || found.Count == 0)
            {
                var file = culprit switch
                {
                    TlsFile.Key => "key-file",
                    TlsFile.Roots => "ca-file",
                    _ => "certificate-file",
                };
                found.Add(new SettingsError($"actorp2p.{(apart ? "tls" : "identity")}.{file}", error));
            }

            return null;
        }

        if (files.HasTlsOfItsOwn)
        {
            CheckTlsChain(files, roots, now, found);
        }

        return credentials;
    }

    private static string? PasswordFor(string keyPem, string? password) => keyPem.Contains("ENCRYPTED", StringComparison.Ordinal) ? password : null;

    // A certificate that our own TLS roots refuse would be refused by every peer, one handshake at a time.
    private static void CheckTlsChain(TrustFiles files, string roots, DateTimeOffset now, List<SettingsError> found)
    {
        var open = files.Settings.Identity with { AllowNodeIds = [], DenyNodeIds = [] };
        if (NodeIdentity.TryCreate(
            files.TlsKey, files.TlsCertificate, roots, IdentityCurves.P256, PasswordFor(files.TlsKey, files.Password), open, now, out var proven, out var problems))
        {
            proven.Dispose();
            return;
        }

        found.AddRange(problems
            .Where(static p => p.Refusal is not (CertificateRefusal.NotEllipticCurve or CertificateRefusal.WrongCurve))
            .Select(static p => new SettingsError(p.Setting.Replace("actorp2p.identity.", "actorp2p.tls.", StringComparison.Ordinal), p.Detail)));
    }

    private static Dictionary<string, IReadOnlySet<NodeId>> Members(TrustFiles files, NodeId self)
    {
        var members = new Dictionary<string, IReadOnlySet<NodeId>>(StringComparer.Ordinal);
        foreach (var ns in files.Settings.Namespaces.Where(static ns => ns.Members is not null || ns.MembersFile.Length > 0))
        {
            var ids = new HashSet<NodeId> { self };
            foreach (var text in (ns.Members ?? []).Concat(files.MemberIds.GetValueOrDefault(ns.Name) ?? []))
            {
                if (NodeId.TryParse(text, out var id))
                {
                    ids.Add(id);
                }
            }

            members[ns.Name] = ids;
        }

        return members;
    }

    private static IEnumerable<string> Warn(P2PSettings settings, NodeIdentity identity, TlsCredentials? tls, DateTimeOffset now)
    {
        if (!settings.Tls.Enabled && !settings.Encryption.Enabled)
        {
            yield return "tls and encryption are both off: everybody on the way can read and forge payload";
        }

        var ends = tls is null || tls.NotAfter > identity.NotAfter ? identity.NotAfter : tls.NotAfter;
        if (ends - now < ExpiryWarning)
        {
            yield return $"the certificate ends on {ends.UtcDateTime:yyyy-MM-dd HH:mm} UTC, in {(ends - now).TotalDays:0} days";
        }
    }
}
