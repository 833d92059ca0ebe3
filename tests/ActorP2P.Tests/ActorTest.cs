using ActorP2P.Tests.Network;

namespace ActorP2P.Tests;

/// <summary>A test with probes. Its limits are reached only when something is broken, so a slow machine fails none.</summary>
public abstract class ActorTest() : TestKit("akka.test { single-expect-default = 60s, filter-leeway = 60s, default-timeout = 20s }")
{
    /// <summary>How long to wait for what must come.</summary>
    protected static readonly TimeSpan Soon = Eventually.Limit;
}
