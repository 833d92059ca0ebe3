namespace ActorP2P.Program.Hosting;

/// <summary>Tells a host that its node stopped by itself.</summary>
internal sealed class NodeWatch : ReceiveActor
{
    public NodeWatch(IActorRef root, TaskCompletionSource ended)
    {
        Context.Watch(root);
        Receive<Terminated>(_ =>
        {
            ended.TrySetResult();
            Context.Stop(Self);
        });
    }

    /// <summary>Completes when the node's root actor is gone.</summary>
    public static Task WhenTerminated(NodeHost host)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var root = host.Root;
        host.System.ActorOf(Props.Create(() => new NodeWatch(root, ended)));
        return ended.Task;
    }
}
