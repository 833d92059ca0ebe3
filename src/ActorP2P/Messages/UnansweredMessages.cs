namespace ActorP2P;

/// <summary>
/// Gives an outcome to modules' messages that reach an actor of ours after its end: a PeerManager reference kept
/// beyond its namespace, or what was waiting in the mailbox of a stopped peer. Without it they would end silently.
/// <para>Supervision: it has no children; its parent restarts it, and it subscribes again.</para>
/// </summary>
internal sealed class UnansweredMessages : UntypedActor
{
    private readonly NodeCounters _counters;
    private readonly string _treePrefix;

    /// <summary>Makes it.</summary>
    /// <param name="counters">Counters of the node.</param>
    /// <param name="root">Only dead letters to actors below this one are ours: a system may host several nodes.</param>
    public UnansweredMessages(NodeCounters counters, IActorRef root)
    {
        _counters = counters;
        _treePrefix = root.Path.ToStringWithoutAddress() + "/";
    }

    /// <inheritdoc />
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    /// <inheritdoc />
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        if (message is not DeadLetter { Message: NamespaceRouter.INamespaceMessage unanswered } letter
            || !letter.Recipient.Path.ToStringWithoutAddress().StartsWith(_treePrefix, StringComparison.Ordinal))
        {
            return;
        }

        var reason = unanswered is NamespaceRouter.Unicast or NamespaceRouter.Request && letter.Recipient.Path.Name.StartsWith(PeerManager.PeerNamePrefix, StringComparison.Ordinal)
            ? SendFailure.PeerDown
            : SendFailure.Stopping;
        _counters.Add(reason == SendFailure.PeerDown ? "peer.refused.stopped" : "namespace.refused.stopped");
        Refusal.Answer(unanswered, reason, letter.Sender, Self);
    }
}
