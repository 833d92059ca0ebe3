using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>What Hypernet does about a failed child; <see cref="Hypernet"/> says why.</summary>
internal sealed class HypernetStrategy(SupervisionSettings limits) : OneForOneStrategy(
    limits.MaxPartRestarts,
    limits.Window,
    failure => failure is ActorInitializationException or ActorKilledException ? Directive.Stop : Directive.Restart)
{
    /// <summary>Names of links begin so; those of the other children do not.</summary>
    public const string LinkPrefix = "link-";

    /// <inheritdoc />
    protected override Directive Handle(IActorRef child, Exception exception) =>
        child.Path.Name.StartsWith(LinkPrefix, StringComparison.Ordinal) ? Directive.Stop : base.Handle(child, exception);
}
