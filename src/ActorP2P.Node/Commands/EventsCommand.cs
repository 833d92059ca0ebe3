using System.CommandLine;
using System.Text;
using System.Text.Json;
using ActorP2P.Program.Admin;
using ActorP2P.Program.Hosting;
using ActorP2P.Program.Inspect;

namespace ActorP2P.Program.Commands;

/// <summary><c>events</c>: what a running node has seen lately, and with <c>--follow</c> what it sees until Ctrl-C.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var options = new AdminOptions();
        var follow = new Option<bool>("--follow") { Description = "Go on with each event as it happens, until Ctrl-C." };
        var command = options.CreateCommand("events", "What a running node has seen: peers, routes, refusals, state.");
        command.Options.Add(follow);
        command.SetAction((parsed, _) => RunAsync(options, parsed, parsed.GetValue(follow)));
        return command;
    }

    private static async Task<int> RunAsync(AdminOptions options, ParseResult parsed, bool follow)
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
                problem = await ShowAsync(client, options.Request(parsed, AdminRequestKind.Events, follow), options.IsJson(parsed), signals.Token);
                return problem is null ? ExitCodes.Done : await CommandLine.FailAsync(ExitCodes.Failed, problem);
            }
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // Who follows ends it so.
            return ExitCodes.Done;
        }
    }

    /// <returns>Why it ended before its time; null when it did not.</returns>
    private static async Task<string?> ShowAsync(AdminClient client, AdminRequest request, bool json, CancellationToken stop)
    {
        var reply = await client.AskAsync(request, stop);
        if (reply.Problem is not null)
        {
            return reply.Problem;
        }

        foreach (var happened in reply.Read().Rows("events"))
        {
            Show(happened, json);
        }

        var hasStopped = !request.Follow;
        while (!hasStopped)
        {
            reply = await client.NextAsync(stop);
            if (reply.Problem is not null)
            {
                return reply.Problem;
            }

            var happened = reply.Read();
            Show(happened, json);
            hasStopped = happened.Text("event") == "stopped";
        }

        return null;
    }

    private static void Show(JsonElement happened, bool json)
    {
        if (json)
        {
            ReportOutput.WriteJson(Encoding.UTF8.GetBytes(happened.GetRawText()));
        }
        else
        {
            Console.WriteLine(EventText.Of(happened));
        }
    }
}
