using System.Numerics;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// Certificates and lists out of files: reads them when one of them, or the configuration file, changes, and when asked to.
/// A configuration that has become invalid is handed over as its errors.
/// </summary>
public sealed class TrustFileSource : ITrustSource, IDisposable
{
    private readonly Func<SettingsResult> _readSettings;
    private readonly string? _configFile;
    private readonly string _baseDirectory;
    private readonly Func<string, string?> _environment;
    private readonly FileWatch? _watch;
    private readonly Lock _gate = new();
    private readonly Queue<(Func<string, string?> Save, Action<string?> Saved)> _saves = new();
    private P2PSettings _settings;
    private Action<TrustFiles>? _receiver;
    private bool _isReading;
    private bool _isReadWanted;

    /// <summary>Reads nothing before <see cref="Start"/>.</summary>
    /// <param name="settings">The settings of the start.</param>
    /// <param name="readSettings">Reads the settings again. Only what concerns certificates, lists and members is used of them.</param>
    /// <param name="configFile">The configuration file to watch, or null.</param>
    /// <param name="baseDirectory">Directory that relative file names are relative to.</param>
    /// <param name="environment">Looks up an environment variable, null when it is not set.</param>
    /// <param name="time">The clock of the watch.</param>
    public TrustFileSource(
        P2PSettings settings, Func<SettingsResult> readSettings, string? configFile, string baseDirectory, Func<string, string?> environment, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _readSettings = readSettings;
        _configFile = configFile is null ? null : Path.GetFullPath(configFile);
        _baseDirectory = baseDirectory;
        _environment = environment;
        var rotation = settings.Rotation;
        _watch = rotation.Watch ? new FileWatch(rotation.Debounce, rotation.PollInterval, time, RequestRead) : null;

        // From now on, so that a change between the start's own reading and the first receiver is seen.
        Watch(settings, _watch is null ? [] : readSettings().IncludedFiles);
    }

    /// <inheritdoc />
    public void Start(Action<TrustFiles> read)
    {
        lock (_gate)
        {
            _receiver = read;
        }
    }

    /// <inheritdoc />
    public void RequestRead()
    {
        lock (_gate)
        {
            _isReadWanted = true;
            if (_isReading)
            {
                return;
            }

            _isReading = true;
        }

        ThreadPool.QueueUserWorkItem(static source => source.ReadWhileWanted(), this, preferLocal: false);
    }

    /// <inheritdoc />
    public void KeepNumbers(IReadOnlyDictionary<string, BigInteger> numbers, Action<string?> saved) =>
        Keep(directory => new FileRevocationNumbers(directory).Save(numbers, out var detail) == RevocationNumbersFailure.None ? null : detail, saved);

    /// <inheritdoc />
    public void KeepSuccessions(IReadOnlyList<ReadOnlyMemory<byte>> statements, Action<string?> saved) =>
        Keep(directory => new FileSuccessions(directory).TrySave(statements, out var detail) ? null : detail, saved);

    /// <inheritdoc />
    public void Stop()
    {
        lock (_gate)
        {
            _receiver = null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Stop();
        _watch?.Dispose();
    }

    private void Keep(Func<string, string?> save, Action<string?> saved)
    {
        lock (_saves)
        {
            _saves.Enqueue((save, saved));
            if (_saves.Count > 1)
            {
                return;
            }
        }

        ThreadPool.QueueUserWorkItem(static source => source.SaveAll(), this, preferLocal: false);
    }

    private void SaveAll()
    {
        var directory = Path.GetFullPath(_settings.Network.DataDirectory, _baseDirectory);
        for (var more = true; more;)
        {
            (Func<string, string?> Save, Action<string?> Saved) next;
            lock (_saves)
            {
                next = _saves.Peek();
            }

            next.Saved(next.Save(directory));
            lock (_saves)
            {
                _saves.Dequeue();
                more = _saves.Count > 0;
            }
        }
    }

    private void ReadWhileWanted()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_isReadWanted)
                {
                    _isReading = false;
                    return;
                }

                _isReadWanted = false;
            }

            var files = Read();
            lock (_gate)
            {
                _receiver?.Invoke(files);
            }
        }
    }

    private TrustFiles Read()
    {
        var read = _readSettings();
        if (!read.IsValid)
        {
            // Whatever is wrong may stand in a file that is included only now.
            Watch(_settings, read.IncludedFiles);
            return new TrustFiles { Settings = _settings, Errors = read.Errors };
        }

        // The rest of the configuration takes a restart; this much of it is what a reload is about.
        _settings = _settings with
        {
            Identity = _settings.Identity with
            {
                KeyFile = read.Settings.Identity.KeyFile,
                CertificateFile = read.Settings.Identity.CertificateFile,
                CaFile = read.Settings.Identity.CaFile,
                KeyPasswordEnvironmentVariable = read.Settings.Identity.KeyPasswordEnvironmentVariable,
                AllowNodeIds = read.Settings.Identity.AllowNodeIds,
                DenyNodeIds = read.Settings.Identity.DenyNodeIds,
                AllowFile = read.Settings.Identity.AllowFile,
                DenyFile = read.Settings.Identity.DenyFile,
            },
            Crl = read.Settings.Crl,
            Tls = _settings.Tls with
            {
                KeyFile = read.Settings.Tls.KeyFile,
                CertificateFile = read.Settings.Tls.CertificateFile,
                CaFile = read.Settings.Tls.CaFile,
            },
            Rotation = _settings.Rotation with { RootOverlap = read.Settings.Rotation.RootOverlap },
            Namespaces = read.Settings.Namespaces,
        };
        Watch(_settings, read.IncludedFiles);
        return TrustFileReader.Read(_settings, _baseDirectory, _environment);
    }

    private void Watch(P2PSettings settings, IReadOnlyList<string> included)
    {
        var paths = TrustFileReader.PathsOf(settings, _baseDirectory);
        _watch?.Watch(_configFile is null ? paths : [.. paths, _configFile, .. included]);
    }
}
