namespace ActorP2P.Actors;

/// <summary>Handles a message; false means that it does not know it.</summary>
public delegate bool Receive(object message);

/// <summary>Handles a message.</summary>
public delegate void UntypedReceive(object message);

/// <summary>Creates and finds actors: a system or an actor's context.</summary>
public interface IActorRefFactory
{
    /// <summary>Creates a child. Without a name it gets one; a taken or illegal name throws <see cref="InvalidActorNameException"/>.</summary>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>Addresses actors by path.</summary>
    ActorSelection ActorSelection(ActorPath actorPath);

    /// <summary>Addresses actors by path, relative or absolute, with the wildcards <c>*</c> and <c>?</c>.</summary>
    ActorSelection ActorSelection(string actorPath);
}

/// <summary>Asks to be told of other actors' end.</summary>
public interface ICanWatch
{
    /// <summary>Has <see cref="Terminated"/> delivered once when the subject has stopped, or at once when it never was.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>As <see cref="Watch"/>, with a message of one's own in place of <see cref="Terminated"/>.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    /// <summary>Takes a watch back; a notice that already waits in the mailbox is not delivered.</summary>
    IActorRef Unwatch(IActorRef subject);
}

/// <summary>An actor's view of itself and its surroundings; valid on the actor's own thread only.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    /// <summary>This actor.</summary>
    IActorRef Self { get; }

    /// <summary>What this actor was made from.</summary>
    Props Props { get; }

    /// <summary>What runs this actor.</summary>
    MessageDispatcher Dispatcher { get; }

    /// <summary>Who sent the current message; dead letters when nobody did.</summary>
    IActorRef Sender { get; }

    /// <summary>The system.</summary>
    ActorSystem System { get; }

    /// <summary>The supervisor.</summary>
    IActorRef Parent { get; }

    /// <summary>The pause after which <see cref="Actors.ReceiveTimeout"/> comes; null when off.</summary>
    TimeSpan? ReceiveTimeout { get; }

    /// <summary>Replaces the behaviour.</summary>
    void Become(Receive receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Goes back to the behaviour below; the last one stays.</summary>
    void UnbecomeStacked();

    /// <summary>The child of that name, or nobody.</summary>
    IActorRef Child(string name);

    /// <summary>The children that are alive or stopping.</summary>
    IEnumerable<IActorRef> GetChildren();

    /// <summary>Has <see cref="Actors.ReceiveTimeout"/> delivered after each pause of that length; null switches it off.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Stops an actor after the message that it is handling.</summary>
    void Stop(IActorRef child);
}

/// <summary>The context of an <see cref="UntypedActor"/>.</summary>
public interface IUntypedActorContext : IActorContext
{
    /// <summary>Replaces the behaviour.</summary>
    void Become(UntypedReceive receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    void BecomeStacked(UntypedReceive receive);
}
