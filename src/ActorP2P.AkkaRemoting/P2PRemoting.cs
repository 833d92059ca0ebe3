using System.Runtime.CompilerServices;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.AkkaRemoting;

/// <summary>The node that carries a system's remoting, for modules in the same system: one node serves both.</summary>
public sealed class P2PRemoting
{
    private static readonly ConditionalWeakTable<ActorSystem, P2PRemoting> BySystem = [];

    private readonly NodeEnvironment _environment;

    internal P2PRemoting(IActorRef router, NodeEnvironment environment)
    {
        Router = router;
        _environment = environment;
    }

    /// <summary>The namespace router: what upstream modules send to.</summary>
    public IActorRef Router { get; }

    /// <summary>This node's identity.</summary>
    public NodeId Node => _environment.Identity.Id;

    /// <summary>The node's counters.</summary>
    public NodeCounters Counters => _environment.Counters;

    /// <summary>The node of a system.</summary>
    /// <exception cref="InvalidOperationException">The system's remoting does not use <see cref="P2PTransport"/>.</exception>
    public static P2PRemoting Get(ActorSystem system) => BySystem.TryGetValue(system, out var remoting)
        ? remoting
        : throw new InvalidOperationException($"{system.Name} has no P2P transport: set akka.remote.enabled-transports = [\"akka.remote.p2p\"].");

    internal static void Announce(ActorSystem system, P2PRemoting remoting) => BySystem.AddOrUpdate(system, remoting);
}
