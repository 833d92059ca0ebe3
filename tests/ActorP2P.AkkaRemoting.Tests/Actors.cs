namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Answers with what it got.</summary>
internal sealed class Echo : ReceiveActor
{
    public Echo() => ReceiveAny(message => Sender.Tell(message));
}

/// <summary>Completes when what it watches has terminated.</summary>
internal sealed class Watcher : ReceiveActor
{
    public Watcher(IActorRef watched, TaskCompletionSource<bool> ended)
    {
        Context.Watch(watched);
        Receive<Terminated>(_ => ended.TrySetResult(true));
        Receive<string>(_ => Sender.Tell("watching"));
    }
}

/// <summary>Completes at the first peer that is lost.</summary>
internal sealed class LossObserver : ReceiveActor
{
    public LossObserver(TaskCompletionSource<PeerDown> lost) => Receive<PeerDown>(down => lost.TrySetResult(down));
}
