using System.Collections.Immutable;
using ActorP2P.Protocol.Dissemination;

namespace ActorP2P;

/// <summary>
/// What the modules of this node asked of one namespace. It outlives the namespace's actors, so a module need not
/// notice that they were restarted. Each member is written by the one actor it belongs to and read by that actor's
/// next incarnation, after the former one ended: nothing is shared at one time.
/// </summary>
internal sealed class ModuleDemand
{
    /// <summary>Written by the slot.</summary>
    public ImmutableDictionary<string, NamespaceSlot.Registration> Registrations { get; set; } =
        ImmutableDictionary<string, NamespaceSlot.Registration>.Empty;

    /// <summary>Written by the slot: what modules hold, and what waits for them.</summary>
    public ModuleQueues Queues { get; } = new();

    /// <summary>Written by the node; null before its first start.</summary>
    public OwnState? Own { get; set; }

    /// <summary>Written by the event hub, in the order of registration.</summary>
    public ImmutableList<Observer> Observers { get; set; } = [];

    /// <summary>Written by the multicast: what was delivered, so that a restart delivers it to nobody twice.</summary>
    public SeenPublications Seen { get; } = new();

    /// <summary>Everybody to whom the namespace's end means something, each once.</summary>
    public IEnumerable<IActorRef> Concerned() =>
        Registrations.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Module).OfType<IActorRef>()
            .Concat(Observers.Select(observer => observer.Actor))
            .Distinct();

    /// <summary>Written by the event hub: the number of the last event, so that numbers go on after a restart.</summary>
    public long LastEventNumber { get; set; }

    /// <summary>Who follows events.</summary>
    /// <param name="Actor">Gets them.</param>
    /// <param name="EventTypes">Those it wants; empty means all.</param>
    internal sealed record Observer(IActorRef Actor, ImmutableHashSet<Type> EventTypes);
}
