namespace ActorP2P.Actors.TestKit;

/// <summary>A test actor beside the kit's own, usable wherever an actor reference is.</summary>
public class TestProbe : TestKitBase, INoImplicitSender, IInternalActorRef
{
    internal TestProbe(ActorSystem system, ITestKitAssertions assertions, string? testProbeName)
        : base(assertions, system, testProbeName is null ? null : $"{testProbeName}-{Interlocked.Increment(ref _named)}")
    {
    }

    private static int _named;

    /// <summary>The probe's actor.</summary>
    public IActorRef Ref => TestActor;

    /// <summary>Who sent the message expected last.</summary>
    public IActorRef Sender => LastSender;

    private IInternalActorRef Inner => (IInternalActorRef)TestActor;

    ActorPath IActorRef.Path => TestActor.Path;

    IInternalActorRef IInternalActorRef.Parent => Inner.Parent;

    IActorRefProvider IInternalActorRef.Provider => Inner.Provider;

    bool IInternalActorRef.IsTerminated => Inner.IsTerminated;

    bool IInternalActorRef.IsLocal => true;

    /// <summary>Sends from the probe.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Sends on the message expected last, from its sender.</summary>
    public void Forward(IActorRef actor) => Forward(actor, LastMessage ?? throw new InvalidOperationException("There is no last message."));

    /// <summary>Sends a message from the sender of the one expected last.</summary>
    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    /// <summary>Answers the message expected last.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    /// <summary>A probe cannot make probes.</summary>
    public override TestProbe CreateTestProbe(string? name = null) => throw new NotSupportedException("Cannot create a TestProbe from a TestProbe");

    void ICanTell.Tell(object message, IActorRef? sender) => TestActor.Tell(message, sender);

    bool IEquatable<IActorRef>.Equals(IActorRef? other) => TestActor.Equals(other);

    int IComparable<IActorRef>.CompareTo(IActorRef? other) => TestActor.CompareTo(other);

    int IComparable.CompareTo(object? obj) => TestActor.CompareTo(obj);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IActorRef other && TestActor.Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => TestActor.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => TestActor.ToString()!;

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> names) => Inner.GetChild(names);

    void IInternalActorRef.Start() => Inner.Start();

    void IInternalActorRef.Stop() => Inner.Stop();

    void IInternalActorRef.Suspend() => Inner.Suspend();

    void IInternalActorRef.Resume(Exception? causedByFailure) => Inner.Resume(causedByFailure);

    void IInternalActorRef.Restart(Exception cause) => Inner.Restart(cause);

    void IInternalActorRef.SendSystemMessage(ISystemMessage message) => Inner.SendSystemMessage(message);
}
