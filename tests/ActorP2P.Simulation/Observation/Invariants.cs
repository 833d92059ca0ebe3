namespace ActorP2P.Simulation;

/// <summary>
/// What must hold at every moment, looked at each virtual second. "At most once", "first in, first out" and "from whom
/// it says" are judged at every single delivery by <see cref="MessageLedger"/> and <see cref="OrderBook"/>.
/// </summary>
internal sealed class Invariants(SimulatedNetwork world)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Reasons that only a bug can give where nobody lies.
    private static readonly string[] Never =
    [
        NodeCounters.OverflowName, "peer.failed", "link.ended.failed", "link.ended.tampered", "link.ended.counter-gap",
        "link.ended.counter-repeated", "link.ended.malformed-entry", "link.ended.membership-refused",
    ];

    private static readonly string[] NeverAmongHonest =
    [
        "multicast.dropped.bad-signature", "multicast.dropped.malformed", "multicast.dropped.refused-origin", "multicast.equivocation",
        "state-sync.dropped.bad-signature", "state-sync.dropped.malformed", "state-sync.dropped.malformed-body", "state-sync.equivocation",
        "topology.dropped.bad-signature", "topology.dropped.malformed", "topology.equivocation", "topology.duplicate-identity",
    ];

    /// <summary>Looks now and each second from now on.</summary>
    internal void Watch()
    {
        Look();
        world.Simulation.Schedule(Interval, Watch);
    }

    private void Look()
    {
        var names = world.Options.Faults.Liars > 0 ? Never : [.. Never, .. NeverAmongHonest];
        foreach (var node in world.Alive)
        {
            foreach (var name in names)
            {
                if (node.Counters.Value(name) > 0)
                {
                    world.Violate($"node {node.Number} counted {name}");
                }
            }

            LookAtSizes(node);
        }
    }

    // A table that outgrows its limit is the memory that a remote can take.
    private void LookAtSizes(SimulatedNode node)
    {
        var (settings, name) = (node.Settings, SimulatedModule.Namespace);
        AtMost("size.link-states", settings.StateSync.MaxOrigins);
        AtMost("size.certificate-chains", settings.StateSync.MaxOrigins);
        AtMost($"size.{name}.states", 2 * settings.StateSync.MaxOrigins);
        AtMost($"size.{name}.retained-bytes", settings.Dissemination.RetentionTotalBytes);
        AtMost($"size.{name}.retained-messages", (long)settings.Dissemination.RetentionMessages * world.Nodes.Count);
        AtMost($"size.{name}.missing-ids", (long)settings.Dissemination.MaxAnnouncedIds * world.Nodes.Count);

        void AtMost(string table, long limit)
        {
            if (node.Counters.Value(table) > limit)
            {
                world.Violate($"node {node.Number} has {table} {node.Counters.Value(table)} above {limit}");
            }
        }
    }
}
