using System.CommandLine;
using System.Globalization;
using ActorP2P.Program.Demo;
using ActorP2P.Program.Hosting;

namespace ActorP2P.Program.Commands;

/// <summary>
/// <c>demo-node</c>, hidden: one node of the demo as a process of its own. Lines on standard input drive it
/// (<c>phase N</c>, <c>stop</c>); JSON lines on standard output tell what happens. The end of the input is a stop, so
/// no node outlives the demo.
/// </summary>
internal static class DemoNodeCommand
{
    public const string Name = "demo-node";

    public static Command Create()
    {
        var config = OptionRules.ConfigFile();
        var plan = new Option<string>("--plan") { Description = "The node's plan of what to send.", Required = true, HelpName = "FILE" };
        var command = new Command(Name, "One node of the demo; started by it.") { config, plan };
        command.Hidden = true;
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(plan)!));
        return command;
    }

    private static async Task<int> RunAsync(string configFile, string planFile)
    {
        using var signals = new StopSignals();
        await using var lines = new JsonLineWriter(Console.OpenStandardOutput());
        var plan = DemoPlan.FromJson(await File.ReadAllTextAsync(planFile));
        await using var host = await NodeHost.StartAsync(configFile, static line => Console.Error.WriteLine(line));
        if (host is null || plan is null)
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, "the demo's node cannot start");
        }

        var (environment, router) = (host.Environment, host.Router);
        Action<object> report = happened => NodeEventText.WriteJson(lines, happened);
        lines.Write("started", json =>
        {
            json.WriteString("node", environment.Identity.Id.ToString());
            json.WriteNumber("epoch", environment.Epoch);
        });
        host.System.ActorOf(Props.Create(() => new EventReporter(environment, router, report)), "events");
        var module = host.System.ActorOf(Props.Create(() => new DemoModule(plan, router, lines)), "demo");
        // A read of standard input cannot be cancelled, so a signal does not wait for it.
        await Task.WhenAny(FollowInputAsync(plan, module), signals.Signalled, NodeWatch.WhenTerminated(host));
        await host.DisposeAsync();
        WriteCounters(lines, environment.Counters);
        lines.Write("stopped");
        return ExitCodes.Done;
    }

    private static async Task FollowInputAsync(DemoPlan plan, IActorRef module)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line && line != "stop")
        {
            if (line.Split(' ') is ["phase", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var phase))
            {
                byte[]? file = plan.FileOrigin(phase) == plan.Self ? await File.ReadAllBytesAsync(plan.File) : null;
                module.Tell(new DemoModule.BeginPhase(phase, file));
            }
        }
    }

    private static void WriteCounters(JsonLineWriter lines, NodeCounters counters) => lines.Write("counters", json =>
    {
        foreach (var (name, value) in counters.Snapshot().Values)
        {
            json.WriteNumber(name, value);
        }
    });
}
