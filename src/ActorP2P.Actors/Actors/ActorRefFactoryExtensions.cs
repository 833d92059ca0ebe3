namespace ActorP2P.Actors;

/// <summary>Marks a message that never leaves its process. Has no effect in this engine, which serialises nothing.</summary>
public interface INoSerializationVerificationNeeded
{
}

/// <summary>Shorter forms of <see cref="IActorRefFactory"/>.</summary>
public static class ActorRefFactoryExtensions
{
    /// <summary>Creates an actor that has a constructor without arguments.</summary>
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);

    /// <summary>Addresses actors below another one by a relative path.</summary>
    public static ActorSelection ActorSelection(this IActorRefFactory factory, IActorRef anchorRef, string actorPath) =>
        new(anchorRef, actorPath.Split('/'));
}
