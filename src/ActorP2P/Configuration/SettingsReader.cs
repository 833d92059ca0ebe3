using System.Reflection;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// Turns the <c>actorp2p</c> section into settings. Defaults come from <c>reference.conf</c> alone; unknown keys,
/// bad values and broken relations are reported together, each by its path.
/// </summary>
public static partial class SettingsReader
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "actorp2p";

    private const string ReferenceResource = "ActorP2P.reference.conf";

    private static readonly Lazy<Config> Reference = new(static () =>
        ConfigurationFactory.FromResource(ReferenceResource, Assembly.GetExecutingAssembly()));

    /// <summary>Every key with its default, as <c>hocon/reference.conf</c> has them.</summary>
    public static Config Defaults => Reference.Value;

    /// <summary>Reads the section <c>actorp2p</c> of a configuration, whose other sections are left alone.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="hasDirectory">
    /// True from a host that feeds the node by <see cref="P2PNode.UseDirectory"/>; without one <c>discovery.mode = cluster</c> is an error.
    /// </param>
    public static SettingsResult Read(Config config, bool hasDirectory = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        var whole = config.WithFallback(Defaults);
        if (whole.Resolve() is { Count: > 0 } unresolved)
        {
            return Malformed(unresolved);
        }

        var errors = new List<SettingsError>();
        var root = SettingsSection.Open(whole.Root, SectionName, errors);
        var settings = new P2PSettings(
            ReadNetwork(root.Section("network")),
            ReadIdentity(root.Section("identity")),
            ReadCrl(root.Section("crl")),
            ReadRotation(root.Section("rotation")),
            ReadSuccession(root.Section("succession")),
            ReadTls(root.Section("tls")),
            ReadSuites(root.Section("suites")),
            ReadEncryption(root.Section("encryption")),
            ReadRekey(root.Section("rekey")),
            ReadAdmission(root.Section("admission")),
            ReadReconnect(root.Section("reconnect")),
            ReadDiscovery(root.Section("discovery"), hasDirectory),
            ReadLiveness(root.Section("liveness")),
            ReadLink(root.Section("link")),
            ReadChannel(root.Section("channel")),
            ReadRouting(root.Section("routing")),
            ReadDissemination(root.Section("dissemination")),
            ReadStateSync(root.Section("state-sync")),
            ReadEvents(root.Section("events")),
            ReadSupervision(root.Section("supervision")),
            ReadNamespaceDefaults(root.Section("namespace-defaults")),
            ReadModules(root.Section("modules")),
            ReadAdmin(root.Section("admin")),
            ReadNamespaces(root.Section("namespaces")));
        root.ReportUnknown();
        SettingsRelations.Check(settings, root, errors);
        return new SettingsResult(errors.Count == 0 ? settings : null, errors);
    }

    /// <summary>Reads a file with its includes and the environment. A malformed file gives its errors by line, too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hasDirectory">As for <see cref="Read"/>.</param>
    public static SettingsResult ReadFile(string path, bool hasDirectory = false)
    {
        var includes = new WatchedIncludes(new FileIncludeResolver(Path.GetDirectoryName(Path.GetFullPath(path))!));
        var options = HoconParseOptions.Default with { Includes = includes };
        var result = ConfigurationFactory.TryParseFile(path, options, out var config, out var errors) ? Read(config, hasDirectory) : Malformed(errors);
        return result with { IncludedFiles = includes.Found };
    }

    private static SettingsResult Malformed(IReadOnlyList<HoconError> errors) =>
        new(null, [.. errors.Select(static e => new SettingsError(e.Path ?? "", e.Message, e.Origin))]);
}
