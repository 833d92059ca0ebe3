namespace ActorP2P.EngineTests;

/// <summary>A test of the engine with a system of its own. Its limits are reached only when something is broken, so a slow machine fails none.</summary>
/// <param name="settings">HOCON of the system.</param>
public abstract class EngineTest(string settings)
    : TestKit("akka.test { single-expect-default = 60s, filter-leeway = 60s, default-timeout = 60s }\n" + settings)
{
    /// <summary>How long to wait for what must come.</summary>
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
}
