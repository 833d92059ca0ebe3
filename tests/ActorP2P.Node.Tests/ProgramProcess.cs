using System.Diagnostics;
using System.Text;

namespace ActorP2P.Program.Tests;

/// <summary>What a run of the program left behind.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    public IReadOnlyList<string> OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IReadOnlyList<string> ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>The program as its users meet it: a process with arguments, output and an exit code.</summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;

    private ProgramProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    private static readonly string BuiltProgram = Path.Combine(AppContext.BaseDirectory, "ActorP2P.Node.dll");

    public static ProgramProcess Start(params string[] arguments) => StartFile(BuiltProgram, arguments);

    private static ProgramProcess StartFile(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ProgramProcess(Process.Start(start)!);
    }

    public static async Task<ProgramResult> RunAsync(params string[] arguments) => await RunAsync(TimeSpan.FromSeconds(120), arguments);

    public static async Task<ProgramResult> RunAsync(TimeSpan limit, params string[] arguments) => await RunFileAsync(limit, BuiltProgram, arguments);

    /// <summary>Runs a copy of the program.</summary>
    public static async Task<ProgramResult> RunFileAsync(string file, params string[] arguments) => await RunFileAsync(TimeSpan.FromSeconds(120), file, arguments);

    private static async Task<ProgramResult> RunFileAsync(TimeSpan limit, string file, string[] arguments)
    {
        await using var program = StartFile(file, arguments);
        program._process.StandardInput.Close();
        return await program.FinishAsync(limit);
    }

    /// <summary>Reads lines until one holds the text.</summary>
    public async Task<string> WaitForLineAsync(string text, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                _output.AppendLine(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program did not say \"{text}\" within {limit}: {_output}");
        }

        throw new InvalidOperationException($"The program ended without saying \"{text}\": {_output}{await _errors}");
    }

    /// <summary>Sends SIGTERM, as a service manager does.</summary>
    public Task TerminateAsync() => SignalAsync("-TERM");

    /// <summary>Sends SIGHUP.</summary>
    public Task HangUpAsync() => SignalAsync("-HUP");

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ProgramResult> FinishAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        _output.Append(await _process.StandardOutput.ReadToEndAsync(deadline.Token));
        await _process.WaitForExitAsync(deadline.Token);
        return new ProgramResult(_process.ExitCode, _output.ToString(), await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}

/// <summary>A directory that ends with the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actorp2p-test-").FullName;

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
