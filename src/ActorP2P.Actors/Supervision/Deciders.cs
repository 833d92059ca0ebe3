namespace ActorP2P.Actors;

/// <summary>Maps an exception to a directive.</summary>
public interface IDecider
{
    /// <summary>The directive for a failure.</summary>
    Directive Decide(Exception cause);
}

/// <summary>Makes deciders.</summary>
public static class Decider
{
    /// <summary>The first pair whose type fits decides; else the default.</summary>
    public static DeployableDecider From(Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs) => new(defaultDirective, pairs);

    /// <summary>The first pair whose type fits decides; else the default.</summary>
    public static DeployableDecider From(Directive defaultDirective, IEnumerable<KeyValuePair<Type, Directive>> pairs) => new(defaultDirective, [.. pairs]);

    /// <summary>A function decides.</summary>
    public static LocalOnlyDecider From(Func<Exception, Directive> localOnlyDecider) => new(localOnlyDecider);
}

/// <summary>Shorthand for a decider's pairs.</summary>
public static class DirectiveExtensions
{
    /// <summary>This directive for that exception and what derives from it.</summary>
    public static KeyValuePair<Type, Directive> When<TException>(this Directive self)
        where TException : Exception => new(typeof(TException), self);
}

/// <summary>A function as a decider.</summary>
public class LocalOnlyDecider(Func<Exception, Directive> decider) : IDecider
{
    /// <inheritdoc/>
    public Directive Decide(Exception cause) => decider(cause);
}

/// <summary>A table as a decider.</summary>
public class DeployableDecider(Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs) : IDecider
{
    /// <summary>For exceptions no pair fits.</summary>
    public Directive DefaultDirective { get; } = defaultDirective;

    /// <summary>In order of precedence.</summary>
    public KeyValuePair<Type, Directive>[] Pairs { get; } = pairs;

    /// <inheritdoc/>
    public Directive Decide(Exception cause)
    {
        foreach (var pair in Pairs)
        {
            if (pair.Key.IsInstanceOfType(cause))
                return pair.Value;
        }

        return DefaultDirective;
    }
}

/// <summary>How often a child was restarted, and since when.</summary>
public sealed class ChildRestartStats
{
    private readonly ITimeProvider _clock;
    private TimeSpan? _windowStart;

    internal ChildRestartStats(LocalActorRef child)
    {
        Child = child;
        _clock = child.Cell.SystemImpl.Scheduler;
    }

    /// <summary>The child.</summary>
    public IInternalActorRef Child { get; }

    /// <summary>Restarts counted in the present window.</summary>
    public int MaxNrOfRetriesCount { get; private set; }

    /// <summary>Counts one more restart; false when it is one too many. A negative limit or window (in milliseconds) is none.</summary>
    public bool RequestRestartPermission(int maxNrOfRetries, int withinTimeMilliseconds)
    {
        if (maxNrOfRetries == 0)
            return false;
        if (withinTimeMilliseconds > 0)
            return MayRetryWithin(maxNrOfRetries > 0 ? maxNrOfRetries : 1, TimeSpan.FromMilliseconds(withinTimeMilliseconds));
        return maxNrOfRetries < 0 || ++MaxNrOfRetriesCount <= maxNrOfRetries;
    }

    private bool MayRetryWithin(int retries, TimeSpan window)
    {
        // The window is not a sliding one: it opens with a restart and, once over, with the next.
        var now = _clock.MonotonicClock;
        _windowStart ??= now;
        if (now - _windowStart <= window)
            return ++MaxNrOfRetriesCount <= retries;
        MaxNrOfRetriesCount = 1;
        _windowStart = now;
        return true;
    }
}

/// <summary>Makes the user guardian's strategy; named by <c>akka.actor.guardian-supervisor-strategy</c>.</summary>
public abstract class SupervisorStrategyConfigurator
{
    /// <summary>The strategy.</summary>
    public abstract SupervisorStrategy Create();
}

/// <summary>The usual choice: see <see cref="SupervisorStrategy.DefaultStrategy"/>.</summary>
public class DefaultSupervisorStrategy : SupervisorStrategyConfigurator
{
    /// <inheritdoc/>
    public override SupervisorStrategy Create() => SupervisorStrategy.DefaultStrategy;
}

/// <summary>See <see cref="SupervisorStrategy.StoppingStrategy"/>.</summary>
public class StoppingSupervisorStrategy : SupervisorStrategyConfigurator
{
    /// <inheritdoc/>
    public override SupervisorStrategy Create() => SupervisorStrategy.StoppingStrategy;
}
