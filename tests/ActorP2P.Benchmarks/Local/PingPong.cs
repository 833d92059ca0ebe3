using System.Diagnostics;
using System.Threading.Channels;

namespace ActorP2P.Benchmarks.Local;

/// <summary>Pairs that send messages back and forth, a hundred of them in flight in each pair.</summary>
internal static class PingPong
{
    private const int InFlight = 100;

    internal static async Task<double> ActorsAsync(int pairs, int messagesPerPair)
    {
        using var system = ActorSystem.Create("ping-pong", "akka.loglevel = OFF");
        var done = new CountdownEvent(pairs);
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var players = Enumerable.Range(0, pairs).Select(_ => (
            Ping: system.ActorOf(Props.Create(() => new Player(messagesPerPair / 2, done, finished))),
            Pong: system.ActorOf(Props.Create(() => new Player(int.MaxValue, done, finished))))).ToArray();
        await Task.WhenAll(players.Select(p => p.Ping.Ask<ActorIdentity>(new Identify(0))).Concat(players.Select(p => p.Pong.Ask<ActorIdentity>(new Identify(0)))));
        var message = new object();
        var start = Stopwatch.GetTimestamp();
        foreach (var (ping, pong) in players)
        {
            for (var i = 0; i < InFlight; i++)
                pong.Tell(message, ping);
        }

        await finished.Task;
        var rate = LocalCases.PerSecond((long)pairs * messagesPerPair, start);
        await system.Terminate();
        return rate;
    }

    internal static async Task<double> ChannelsAsync(int pairs, int messagesPerPair)
    {
        var message = new object();
        var channels = Enumerable.Range(0, pairs).Select(_ => (Ping: NewChannel(), Pong: NewChannel())).ToArray();
        var start = Stopwatch.GetTimestamp();
        var playing = channels.Select(c => Task.WhenAll(
            Task.Run(() => PlayAsync(c.Ping.Reader, c.Pong.Writer, messagesPerPair / 2)),
            Task.Run(() => PlayAsync(c.Pong.Reader, c.Ping.Writer, int.MaxValue)))).ToArray();
        foreach (var (_, pong) in channels)
        {
            for (var i = 0; i < InFlight; i++)
                pong.Writer.TryWrite(message);
        }

        await Task.WhenAll(playing);
        return LocalCases.PerSecond((long)pairs * messagesPerPair, start);
    }

    private static Channel<object> NewChannel() =>
        Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });

    private static async Task PlayAsync(ChannelReader<object> reader, ChannelWriter<object> writer, int messages)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out var message))
            {
                if (--messages <= 0)
                {
                    writer.TryComplete();
                    return;
                }

                writer.TryWrite(message);
            }
        }

        // The other side has counted to the end.
        writer.TryComplete();
    }

    private sealed class Player(int messages, CountdownEvent done, TaskCompletionSource finished) : UntypedActor
    {
        private int _left = messages;

        protected override void OnReceive(object message)
        {
            if (--_left > 0)
                Sender.Tell(message, Self);
            else if (_left == 0 && done.Signal())
                finished.TrySetResult();
        }
    }
}
