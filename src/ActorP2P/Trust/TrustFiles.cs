using System.Numerics;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// What the files about identity and membership hold, read at one time and not judged yet. A plain class, because a
/// record would print its members, the key among them.
/// </summary>
public sealed class TrustFiles
{
    /// <summary>The settings that name the files; lists and curve come from here.</summary>
    public required P2PSettings Settings { get; init; }

    /// <summary>The key, PEM. Secret.</summary>
    public string Key { get; init; } = "";

    /// <summary>Password of the key when it is encrypted. Secret.</summary>
    public string? Password { get; init; }

    /// <summary>The chain, PEM, leaf first.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>The roots, PEM.</summary>
    public string Roots { get; init; } = "";

    /// <summary>TLS's own key, or the identity's. Secret.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>TLS's own chain, or the identity's.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>TLS's own roots, or the identity's.</summary>
    public string TlsRoots { get; init; } = "";

    /// <summary>One text for each of <c>crl.files</c>.</summary>
    public IReadOnlyList<string> RevocationLists { get; init; } = [];

    /// <summary>Node IDs of <c>identity.allow-file</c>.</summary>
    public IReadOnlyList<string> AllowIds { get; init; } = [];

    /// <summary>Node IDs of <c>identity.deny-file</c>.</summary>
    public IReadOnlyList<string> DenyIds { get; init; } = [];

    /// <summary>Node IDs of the members files, by namespace.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> MemberIds { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Highest numbers of revocation lists that were in force in former starts, by issuer reference.</summary>
    public IReadOnlyDictionary<string, BigInteger> KnownNumbers { get; init; } = new Dictionary<string, BigInteger>();

    /// <summary>Why files could not be read; with any of these the rest is not complete.</summary>
    public IReadOnlyList<SettingsError> Errors { get; init; } = [];

    /// <summary>What works and should not stay so: one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True when TLS has files of its own.</summary>
    public bool HasTlsOfItsOwn => Settings.Tls.CertificateFile.Length > 0 || Settings.Tls.CaFile.Length > 0;
}
