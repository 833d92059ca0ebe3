using System.Diagnostics;
using System.Threading.Channels;

namespace ActorP2P.Benchmarks.Local;

/// <summary>Several threads that send to one receiver, which counts.</summary>
internal static class OneWay
{
    internal static async Task<double> ActorAsync(int senders, int messagesPerSender)
    {
        using var system = ActorSystem.Create("tell", "akka.loglevel = OFF");
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var counter = system.ActorOf(Props.Create(() => new Counter(senders * messagesPerSender, finished)));
        await counter.Ask<ActorIdentity>(new Identify(0));
        var message = new object();
        var start = Stopwatch.GetTimestamp();
        await SendAsync(senders, messagesPerSender, () => counter.Tell(message, ActorRefs.NoSender));
        await finished.Task;
        var rate = LocalCases.PerSecond((long)senders * messagesPerSender, start);
        await system.Terminate();
        return rate;
    }

    internal static async Task<double> ChannelAsync(int senders, int messagesPerSender)
    {
        var channel = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
        var message = new object();
        var start = Stopwatch.GetTimestamp();
        var counting = Task.Run(async () =>
        {
            var left = senders * messagesPerSender;
            while (left > 0 && await channel.Reader.WaitToReadAsync())
            {
                while (channel.Reader.TryRead(out _))
                    left--;
            }
        });
        await SendAsync(senders, messagesPerSender, () => channel.Writer.TryWrite(message));
        await counting;
        return LocalCases.PerSecond((long)senders * messagesPerSender, start);
    }

    /// <summary>Bytes allocated a message when a receiver keeps up with its sender.</summary>
    internal static async Task<double> BytesPerTellAsync(int messages)
    {
        using var system = ActorSystem.Create("tell", "akka.loglevel = OFF");
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var counter = system.ActorOf(Props.Create(() => new Counter(messages, finished)));
        await counter.Ask<ActorIdentity>(new Identify(0));
        var message = new object();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await SendAsync(1, messages, () => counter.Tell(message, ActorRefs.NoSender));
        await finished.Task;
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        await system.Terminate();
        return Math.Max(0.001, (double)bytes / messages);
    }

    private static Task SendAsync(int senders, int messages, Action send) => Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(() =>
    {
        for (var i = 0; i < messages; i++)
            send();
    })));

    private sealed class Counter(int messages, TaskCompletionSource finished) : UntypedActor
    {
        private int _left = messages;

        protected override void OnReceive(object message)
        {
            if (--_left == 0)
                finished.TrySetResult();
        }
    }
}
