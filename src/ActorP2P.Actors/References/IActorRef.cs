namespace ActorP2P.Actors;

/// <summary>Anything a message can be sent to: a reference or a selection.</summary>
public interface ICanTell
{
    /// <summary>Sends a message; returns at once. <paramref name="sender"/> null means no sender.</summary>
    void Tell(object message, IActorRef? sender);
}

/// <summary>The address of an actor. Stays valid, as an address, after the actor has stopped.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    /// <summary>Where the actor lives, with the unique id of this incarnation of the name.</summary>
    ActorPath Path { get; }
}

/// <summary>Marks what the engine itself sends; system messages overtake user messages.</summary>
public interface ISystemMessage
{
}

/// <summary>What the engine needs of a reference beyond <see cref="IActorRef"/>.</summary>
public interface IInternalActorRef : IActorRef
{
    /// <summary>The supervisor; <see cref="ActorRefs.Nobody"/> when there is none.</summary>
    IInternalActorRef Parent { get; }

    /// <summary>The system the reference belongs to.</summary>
    IActorRefProvider Provider { get; }

    /// <summary>Whether the actor has stopped for good.</summary>
    bool IsTerminated { get; }

    /// <summary>Always true here: this engine has no remote references.</summary>
    bool IsLocal { get; }

    /// <summary>Follows names downwards; <see cref="ActorRefs.Nobody"/> when one is missing.</summary>
    IActorRef GetChild(IReadOnlyList<string> names);

    /// <summary>Starts the mailbox.</summary>
    void Start();

    /// <summary>Stops the actor after the message it is handling.</summary>
    void Stop();

    /// <summary>Pauses user messages until a matching <see cref="Resume"/>.</summary>
    void Suspend();

    /// <summary>Ends one <see cref="Suspend"/>; the cause names the failure that is forgiven.</summary>
    void Resume(Exception? causedByFailure);

    /// <summary>Replaces the suspended actor's instance.</summary>
    void Restart(Exception cause);

    /// <summary>Puts an engine message ahead of all user messages.</summary>
    void SendSystemMessage(ISystemMessage message);
}

/// <summary>What a reference knows of its system.</summary>
public interface IActorRefProvider
{
    /// <summary>The path of the root guardian.</summary>
    ActorPath RootPath { get; }

    /// <summary>Where messages without a receiver go.</summary>
    IActorRef DeadLetters { get; }

    /// <summary>The engine's settings.</summary>
    Settings Settings { get; }

    /// <summary>A fresh path below <c>/temp</c>.</summary>
    ActorPath TempPath();

    /// <summary>The live local actor at the path, or dead letters.</summary>
    IActorRef ResolveActorRef(string path);
}

/// <summary>Sends with the running actor, if any, as the sender.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Sends a message from the running actor, or from nobody outside of one.</summary>
    public static void Tell(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.Current?.Self);

    /// <summary>Passes a message on, keeping the original sender.</summary>
    public static void Forward(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.Current?.SenderOrNull);
}

/// <summary>Small questions about references.</summary>
public static class ActorRefExtensions
{
    /// <summary>Whether the reference is null, nobody or no sender.</summary>
    public static bool IsNobody(this IActorRef? actorRef) =>
        actorRef is null or Nobody;

    /// <summary>The reference itself, or another one when it is nobody.</summary>
    public static IActorRef GetOrElse(this IActorRef? actorRef, Func<IActorRef> elseValue) =>
        actorRef is null or Nobody ? elseValue() : actorRef;
}
