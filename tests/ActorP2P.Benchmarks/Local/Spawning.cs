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
        await parent.Ask<int>(1000);
        await parent.Ask<string>("stop");
        var start = Stopwatch.GetTimestamp();
        await parent.Ask<int>(actors);
        await parent.Ask<string>("stop");
        var rate = LocalCases.PerSecond(actors, start);
        await system.Terminate();
        return rate;
    }

    /// <summary>Live bytes of an actor that has started and handled one message.</summary>
    internal static async Task<double> BytesPerIdleActorAsync(int actors)
    {
        using var system = ActorSystem.Create("idle", "akka.loglevel = OFF");
        var parent = system.ActorOf(Props.Create(() => new Parent()));
        await parent.Ask<int>(1000);
        await parent.Ask<string>("stop");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await parent.Ask<int>(actors);
        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / actors;
        await parent.Ask<string>("stop");
        await system.Terminate();
        return bytes;
    }

    /// <summary>Makes as many children as it is told, and stops them all; answers when each has said that it lives, or has ended.</summary>
    private sealed class Parent : UntypedActor
    {
        private static readonly Props ChildProps = Props.Create(() => new Child());

        private IActorRef _asker = ActorRefs.Nobody;
        private int _missing;
        private int _live;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case int count:
                    _asker = Sender;
                    _missing = count;
                    for (var i = 0; i < count; i++)
                        Context.Watch(Context.ActorOf(ChildProps)).Tell("alive?", Self);
                    break;
                case "yes":
                    _live++;
                    if (--_missing == 0)
                        _asker.Tell(_live, Self);
                    break;
                case "stop":
                    _asker = Sender;
                    foreach (var child in Context.GetChildren())
                        Context.Stop(child);
                    break;
                case Terminated:
                    if (--_live == 0)
                        _asker.Tell("stopped", Self);
                    break;
            }
        }
    }

    private sealed class Child : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell("yes", Self);
    }
}
