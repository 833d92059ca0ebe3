using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace ActorP2P.Program.Demo;

/// <summary>What a node's process said or did.</summary>
/// <param name="Node">Index of the node; the number of members for the intruder.</param>
/// <param name="Life">Which of its processes, from 1.</param>
/// <param name="Event">Name of the event; <c>exited</c> when the process is gone, <c>error</c> for a line on standard error.</param>
/// <param name="Fields">The whole JSON object, or the line or exit code as a JSON value.</param>
internal sealed record DemoEvent(int Node, int Life, string Event, JsonElement Fields);

/// <summary>A node as a process of its own: this program started again with other arguments.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReapLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task _reading;

    private DemoProcess(Process process, Task reading)
    {
        _process = process;
        _reading = reading;
    }

    /// <summary>Starts the node; everything that it reports goes to <paramref name="events"/>.</summary>
    public static DemoProcess Start(int node, int life, IReadOnlyList<string> arguments, ChannelWriter<DemoEvent> events)
    {
        var (file, first) = ThisProgram();
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in first.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new IOException($"{file} cannot be started");
        return new DemoProcess(process, ReadAsync(process, node, life, events));
    }

    /// <summary>Gives the node a line to act on. A process that is gone is noticed by its own event.</summary>
    public async Task SendAsync(string line)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The pipe is broken because the process ended, which its "exited" event says.
        }
    }

    /// <summary>SIGKILL (TerminateProcess on Windows): the node gets no chance to say goodbye.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    /// <summary>Waits for the process to end by itself; false when it takes longer.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit) => await Task.WhenAny(_reading, Task.Delay(limit)) == _reading;

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Task.WhenAny(_reading, Task.Delay(ReapLimit));
        _process.Dispose();
    }

    private static (string File, IReadOnlyList<string> First) ThisProgram()
    {
        var running = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its own program.");
        return Path.GetFileNameWithoutExtension(running) == "dotnet"
            ? (running, [typeof(DemoProcess).Assembly.Location])
            : (running, []);
    }

    private static async Task ReadAsync(Process process, int node, int life, ChannelWriter<DemoEvent> events)
    {
        await Task.WhenAll(ReadOutputAsync(process, node, life, events), ReadErrorsAsync(process, node, life, events));
        await process.WaitForExitAsync();
        await events.WriteAsync(new DemoEvent(node, life, "exited", JsonSerializer.SerializeToElement(process.ExitCode)));
    }

    private static async Task ReadOutputAsync(Process process, int node, int life, ChannelWriter<DemoEvent> events)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (TryParse(line, out var fields) && fields.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String)
            {
                await events.WriteAsync(new DemoEvent(node, life, name.GetString()!, fields));
            }
        }
    }

    private static async Task ReadErrorsAsync(Process process, int node, int life, ChannelWriter<DemoEvent> events)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            await events.WriteAsync(new DemoEvent(node, life, "error", JsonSerializer.SerializeToElement(line)));
        }
    }

    // An engine may log to standard output too; what is no JSON object is no event.
    private static bool TryParse(string line, out JsonElement fields)
    {
        fields = default;
        if (!line.StartsWith('{'))
        {
            return false;
        }

        try
        {
            fields = JsonSerializer.Deserialize<JsonElement>(line);
            return fields.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
