using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>The top actor. Ends in order: the user's actors, then the system's, then itself.</summary>
internal sealed class RootGuardian : UntypedActor
{
    private IActorRef? _user;
    private IActorRef? _system;

    // A guardian that fails has no supervisor above that could know better: the system ends.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Guardians guardians:
                _user = Context.Watch(guardians.User);
                _system = Context.Watch(guardians.System);
                break;
            case Terminated ended when ended.ActorRef.Equals(_user):
                Context.Stop(_system!);
                break;
            case Terminated ended when ended.ActorRef.Equals(_system):
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    internal sealed record Guardians(IActorRef User, IActorRef System);
}

/// <summary><c>/user</c>: parent of the user's actors. A failure that is escalated to it ends the system.</summary>
internal sealed class UserGuardian : UntypedActor
{
    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void OnReceive(object message) => Context.System.DeadLetters.Tell(message, Sender);
}

/// <summary><c>/system</c>: parent of loggers and the like.</summary>
internal sealed class SystemGuardian : UntypedActor
{
    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void OnReceive(object message) => Context.System.DeadLetters.Tell(message, Sender);
}

/// <summary>Stands above the root; learns when it has ended.</summary>
internal sealed class RootSupervisor(ActorSystemImpl system) : MinimalActorRef
{
    public override ActorPath Path { get; } = system.RootPath / "_Root-guardian-supervisor";

    public override IActorRefProvider Provider => system.Provider;

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Failed failed:
                system.EventStream.Publish(new Error(failed.Cause, Path.ToString(), GetType(), "guardian failed, shutting down!"));
                failed.Child.Stop();
                break;
            case DeathWatchNotification:
                system.RootStopped();
                break;
        }
    }
}

/// <summary>Swallows everything.</summary>
internal sealed class IgnoringActorRef(ActorSystemImpl system, ActorPath path) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider => system.Provider;
}
