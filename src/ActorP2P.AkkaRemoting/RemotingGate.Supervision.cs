namespace ActorP2P.AkkaRemoting;

internal sealed partial class RemotingGate
{
    /// <summary>The node is never restarted here; what only feeds it may be.</summary>
    private sealed class ByPart(RemotingGate gate) : OneForOneStrategy(10, TimeSpan.FromMinutes(1), static _ => Directive.Restart)
    {
        protected override Directive Handle(IActorRef child, Exception exception) =>
            child.Equals(gate._node) ? Directive.Stop : base.Handle(child, exception);
    }
}
