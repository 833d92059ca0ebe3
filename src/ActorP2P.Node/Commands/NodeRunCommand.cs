using System.CommandLine;
using ActorP2P.Program.Admin;
using ActorP2P.Program.Hosting;
using ActorP2P.Program.Inspect;

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

        var limits = host.Environment.Settings.Admin;
        var journal = new EventJournal(TimeProvider.System, limits.RecentEvents, limits.MaxWaitingBytes);
        Action<object> report = happened =>
        {
            journal.Report(happened);
            if (json)
            {
                NodeEventText.WriteJson(output, happened);
            }
            else if (NodeEventText.ForPeople(happened) is { } line)
            {
                Console.WriteLine(PrintableText.Of(line));
            }
        };
        var (environment, router) = (host.Environment, host.Router);
        var root = host.Root;
        signals.OnHangUp(() => root.Tell(P2PNode.Reload.Instance, ActorRefs.NoSender));
        ReportStart(host, json ? output : null);
        await using var admin = await OpenAdminAsync(host, file, journal, json ? output : null);
        host.System.ActorOf(Props.Create(() => new EventReporter(environment, router, report)), "events");
        var ended = NodeWatch.WhenTerminated(host);
        var failed = await Task.WhenAny(signals.Signalled, ended) == ended;
        if (admin is not null)
        {
            await admin.StopAnsweringAsync();
        }

        await host.DisposeAsync();
        if (json)
        {
            output.Write("stopped");
        }

        return failed ? await CommandLine.FailAsync(ExitCodes.Failed, "a part of the node failed too often; the log says why") : ExitCodes.Done;
    }

    private static async Task<AdminEndpoint?> OpenAdminAsync(NodeHost host, string file, EventJournal journal, JsonLineWriter? json)
    {
        var (environment, limits) = (host.Environment, host.Environment.Settings.Admin);
        if (!limits.Enabled)
        {
            return null;
        }

        var path = AdminSocket.PathOf(environment.Settings, Path.GetDirectoryName(Path.GetFullPath(file))!);
        var answers = new NodeAnswers(environment, new P2PClient(host.System, host.Router, limits.RequestTimeout));
        var admin = await AdminEndpoint.StartAsync(path, limits, answers, journal, environment.Counters, static line => Console.Error.WriteLine(line));
        if (admin is not null)
        {
            json?.Write("admin", fields => fields.WriteString("socket", path));
        }

        return admin;
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
