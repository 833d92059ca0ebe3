using System.Net.Sockets;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Program.Admin;

/// <summary>
/// Answers what the program's other commands ask: a Unix domain socket, requests and answers as JSON lines
/// (docs/operating.md). It works on threads of the pool and asks actors by messages, so it never blocks one.
/// </summary>
internal sealed class AdminEndpoint : IAsyncDisposable
{
    // Followers read the last events meanwhile.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    // Accepting fails where the process is out of descriptors; that passes.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly AdminSettings _settings;
    private readonly IAdminAnswers _answers;
    private readonly EventJournal _journal;
    private readonly NodeCounters _counters;
    private readonly Action<string> _report;
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _sessions = [];
    private readonly Task _accepting;

    private AdminEndpoint(string path, Socket listener, AdminSettings settings, IAdminAnswers answers, EventJournal journal, NodeCounters counters, Action<string> report)
    {
        Path = path;
        _listener = listener;
        _settings = settings;
        _answers = answers;
        _journal = journal;
        _counters = counters;
        _report = report;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Opens it.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="answers">Finds what is asked.</param>
    /// <param name="journal">Has the events.</param>
    /// <param name="counters">Count what was refused and why connections ended.</param>
    /// <param name="report">Is told in one line why there is none, and of failures that are bugs.</param>
    /// <returns>Null when it cannot be opened: the node does its work without.</returns>
    public static async Task<AdminEndpoint?> StartAsync(
        string path,
        AdminSettings settings,
        IAdminAnswers answers,
        EventJournal journal,
        NodeCounters counters,
        Action<string> report)
    {
        var (listener, problem) = await AdminSocket.ListenAsync(path, settings.MaxConnections);
        if (listener is not null)
        {
            return new AdminEndpoint(path, listener, settings, answers, journal, counters, report);
        }

        counters.Add("admin.unavailable");
        report($"warning: no admin endpoint: {problem}");
        return null;
    }

    /// <summary>Takes no more connections and requests; followers go on.</summary>
    public async Task StopAnsweringAsync()
    {
        if (_leaving.IsCancellationRequested)
        {
            return;
        }

        await _leaving.CancelAsync();
        await _accepting;
        try
        {
            // While it is ours: no other node takes the place of a socket that still listens.
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _report($"warning: {Path} stays behind: {exception.Message}");
        }

        _listener.Dispose();
    }

    /// <summary>Says that the node has stopped, gives followers a moment to hear it, and ends every connection. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await StopAnsweringAsync();
        _journal.Close();
        Task[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions];
        }

        var ended = Task.WhenAll(sessions);
        await Task.WhenAny(ended, Task.Delay(DrainLimit));
        await _stop.CancelAsync();
        await ended;
        _leaving.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                Begin(await _listener.AcceptAsync(_leaving.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                _counters.Add("admin.accept-failed");
                await Task.Delay(AcceptPause);
            }
        }
    }

    private void Begin(Socket socket)
    {
        lock (_gate)
        {
            var session = _sessions.Count < _settings.MaxConnections ? ServeAsync(socket) : TurnAwayAsync(socket);
            _sessions.Add(session);
            _ = ForgetAsync(session);
        }
    }

    private async Task ForgetAsync(Task session)
    {
        // Not on the thread that holds the gate.
        await Task.WhenAny(session).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            _sessions.Remove(session);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await new AdminSession(stream, _settings, _answers, _journal, _counters).RunAsync(_leaving.Token, _stop.Token);
        }
        catch (Exception exception)
        {
            // A bug in an answer costs the connection that asked, not the node.
            _counters.Add("admin.ended.failed");
            _report($"the admin endpoint failed: {exception.GetType().Name}: {exception.Message}");
        }
    }

    // A line fits into the buffer of a fresh connection, so this does not wait for the client.
    private async Task TurnAwayAsync(Socket socket)
    {
        _counters.Add("admin.refused." + AdminError.Busy);
        await Task.Yield();
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await stream.WriteAsync(new AdminError(AdminError.Busy, $"{_settings.MaxConnections} connections are open already (admin.max-connections)").Line(), _stop.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            _counters.Add("admin.ended.lost");
        }
    }
}
