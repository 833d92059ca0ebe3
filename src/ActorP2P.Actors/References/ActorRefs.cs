using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>The references that stand for the absence of an actor.</summary>
public static class ActorRefs
{
    /// <summary>Swallows everything; what a look-up answers when there is nothing.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>No sender: null, as in Akka.NET. The receiver's <c>Sender</c> is then dead letters.</summary>
    public static readonly IActorRef NoSender = null!;
}

/// <summary>The reference that is nobody's.</summary>
public sealed class Nobody : MinimalActorRef
{
    private Nobody()
    {
    }

    /// <summary>The only one.</summary>
    public static Nobody Instance { get; } = new();

    /// <inheritdoc/>
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "Nobody";

    /// <inheritdoc/>
    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody belongs to no system.");
}

/// <summary>Publishes what nobody receives as <see cref="DeadLetter"/>, and answers watchers that there is nothing to watch.</summary>
internal class DeadLetterActorRef(ActorSystemImpl system, ActorPath path) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider => system.Provider;

    public override bool IsTerminated => true;

    /// <summary>The answer to <see cref="Identify"/>.</summary>
    private protected virtual IActorRef? Identity => ActorRefs.Nobody;

    protected override void TellInternal(object message, IActorRef sender) => Publish(message, sender, this);

    internal void Publish(object message, IActorRef? sender, IActorRef recipient)
    {
        ArgumentNullException.ThrowIfNull(message);
        switch (message)
        {
            case AllDeadLetters dead:
                system.EventStream.Publish(dead);
                break;
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, Identity!), this);
                break;
            case IDeadLetterSuppression suppressed:
                system.EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? this, this));
                break;
            default:
                system.EventStream.Publish(new DeadLetter(message, sender ?? this, recipient));
                break;
        }
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is Watch watch && !ReferenceEquals(watch.Watcher, this))
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false));
    }
}

/// <summary>A path under which no actor lives: everything sent to it is a dead letter for that path.</summary>
internal sealed class EmptyLocalActorRef(ActorSystemImpl system, ActorPath path) : DeadLetterActorRef(system, path)
{
    private protected override IActorRef? Identity => null;
}
