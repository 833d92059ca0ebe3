using System.Globalization;
using System.Numerics;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>Reads the files that settings name. Reading changes nothing on disk, and judges nothing but that a text is whole.</summary>
internal sealed class TrustFileReader
{
    private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // 4,096 lines of an ID with a comment.
    private const int MaxListFileBytes = 1024 * 1024;
    private const int MaxListedNodes = 4096;

    private readonly string _baseDirectory;
    private readonly Func<string, string?> _environment;
    private readonly List<SettingsError> _errors = [];
    private readonly List<string> _warnings = [];
    private IReadOnlyDictionary<string, BigInteger> _knownNumbers = new Dictionary<string, BigInteger>();

    private TrustFileReader(string baseDirectory, Func<string, string?> environment)
    {
        _baseDirectory = baseDirectory;
        _environment = environment;
    }

    /// <summary>Reads all of them.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="baseDirectory">Directory that relative file names are relative to.</param>
    /// <param name="environment">Looks up an environment variable, null when it is not set.</param>
    public static TrustFiles Read(P2PSettings settings, string baseDirectory, Func<string, string?> environment) =>
        new TrustFileReader(baseDirectory, environment).Read(settings);

    /// <summary>Reads all of them for a start: what former starts left in the data directory, too.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="baseDirectory">Directory that relative file names are relative to.</param>
    /// <param name="environment">Looks up an environment variable, null when it is not set.</param>
    public static TrustFiles ReadForStart(P2PSettings settings, string baseDirectory, Func<string, string?> environment)
    {
        var reader = new TrustFileReader(baseDirectory, environment);
        var store = new FileRevocationNumbers(Path.GetFullPath(settings.Network.DataDirectory, baseDirectory));
        if (store.TryRead(out reader._knownNumbers, out var detail) != RevocationNumbersFailure.None)
        {
            reader._errors.Add(new SettingsError("actorp2p.network.data-directory", detail));
        }

        return reader.Read(settings);
    }

    /// <summary>Full paths of all files that the settings name.</summary>
    public static IReadOnlyList<string> PathsOf(P2PSettings settings, string baseDirectory)
    {
        var (identity, tls) = (settings.Identity, settings.Tls);
        IEnumerable<string> names =
        [
            identity.KeyFile, identity.CertificateFile, identity.CaFile, identity.AllowFile, identity.DenyFile,
            tls.KeyFile, tls.CertificateFile, tls.CaFile, .. settings.Crl.Files, .. settings.Namespaces.Select(static ns => ns.MembersFile),
        ];
        return [.. names.Where(static name => name.Length > 0).Select(name => Path.GetFullPath(name, baseDirectory)).Distinct(StringComparer.Ordinal)];
    }

    private TrustFiles Read(P2PSettings settings)
    {
        var (identity, tls) = (settings.Identity, settings.Tls);
        var key = Pem("actorp2p.identity.key-file", identity.KeyFile, isSecret: true);
        var certificate = Pem("actorp2p.identity.certificate-file", identity.CertificateFile);
        var roots = Pem("actorp2p.identity.ca-file", identity.CaFile);
        var apart = tls.Enabled && tls.CertificateFile.Length > 0;
        var tlsKey = apart ? Pem("actorp2p.tls.key-file", tls.KeyFile, isSecret: true) : key;
        var lists = settings.Crl.Files.Select((file, i) => Pem(string.Create(CultureInfo.InvariantCulture, $"actorp2p.crl.files.{i}"), file, settings.Crl.MaxFileBytes)).ToList();
        return new TrustFiles
        {
            Settings = settings,
            Key = key,
            Password = PasswordOf(identity.KeyPasswordEnvironmentVariable, key, tlsKey),
            Certificate = certificate,
            Roots = roots,
            TlsKey = tlsKey,
            TlsCertificate = apart ? Pem("actorp2p.tls.certificate-file", tls.CertificateFile) : certificate,
            TlsRoots = tls.Enabled && tls.CaFile.Length > 0 ? Pem("actorp2p.tls.ca-file", tls.CaFile) : roots,
            RevocationLists = lists,
            AllowIds = AllowIds(identity.AllowFile),
            DenyIds = identity.DenyFile.Length > 0 ? Ids("actorp2p.identity.deny-file", identity.DenyFile) : [],
            MemberIds = settings.Namespaces.Where(static ns => ns.MembersFile.Length > 0).ToDictionary(
                static ns => ns.Name, ns => Ids($"actorp2p.namespaces.{ns.Name}.members-file", ns.MembersFile), StringComparer.Ordinal),
            KnownNumbers = _knownNumbers,
            Errors = _errors,
            Warnings = _warnings,
        };
    }

    private string Pem(string setting, string file, int maxBytes = PemFiles.MaxFileBytes, bool isSecret = false)
    {
        var path = Path.GetFullPath(file, _baseDirectory);
        if (!PemFiles.TryRead(path, maxBytes, out var text, out _, out var detail))
        {
            _errors.Add(new SettingsError(setting, detail));
            return "";
        }

        if (isSecret && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ReadableByOthers) != 0)
        {
            _warnings.Add($"{path} is open to other users: chmod 600 it");
        }

        return text;
    }

    private string Pem(string setting, string file, bool isSecret) => Pem(setting, file, PemFiles.MaxFileBytes, isSecret);

    // An empty allow-list in settings means everybody; a file that names nobody is far more likely one being written.
    private IReadOnlyList<string> AllowIds(string file)
    {
        const string Setting = "actorp2p.identity.allow-file";
        if (file.Length == 0)
        {
            return [];
        }

        var before = _errors.Count;
        var ids = Ids(Setting, file);
        if (ids.Count == 0 && _errors.Count == before)
        {
            _errors.Add(new SettingsError(Setting, $"{Path.GetFullPath(file, _baseDirectory)}: names nobody; leave the setting empty to allow everybody"));
        }

        return ids;
    }

    private IReadOnlyList<string> Ids(string setting, string file)
    {
        var path = Path.GetFullPath(file, _baseDirectory);
        if (!PemFiles.TryReadText(path, MaxListFileBytes, out var text, out _, out var detail))
        {
            _errors.Add(new SettingsError(setting, detail));
            return [];
        }

        var ids = new List<string>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var id = line.Split('#')[0].Trim();
            if (id.Length == 0)
            {
                continue;
            }

            if (!NodeId.TryParse(id, out _))
            {
                _errors.Add(new SettingsError(setting, $"{path}: line {number} is not a node ID of {NodeId.LengthBytes * 2} hex digits"));
                return [];
            }

            ids.Add(id);
        }

        if (ids.Count > MaxListedNodes)
        {
            _errors.Add(new SettingsError(setting, $"{path}: names {ids.Count} nodes, at most {MaxListedNodes} are allowed"));
            return [];
        }

        return ids;
    }

    private string? PasswordOf(string variable, params string[] keys)
    {
        if (!keys.Any(static key => key.Contains("ENCRYPTED", StringComparison.Ordinal)))
        {
            return null;
        }

        var password = variable.Length == 0 ? null : _environment(variable);
        if (password is null)
        {
            _errors.Add(new SettingsError("actorp2p.identity.key-password-environment-variable", variable.Length == 0
                ? "the key is encrypted: name the environment variable that holds its password"
                : $"the key is encrypted and the environment variable {variable} is not set"));
        }

        return password;
    }
}
