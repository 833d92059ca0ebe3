using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// What a node's key, certificate and list files hold, read and checked: its identity, its TLS credentials when TLS is
/// on, and whom it trusts. Reading changes nothing on disk, so <c>node check</c> does the same as a start. Disposing
/// erases the key.
/// </summary>
public sealed class NodeFiles : IDisposable
{
    private NodeFiles(NodeTrust trust) => Trust = trust;

    /// <summary>What the files say, ready to be reloaded.</summary>
    public NodeTrust Trust { get; }

    /// <summary>The node's key and chain, proven under its own roots.</summary>
    public NodeIdentity Identity => Trust.Identity;

    /// <summary>Null when TLS is off.</summary>
    public TlsCredentials? Tls => Trust.Current.Tls;

    /// <summary>What works and should not stay so: one line each.</summary>
    public IReadOnlyList<string> Warnings => Trust.Current.Warnings;

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
        var found = new List<SettingsError>();
        SuiteProviders.LoadAll(settings.Suites.Providers, found);
        files = TrustRotation.TryStart(TrustFileReader.ReadForStart(settings, baseDirectory, environment), now, out var rotation, out errors)
            ? new NodeFiles(new NodeTrust(rotation))
            : null;
        if (found.Count == 0)
        {
            return files is not null;
        }

        errors = [.. found, .. errors];
        files?.Dispose();
        files = null;
        return false;
    }

    /// <inheritdoc />
    public void Dispose() => Trust.Dispose();
}
