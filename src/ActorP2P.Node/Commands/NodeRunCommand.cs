using System.CommandLine;
using ActorP2P.Program.Hosting;

namespace ActorP2P.Program.Commands;

/// <summary><c>node run</c>: a node until SIGTERM or Ctrl-C, which then leaves in order.</summary>
internal static class NodeRunCommand
{
    public static Command Create()
    {
        var config = OptionRules.ConfigFile();
        var json = new Option<bool>("--json-events") { Description = "Print every event as a JSON line on standard output." };
        var command = new Command("run", "Runs a node until SIGTERM or Ctrl-C. SIGHUP reloads certificates and lists.") { config, json };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool json)
    {
        using var signals = new StopSignals();
        await using var output = new JsonLineWriter(Console.OpenStandardOutput());
        await using var host = await NodeHost.StartAsync(file, static line => Console.Error.WriteLine(line));
        if (host is null)
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, $"{file}: the node cannot start: correct the above, then try '{CommandLine.Name} node check --config {file}'");
        }

        Action<object> report = happened =>
        {
            if (json)
            {
                NodeEventText.WriteJson(output, happened);
            }
            else if (NodeEventText.ForPeople(happened) is { } line)
            {
                Console.WriteLine(line);
            }
        };
        var (environment, router) = (host.Environment, host.Router);
        var root = host.Root;
        signals.OnHangUp(() => root.Tell(P2PNode.Reload.Instance, ActorRefs.NoSender));
        ReportStart(host, json ? output : null);
        host.System.ActorOf(Props.Create(() => new EventReporter(environment, router, report)), "events");
        var ended = NodeWatch.WhenTerminated(host);
        var failed = await Task.WhenAny(signals.Signalled, ended) == ended;
        await host.DisposeAsync();
        if (json)
        {
            output.Write("stopped");
        }

        return failed ? await CommandLine.FailAsync(ExitCodes.Failed, "a part of the node failed too often; the log says why") : ExitCodes.Done;
    }

    private static void ReportStart(NodeHost host, JsonLineWriter? json)
    {
        var (id, epoch) = (host.Environment.Identity.Id, host.Environment.Epoch);
        if (json is null)
        {
            Console.WriteLine($"node {id} started, epoch {epoch}");
            return;
        }

        json.Write("started", fields =>
        {
            fields.WriteString("node", id.ToString());
            fields.WriteNumber("epoch", epoch);
        });
    }
}
