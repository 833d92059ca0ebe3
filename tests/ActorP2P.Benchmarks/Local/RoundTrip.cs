using System.Diagnostics;
using System.Threading.Channels;

namespace ActorP2P.Benchmarks.Local;

/// <summary>Request and answer, one at a time.</summary>
internal static class RoundTrip
{
    internal static async Task<double> AskAsync(int asks)
    {
        using var system = ActorSystem.Create("ask", "akka.loglevel = OFF");
        var echo = system.ActorOf(Props.Create(() => new Echo()));
        var message = new object();
        await echo.Ask<object>(message);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < asks; i++)
            await echo.Ask<object>(message);
        var rate = LocalCases.PerSecond(asks, start);
        await system.Terminate();
        return rate;
    }

    internal static async Task<double> ChannelAsync(int asks)
    {
        var channel = Channel.CreateUnbounded<(object Message, TaskCompletionSource<object> Answer)>(new UnboundedChannelOptions { SingleReader = true });
        var answering = Task.Run(async () =>
        {
            while (await channel.Reader.WaitToReadAsync())
            {
                while (channel.Reader.TryRead(out var request))
                    request.Answer.TrySetResult(request.Message);
            }
        });
        var message = new object();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < asks; i++)
        {
            var answer = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
            channel.Writer.TryWrite((message, answer));
            await answer.Task;
        }

        var rate = LocalCases.PerSecond(asks, start);
        channel.Writer.TryComplete();
        await answering;
        return rate;
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }
}
