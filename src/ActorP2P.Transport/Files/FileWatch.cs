namespace ActorP2P.Transport;

/// <summary>
/// Notices that watched files changed, and says so once for a burst of changes. The file system's notifications make it
/// quick; a poll finds what they miss, as on network file systems and behind links that are switched. Both only lead to a
/// comparison of length, time of change and link target, so a notification without a change says nothing.
/// </summary>
public sealed class FileWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _debounce;
    private readonly Action _changed;
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly ITimer _settled;
    private readonly ITimer _poll;
    private Dictionary<string, string> _stamps = new(StringComparer.Ordinal);
    private bool _isDisposed;

    /// <summary>Watches nothing before <see cref="Watch"/>.</summary>
    /// <param name="debounce">Quiet time after a notification before files are compared: an editor writes more than once.</param>
    /// <param name="pollInterval">Files are compared this often without a notification.</param>
    /// <param name="time">The clock of both.</param>
    /// <param name="changed">Called on a thread of the pool, never for two changes at once.</param>
    public FileWatch(TimeSpan debounce, TimeSpan pollInterval, TimeProvider time, Action changed)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _debounce = debounce;
        _changed = changed;
        _settled = _time.CreateTimer(_ => Compare(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = _time.CreateTimer(_ => Compare(), null, pollInterval, pollInterval);
    }

    /// <summary>Watches these files from now on, in place of any others. Those that are not there yet may come.</summary>
    /// <param name="paths">Full paths.</param>
    public void Watch(IReadOnlyCollection<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        lock (_gate)
        {
            if (_isDisposed || _stamps.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(paths))
            {
                return;
            }

            // What was watched before keeps its stamp, so a change at this very moment is not lost.
            var before = _stamps;
            _stamps = paths.Distinct(StringComparer.Ordinal).ToDictionary(path => path, path => before.GetValueOrDefault(path) ?? StampOf(path), StringComparer.Ordinal);
            StopWatchers();
            foreach (var directory in paths.Select(Path.GetDirectoryName).OfType<string>().Distinct(StringComparer.Ordinal).Where(Directory.Exists))
            {
                TryStartWatcher(directory);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            StopWatchers();
        }

        _settled.Dispose();
        _poll.Dispose();
    }

    private void TryStartWatcher(string directory)
    {
        var watcher = new FileSystemWatcher(directory);
        watcher.Changed += (_, _) => Settle();
        watcher.Created += (_, _) => Settle();
        watcher.Deleted += (_, _) => Settle();
        watcher.Renamed += (_, _) => Settle();
        try
        {
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (IOException)
        {
            // The user's limit of notifications is used up: the poll finds what changes here.
            watcher.Dispose();
        }
    }

    private void StopWatchers()
    {
        _watchers.ForEach(static watcher => watcher.Dispose());
        _watchers.Clear();
    }

    private void Settle()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _settled.Change(_debounce, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Compare()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var hasChanged = false;
            foreach (var (path, before) in _stamps.ToArray())
            {
                var now = StampOf(path);
                hasChanged |= now != before;
                _stamps[path] = now;
            }

            if (hasChanged)
            {
                _changed();
            }
        }
    }

    private static string StampOf(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.LinkTarget is null ? file : (FileInfo)(file.ResolveLinkTarget(returnFinalTarget: true) ?? file);
            return target.Exists ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{target.FullName} {target.Length} {target.LastWriteTimeUtc.Ticks}") : "absent";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "unreadable";
        }
    }
}
