using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// What a node's key and certificate files hold, read and checked: its identity, and its TLS credentials when TLS is
/// on. Reading changes nothing on disk, so <c>node check</c> does the same as a start. Disposing erases the key.
/// </summary>
public sealed class NodeFiles : IDisposable
{
    // Long enough to get a new certificate through a consortium's paperwork.
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(30);

    private NodeFiles(NodeIdentity identity, TlsCredentials? tls, IReadOnlyList<string> warnings)
    {
        Identity = identity;
        Tls = tls;
        Warnings = warnings;
    }

    /// <summary>The node's key and chain, proven under its own roots.</summary>
    public NodeIdentity Identity { get; }

    /// <summary>Null when TLS is off.</summary>
    public TlsCredentials? Tls { get; }

    /// <summary>What works and should not stay so: one line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads all files that the settings name. Every error found is reported.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="baseDirectory">Directory that relative file names are relative to.</param>
    /// <param name="now">The time at which certificates must be valid.</param>
    /// <param name="environment">Looks up an environment variable, null when it is not set.</param>
    /// <param name="files">The result; null when there are errors.</param>
    /// <param name="errors">Empty when there is a result.</param>
    public static bool TryLoad(
        P2PSettings settings,
        string baseDirectory,
        DateTimeOffset now,
        Func<string, string?> environment,
        [NotNullWhen(true)] out NodeFiles? files,
        out IReadOnlyList<SettingsError> errors)
    {
        var reader = new PemReader(baseDirectory, environment, settings.Identity.KeyPasswordEnvironmentVariable);
        SuiteProviders.LoadAll(settings.Suites.Providers, reader.Errors);
        CheckNames(settings, reader.Errors);
        var identity = LoadIdentity(settings.Identity, settings.Crl, now, reader);
        var tls = settings.Tls.Enabled ? LoadTls(settings, now, reader) : null;
        errors = reader.Errors;
        files = null;
        if (identity is null || errors.Count > 0)
        {
            identity?.Dispose();
            return false;
        }

        files = new NodeFiles(identity, tls, [.. Warn(settings, identity, tls, now), .. reader.Warnings]);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => Identity.Dispose();

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

    private static NodeIdentity? LoadIdentity(IdentitySettings settings, CrlSettings crl, DateTimeOffset now, PemReader reader)
    {
        var key = reader.Read("actorp2p.identity.key-file", settings.KeyFile, secret: true);
        var certificate = reader.Read("actorp2p.identity.certificate-file", settings.CertificateFile);
        var roots = reader.Read("actorp2p.identity.ca-file", settings.CaFile);
        var lists = crl.Files.Select((file, i) => reader.Read(string.Create(CultureInfo.InvariantCulture, $"actorp2p.crl.files.{i}"), file, maxBytes: crl.MaxFileBytes)).OfType<string>().ToList();
        if (key is null || certificate is null || roots is null || lists.Count < crl.Files.Count || !IdentityCurves.TryFind(settings.Curve, out var curve) || !reader.TryGetPassword(key, out var password))
        {
            return null;
        }

        var revocation = new RevocationFiles(lists, crl.Stale, RevocationFiles.None.KnownNumbers);
        if (NodeIdentity.TryCreate(key, certificate, roots, curve, password, settings, now, out var identity, out var errors, revocation))
        {
            reader.Warnings.AddRange(identity.Warnings);
            return identity;
        }

        reader.Errors.AddRange(errors.Select(static e => new SettingsError(e.Setting, e.Detail)));
        return null;
    }

    private static TlsCredentials? LoadTls(P2PSettings settings, DateTimeOffset now, PemReader reader)
    {
        var apart = settings.Tls.CertificateFile.Length > 0;
        var section = apart ? "tls" : "identity";
        var roots = settings.Tls.CaFile.Length > 0
            ? reader.Read("actorp2p.tls.ca-file", settings.Tls.CaFile)
            : reader.Reread(settings.Identity.CaFile);
        var key = apart ? reader.Read("actorp2p.tls.key-file", settings.Tls.KeyFile, secret: true) : reader.Reread(settings.Identity.KeyFile);
        var certificate = apart
            ? reader.Read("actorp2p.tls.certificate-file", settings.Tls.CertificateFile)
            : reader.Reread(settings.Identity.CertificateFile);
        if (key is null || certificate is null || roots is null || !reader.TryGetPassword(key, out var password))
        {
            return null;
        }

        if (!TlsCredentials.TryCreate(key, certificate, roots, password, out var credentials, out var error))
        {
            // Files shared with the identity were judged there already; what is left is TLS's own objection.
            if (apart || reader.Errors.Count == 0)
            {
                reader.Errors.Add(new SettingsError($"actorp2p.{section}.certificate-file", error));
            }

            return null;
        }

        if (apart || settings.Tls.CaFile.Length > 0)
        {
            CheckTlsChain(settings.Identity, key, certificate, roots, password, now, reader.Errors);
        }

        return credentials;
    }

    // A certificate that our own TLS roots refuse would be refused by every peer, one handshake at a time.
    private static void CheckTlsChain(
        IdentitySettings identity, string key, string certificate, string roots, string? password, DateTimeOffset now, List<SettingsError> errors)
    {
        var open = identity with { AllowNodeIds = [], DenyNodeIds = [] };
        if (NodeIdentity.TryCreate(key, certificate, roots, IdentityCurves.P256, password, open, now, out var proven, out var problems))
        {
            proven.Dispose();
            return;
        }

        errors.AddRange(problems
            .Where(static p => p.Refusal is not (CertificateRefusal.NotEllipticCurve or CertificateRefusal.WrongCurve))
            .Select(static p => new SettingsError(p.Setting.Replace("actorp2p.identity.", "actorp2p.tls.", StringComparison.Ordinal), p.Detail)));
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

    private sealed class PemReader(string baseDirectory, Func<string, string?> environment, string passwordVariable)
    {
        private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

        public List<SettingsError> Errors { get; } = [];

        public List<string> Warnings { get; } = [];

        public string? Read(string setting, string file, bool secret = false, int maxBytes = PemFiles.MaxFileBytes)
        {
            var path = Path.GetFullPath(file, baseDirectory);
            if (!PemFiles.TryRead(path, maxBytes, out var text, out _, out var detail))
            {
                Errors.Add(new SettingsError(setting, detail));
            }
            else if (secret && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ReadableByOthers) != 0)
            {
                Warnings.Add($"{path} is open to other users: chmod 600 it");
            }

            return text;
        }

        // For a second use of a file whose problems were reported at the first.
        public string? Reread(string file) =>
            PemFiles.TryRead(Path.GetFullPath(file, baseDirectory), PemFiles.MaxFileBytes, out var text, out _, out _) ? text : null;

        public bool TryGetPassword(string keyPem, out string? password)
        {
            password = null;
            if (!keyPem.Contains("ENCRYPTED", StringComparison.Ordinal))
            {
                return true;
            }

            password = passwordVariable.Length == 0 ? null : environment(passwordVariable);
            if (password is not null)
            {
                return true;
            }

            const string Setting = "actorp2p.identity.key-password-environment-variable";
            if (!Errors.Exists(static e => e.Path == Setting))
            {
                Errors.Add(new SettingsError(Setting, passwordVariable.Length == 0
                    ? "the key is encrypted: name the environment variable that holds its password"
                    : $"the key is encrypted and the environment variable {passwordVariable} is not set"));
            }

            return false;
        }
    }
}
