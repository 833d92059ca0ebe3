using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>An environment for <see cref="P2PNode"/>, or why there is none.</summary>
/// <param name="Environment">Null when there are errors.</param>
/// <param name="Errors">Every error found, by path.</param>
/// <param name="Warnings">What works and should not stay so: one line each.</param>
public sealed record BootstrapResult(NodeEnvironment? Environment, IReadOnlyList<SettingsError> Errors, IReadOnlyList<string> Warnings)
{
    /// <summary>True when the node can start.</summary>
    [MemberNotNullWhen(true, nameof(Environment))]
    public bool IsReady => Environment is not null;
}

/// <summary>
/// What a host does before there are actors: reads the files, takes the next epoch, makes the TCP port. The host
/// disposes <see cref="NodeEnvironment.Port"/>, <see cref="NodeEnvironment.Trust"/> and what of
/// <see cref="NodeEnvironment.TrustSource"/> is disposable after the node has stopped.
/// </summary>
public static class NodeBootstrap
{
    /// <summary>Makes the environment of one start of a node.</summary>
    /// <param name="settings">Valid settings.</param>
    /// <param name="baseDirectory">Directory that relative file names are relative to: the configuration file's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reread">Reads the settings again for a reload; null keeps them, and reloads the files they name.</param>
    /// <param name="configFile">The configuration file, whose change is a reload too; null when there is none.</param>
    public static BootstrapResult Create(
        P2PSettings settings, string baseDirectory, TimeProvider time, Func<SettingsResult>? reread = null, string? configFile = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetUtcNow();
        if (!NodeFiles.TryLoad(settings, baseDirectory, now, Environment.GetEnvironmentVariable, out var files, out var errors))
        {
            return new BootstrapResult(null, errors, []);
        }

        var data = Path.GetFullPath(settings.Network.DataDirectory, baseDirectory);
        if (!new FileSuccessions(data).TryRead(out var stored, out var unread))
        {
            files.Dispose();
            return Refused(unread);
        }

        // Last, so that a start that fails for another reason uses up no epoch.
        var epoch = TakeEpoch(data, now);
        var unsaved = epoch.Ok ? KeepNumbers(files.Trust.Current, data) : $"the epoch cannot be saved: {epoch.Detail}";
        if (unsaved is not null)
        {
            files.Dispose();
            return Refused(unsaved);
        }

        var successions = new NodeSuccessions(settings);
        var leftOut = successions.Restore(stored, files.Identity, now);

        var environment = new NodeEnvironment(
            settings,
            files.Identity,
            files.Identity.Validator,
            epoch.Epoch,
            new TcpTransportPort(PortOptions(settings, files.Trust, time)),
            time,
            SystemRandomSource.Instance,
            new NodeCounters(),
            new ReassemblyBudget(settings.Channel))
        {
            Epochs = new NodeEpoch(epoch.Epoch, new FileEpochStore(data), time),
            Trust = files.Trust,
            Successions = successions,
            TrustSource = new TrustFileSource(
                settings, reread ?? (() => new SettingsResult(settings, [])), configFile, baseDirectory, Environment.GetEnvironmentVariable, time),
        };
        return new BootstrapResult(environment, [], [.. files.Warnings, .. leftOut]);
    }

    private static BootstrapResult Refused(string why) => new(null, [new SettingsError("actorp2p.network.data-directory", why)], []);

    private static EpochResult TakeEpoch(string directory, DateTimeOffset now)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new EpochResult(0, EpochFailure.NotPermitted, $"the directory {directory} cannot be made: {exception.Message}");
        }

        return new FileEpochStore(directory).Next(now, atLeast: 0);
    }

    // Before the lists count for anything: a node that forgot them could be shown older ones at its next start.
    private static string? KeepNumbers(TrustState trust, string directory)
    {
        var numbers = trust.Validator.Revocation.Numbers;
        return numbers.Count == 0 || new FileRevocationNumbers(directory).Save(numbers, out var detail) == RevocationNumbersFailure.None
            ? null
            : $"the numbers of the revocation lists cannot be saved: {detail}";
    }

    private static TcpTransportOptions PortOptions(P2PSettings settings, NodeTrust trust, TimeProvider time) => new()
    {
        Tls = settings.Tls.Enabled ? () => trust.Current.Tls! : null,
        AcceptTimeout = settings.Tls.HandshakeTimeout,
        MaxPendingAccepts = settings.Admission.MaxHalfOpen,
        MaxTlsHandshakeBytes = settings.Admission.HandshakeMaxBytes,
        AcceptCpuShare = settings.Admission.AcceptCpuShare,
        TimeProvider = time,
    };
}
