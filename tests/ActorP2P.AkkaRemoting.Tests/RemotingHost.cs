using System.Diagnostics;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>A system in a process of its own: this assembly, started as a program with the path of a configuration.</summary>
internal sealed class RemotingHost : IAsyncDisposable
{
    private const string Ready = "ready";

    private readonly Process _process;

    private RemotingHost(Process process) => _process = process;

    /// <summary>Starts the process and waits until its system listens and has its actor <c>echo</c>.</summary>
    public static async Task<RemotingHost> StartAsync(string configFile, TimeSpan limit)
    {
        var host = new RemotingHost(Process.Start(new ProcessStartInfo("dotnet", [typeof(RemotingHost).Assembly.Location, configFile])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        using var deadline = new CancellationTokenSource(limit);
        Assert.Equal(Ready, await host._process.StandardOutput.ReadLineAsync(deadline.Token));
        return host;
    }

    /// <summary>SIGKILL: no code of the process runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>The program. It ends with its input, so it never outlives who started it.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments.Length != 1)
        {
            await Console.Error.WriteLineAsync("usage: <configuration file>; the tests of this assembly are run by dotnet test");
            return 2;
        }

        var config = Akka.Configuration.ConfigurationFactory.ParseString(await File.ReadAllTextAsync(arguments[0])).WithFallback(P2PTransport.Defaults);
        using var system = ActorSystem.Create("consortium", config);
        system.ActorOf(Props.Create(() => new Echo()), "echo");
        Console.WriteLine(Ready);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await system.Terminate();
        return 0;
    }
}
