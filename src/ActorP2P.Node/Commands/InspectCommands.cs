using System.CommandLine;
using System.Text.Json;
using ActorP2P.Program.Admin;
using ActorP2P.Program.Hosting;
using ActorP2P.Program.Inspect;

namespace ActorP2P.Program.Commands;

/// <summary><c>status</c>, <c>peers</c>, <c>topics</c> and <c>routes</c> of a running node, each one question and its answer; and with them <c>events</c> and <c>top</c>.</summary>
internal static class InspectCommands
{
    /// <summary>All of them.</summary>
    public static IEnumerable<Command> Create()
    {
        yield return CreateStatus();
        yield return CreateCommand("peers", "Members that a running node knows: the way to them, traffic and links.", AdminRequestKind.Peers, InspectViews.Peers);
        yield return CreateCommand("topics", "Topics and who follows them, as a running node knows.", AdminRequestKind.Topics, InspectViews.Topics);
        yield return CreateCommand("routes", "The way from a running node to each other one.", AdminRequestKind.Routes, InspectViews.Routes, hasNamespace: false);
        yield return EventsCommand.Create();
        yield return TopCommand.Create();
    }

    private static Command CreateStatus()
    {
        var options = new AdminOptions();
        var counters = new Option<bool>("--counters") { Description = "Show all counters, too." };
        var command = options.CreateCommand("status", "A running node: who it is, its namespaces, its counters.");
        command.Options.Add(counters);
        command.SetAction((parsed, _) => RunAsync(options, parsed, AdminRequestKind.Status, answer => InspectViews.Status(answer, parsed.GetValue(counters))));
        return command;
    }

    private static Command CreateCommand(
        string name,
        string description,
        AdminRequestKind kind,
        Func<JsonElement, IEnumerable<ReportTable>> view,
        bool hasNamespace = true)
    {
        var options = new AdminOptions();
        var command = options.CreateCommand(name, description, hasNamespace);
        command.SetAction((parsed, _) => RunAsync(options, parsed, kind, view));
        return command;
    }

    private static async Task<int> RunAsync(AdminOptions options, ParseResult parsed, AdminRequestKind kind, Func<JsonElement, IEnumerable<ReportTable>> view)
    {
        using var signals = new StopSignals();
        try
        {
            var (client, problem) = await options.ConnectAsync(parsed, signals.Token);
            if (client is null)
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, problem!);
            }

            await using (client)
            {
                var reply = await client.AskAsync(options.Request(parsed, kind), signals.Token);
                if (reply.Problem is not null)
                {
                    return await CommandLine.FailAsync(ExitCodes.Failed, reply.Problem);
                }

                Show(reply, options.IsJson(parsed), view);
                return ExitCodes.Done;
            }
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, "stopped before the node had answered");
        }
    }

    private static void Show(AdminReply reply, bool json, Func<JsonElement, IEnumerable<ReportTable>> view)
    {
        if (json)
        {
            ReportOutput.WriteJson(reply.Line);
            return;
        }

        foreach (var table in view(reply.Read()))
        {
            ReportOutput.Write(table);
        }
    }
}
