namespace ActorP2P.Actors;

/// <summary>The address of an actor of this process: a path and a mailbox.</summary>
internal sealed class LocalActorRef : Mailbox, IActorRef
{
    internal LocalActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, MailboxType mailboxType, IInternalActorRef parent, ActorPath path)
        : base(system, mailboxType, path) => Cell = new ActorCell(system, this, props, dispatcher, parent);

    public override IInternalActorRef Parent => Cell.ParentRef;

    public override IActorRefProvider Provider => Cell.SystemImpl.Provider;

    public override bool IsTerminated => Cell.IsTerminated;

    // The base class would get here by one more virtual call.
    void ICanTell.Tell(object message, IActorRef? sender) => Post(message, sender);

    protected override void TellInternal(object message, IActorRef sender) => Post(message, sender);

    public override bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not LocalActorRef && base.Equals(other));

    public override int GetHashCode() => Path.Uid.GetHashCode();

    public override IActorRef GetChild(IReadOnlyList<string> names)
    {
        IInternalActorRef current = this;
        for (var i = 0; i < names.Count; i++)
        {
            switch (names[i])
            {
                case "":
                    continue;
                case "..":
                    current = current.Parent as LocalActorRef ?? current;
                    break;
                default:
                    if (current is not LocalActorRef local)
                        return current.GetChild(names.Skip(i).ToArray());
                    if (local.Cell.GetSingleChild(names[i]) is not { } child)
                        return ActorRefs.Nobody;
                    current = child;
                    break;
            }
        }

        return current;
    }

    public override void Stop() => SendSystemMessage(new Terminate());

    public override void Suspend() => SendSystemMessage(new Suspend());

    public override void Resume(Exception? causedByFailure) => SendSystemMessage(new Resume(causedByFailure));

    public override void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    public override void SendSystemMessage(ISystemMessage message) => PostSystem((SystemMessage)message);
}
