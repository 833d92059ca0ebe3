namespace ActorP2P;

/// <summary>One for one, with the directive chosen by which child failed: children of one parent hold different promises.</summary>
internal sealed class ByChildStrategy(int maxRestarts, TimeSpan within, Func<IActorRef, Exception, Directive> decide)
    : OneForOneStrategy(maxRestarts, within, static _ => Directive.Escalate)
{
    /// <inheritdoc />
    protected override Directive Handle(IActorRef child, Exception exception) => decide(child, exception);
}
