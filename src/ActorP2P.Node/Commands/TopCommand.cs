using System.CommandLine;
using ActorP2P.Program.Admin;
using ActorP2P.Program.Hosting;
using ActorP2P.Program.Inspect;
using Spectre.Console;

namespace ActorP2P.Program.Commands;

/// <summary><c>top</c>: what a running node exchanges with each other one, refreshed until Ctrl-C.</summary>
internal static class TopCommand
{
    private const int MaxSeconds = 3600;
    private const int MaxFrames = 1_000_000;

    public static Command Create()
    {
        var options = new AdminOptions();
        var interval = OptionRules.Number("--interval", "Seconds between two looks", 1, 1, MaxSeconds);
        var frames = OptionRules.Number("--count", "Looks after which it ends; 0: until Ctrl-C", 0, 0, MaxFrames);
        var command = options.CreateCommand("top", "Messages and bytes a second with each peer of a running node, round trips and queues.");
        command.Options.Add(interval);
        command.Options.Add(frames);
        command.SetAction((parsed, _) => RunAsync(options, parsed, TimeSpan.FromSeconds(parsed.GetValue(interval)), parsed.GetValue(frames)));
        return command;
    }

    private static async Task<int> RunAsync(AdminOptions options, ParseResult parsed, TimeSpan interval, int frames)
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
                var request = options.Request(parsed, AdminRequestKind.Peers);
                problem = options.IsJson(parsed) || !ReportOutput.IsLive
                    ? await LookAsync(client, request, interval, frames, Print(options.IsJson(parsed)), signals.Token)
                    : await AnsiConsole.Live(new Text("")).StartAsync(context => LookAsync(client, request, interval, frames, frame => Refresh(context, frame), signals.Token));
                return problem is null ? ExitCodes.Done : await CommandLine.FailAsync(ExitCodes.Failed, problem);
            }
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
    }

    /// <returns>Why it ended before its time; null when it did not.</returns>
    private static async Task<string?> LookAsync(AdminClient client, AdminRequest request, TimeSpan interval, int frames, Action<TopFrame> show, CancellationToken stop)
    {
        TopFrame? last = null;
        for (var shown = 1; ; shown++)
        {
            var reply = await client.AskAsync(request, stop);
            if (reply.Problem is not null)
            {
                return reply.Problem;
            }

            last = TopFrame.Of(reply.Read(), last);
            show(last);
            if (shown == frames)
            {
                return null;
            }

            await Task.Delay(interval, stop);
        }
    }

    private static Action<TopFrame> Print(bool json) => frame =>
    {
        if (json)
        {
            Console.OpenStandardOutput().Write(TopView.Line(frame).Span);
        }
        else
        {
            ReportOutput.Write(TopView.Table(frame));
        }
    };

    private static void Refresh(LiveDisplayContext context, TopFrame frame)
    {
        context.UpdateTarget(TopView.Table(frame).ToTerminal());
        context.Refresh();
    }
}
