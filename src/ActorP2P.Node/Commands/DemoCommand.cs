using System.CommandLine;
using ActorP2P.Program.Demo;
using ActorP2P.Program.Hosting;
using ActorP2P.Program.Provisioning;
using Spectre.Console;

namespace ActorP2P.Program.Commands;

/// <summary><c>demo</c>: the whole of a network in one command, ending in one line.</summary>
internal static class DemoCommand
{
    private const int MaxNodes = 32;
    private const int MaxSeconds = 3600;

    public static Command Create()
    {
        var nodes = OptionRules.Number("--nodes", "Number of nodes", 4, 2, MaxNodes);
        var seconds = OptionRules.Number("--seconds", "Time over which messages are sent", 10, 2, MaxSeconds);
        var tls = OptionRules.OnOff("--tls", "TLS 1.3 on the links.");
        var encryption = OptionRules.OnOff("--encryption", "Our own encrypted records on the links.");
        var curve = OptionRules.Curve();
        var suite = new Option<string?>("--suite") { Description = $"The one cipher suite to use: {KnownAlgorithms.SuiteNames}." };
        var keep = new Option<string?>("--keep") { Description = "Directory to keep the network's files in; must be absent or empty.", HelpName = "DIR" };
        var command = new Command("demo", "Starts a network of processes, sends everything between them, kills one, refuses one.")
        {
            nodes, seconds, tls, encryption, curve, suite, keep,
        };
        command.SetAction((parsed, _) => RunAsync(
            new Choice(
                parsed.GetValue(nodes),
                parsed.GetValue(seconds),
                parsed.GetValue(tls) == "on",
                parsed.GetValue(encryption) == "on",
                parsed.GetValue(curve)!,
                parsed.GetValue(suite),
                parsed.GetValue(keep))));
        return command;
    }

    private static async Task<int> RunAsync(Choice choice)
    {
        if (!KnownAlgorithms.TryFindCurve(choice.Curve, out var curve, out var problem) || (problem = Problem(choice)) is not null)
        {
            return await CommandLine.FailAsync(ExitCodes.WrongUsage, problem);
        }

        using var signals = new StopSignals();
        var directory = choice.Keep is null ? Directory.CreateTempSubdirectory("actorp2p-demo-").FullName : Path.GetFullPath(choice.Keep);
        try
        {
            var options = new DemoOptions(choice.Nodes, choice.Seconds, choice.Tls, choice.Encryption, curve, choice.Suite, directory);
            return await RunAsync(options, signals.Token);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Verdict($"demo FAILED: {exception.Message}", ExitCodes.Failed);
        }
        finally
        {
            if (choice.Keep is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static string? Problem(Choice choice) => choice switch
    {
        { Tls: false, Encryption: false } => "--tls off and --encryption off together leave nothing that protects a message: choose one.",
        { Suite: { } suite } when KnownAlgorithms.ProblemOfSuite(suite) is { } unknown => unknown,
        { Keep: { } keep } when File.Exists(keep) || (Directory.Exists(keep) && Directory.EnumerateFileSystemEntries(keep).Any()) =>
            $"--keep {keep} exists and is not empty: name a new directory.",
        _ => null,
    };

    private static async Task<int> RunAsync(DemoOptions options, CancellationToken stop)
    {
        var time = TimeProvider.System;
        var network = DemoNetwork.Create(options, time.GetUtcNow());
        var plan = DemoPlan.FromJson(await File.ReadAllTextAsync(network.PlanFiles[0], stop))!;
        var outcome = IsTerminal()
            ? await AnsiConsole.Live(new Text("")).StartAsync(context => RunAsync(options, network, plan, new LiveDemoView(context, plan, time), stop))
            : await RunAsync(options, network, plan, new PlainDemoView(Console.Out, time), stop);
        return outcome.Shortfalls.Count == 0
            ? Verdict($"demo ok: {outcome.Figures}", ExitCodes.Done)
            : Verdict($"demo FAILED: {string.Join("; ", outcome.Shortfalls)} ({outcome.Figures})", ExitCodes.Failed);
    }

    private static async Task<DemoOutcome> RunAsync(DemoOptions options, DemoNetwork network, DemoPlan plan, IDemoView view, CancellationToken stop)
    {
        await using var run = new DemoRun(options, network, plan, view, TimeProvider.System, stop);
        return await run.RunAsync();
    }

    // A table that changes in place needs a terminal that can move its cursor.
    private static bool IsTerminal() =>
        !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    private static int Verdict(string line, int code)
    {
        Console.WriteLine(line.ReplaceLineEndings(" "));
        return code;
    }

    private sealed record Choice(int Nodes, int Seconds, bool Tls, bool Encryption, string Curve, string? Suite, string? Keep);
}
