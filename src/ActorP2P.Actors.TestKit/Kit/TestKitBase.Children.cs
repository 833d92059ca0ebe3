namespace ActorP2P.Actors.TestKit;

/// <summary>Actors whose parent is the test actor. A strategy given holds for all of its children from then on.</summary>
public abstract partial class TestKitBase
{
    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) => Spawn(props, null, null, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public IActorRef ChildActorOf(Props props, string? name, CancellationToken cancellationToken = default) => Spawn(props, name, null, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public IActorRef ChildActorOf(Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Spawn(props, null, supervisorStrategy, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public IActorRef ChildActorOf(Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        Spawn(props, name, supervisorStrategy, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, CancellationToken cancellationToken = default) => SpawnAsync(props, null, null, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, string? name, CancellationToken cancellationToken = default) => SpawnAsync(props, name, null, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        SpawnAsync(props, null, supervisorStrategy, cancellationToken);

    /// <summary>Creates an actor whose parent is the test actor.</summary>
    public Task<IActorRef> ChildActorOfAsync(Props props, string name, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        SpawnAsync(props, name, supervisorStrategy, cancellationToken);

    private Task<IActorRef> SpawnAsync(Props props, string? name, SupervisorStrategy? strategy, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new InternalTestActor.SpawnRequest(props, name, strategy, new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously));
        TestActor.Tell(request, ActorRefs.NoSender);
        return request.Done.Task;
    }

    private IActorRef Spawn(Props props, string? name, SupervisorStrategy? strategy, CancellationToken cancellationToken) =>
        SpawnAsync(props, name, strategy, cancellationToken).GetAwaiter().GetResult();
}
