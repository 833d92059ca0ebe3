using System.Diagnostics;

namespace ActorP2P.Benchmarks.Local;

/// <summary>Making and ending many actors.</summary>
internal static class Spawning
{
    /// <summary>Actors a second that are made, stopped and gone.</summary>
    internal static async Task<double> SpawnAndStopAsync(int actors)
    {
        using var system = ActorSystem.Create("spawn", "akka.loglevel = OFF");
        var parent = system.ActorOf(Props.Create(() => new Parent()));
        await RoundAsync(parent, 1000);
        var start = Stopwatch.GetTimestamp();
        await RoundAsync(parent, actors);
        var rate = LocalCases.PerSecond(actors, start);
        await system.Terminate();
        return rate;
    }

    /// <summary>Live bytes of an actor that has started and handled one message.</summary>
    internal static async Task<double> BytesPerIdleActorAsync(int actors)
    {
        using var system = ActorSystem.Create("idle", "akka.loglevel = OFF");
        var parent = system.ActorOf(Props.Create(() => new Parent()));
        await RoundAsync(parent, 1000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var tally = new Tally(actors);
        parent.Tell(new Spawn(actors, Props.Create(() => new Child(tally))));
        await tally.Started;
        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / actors;
        parent.Tell("stop");
        await tally.Stopped;
        await system.Terminate();
        return bytes;
    }

    private static async Task RoundAsync(IActorRef parent, int actors)
    {
        var tally = new Tally(actors);
        parent.Tell(new Spawn(actors, Props.Create(() => new Child(tally))));
        await tally.Started;
        parent.Tell("stop");
        await tally.Stopped;
    }

    private sealed record Spawn(int Count, Props Props);

    /// <summary>Counts actors that have handled their message, and that have ended.</summary>
    private sealed class Tally(int actors)
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _starting = actors;
        private int _stopping = actors;

        internal Task Started => _started.Task;

        internal Task Stopped => _stopped.Task;

        internal void OneStarted()
        {
            if (Interlocked.Decrement(ref _starting) == 0)
                _started.TrySetResult();
        }

        internal void OneStopped()
        {
            if (Interlocked.Decrement(ref _stopping) == 0)
                _stopped.TrySetResult();
        }
    }

    private sealed class Parent : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Spawn spawn:
                    for (var i = 0; i < spawn.Count; i++)
                        Context.ActorOf(spawn.Props).Tell("start", ActorRefs.NoSender);
                    break;
                case "stop":
                    foreach (var child in Context.GetChildren())
                        Context.Stop(child);
                    break;
            }
        }
    }

    private sealed class Child(Tally tally) : UntypedActor
    {
        protected override void OnReceive(object message) => tally.OneStarted();

        protected override void PostStop() => tally.OneStopped();
    }
}
