namespace ActorP2P.Simulation;

/// <summary>What became of unicasts and requests of honest nodes that lived to see it, to honest nodes.</summary>
/// <param name="Expected">Those that were not refused with a typed reason.</param>
/// <param name="Delivered">Of these, unicasts that a module took and requests that were answered.</param>
/// <param name="Refused">Those that were refused: too far away, or the receiver was gone.</param>
/// <param name="Broken">The first promise that was not kept; null when all were.</param>
internal sealed record ConversationSums(int Expected, int Delivered, int Refused, string? Broken)
{
    /// <summary>True while a sender that lives waits for an outcome.</summary>
    internal static bool AnyOpen(SimulatedNetwork world) => world.Outcomes.All.Any(it => it is { IsDone: false, Failure: null } && IsJudged(world, it));

    internal static ConversationSums Of(SimulatedNetwork world, bool isRequest)
    {
        var (expected, delivered, refused) = (0, 0, 0);
        string? broken = null;
        var hops = new Dictionary<int, int[]>();
        foreach (var it in world.Outcomes.All.Where(it => it.IsRequest == isRequest))
        {
            if (!IsJudged(world, it))
            {
                continue;
            }

            if (it.Failure is { } reason)
            {
                refused++;
                broken ??= world.Options.Faults.IsCalm && !IsTooFar(it, reason) ? Tell(it, $"failed with {reason}") : null;
                continue;
            }

            expected++;
            delivered += it.IsDone ? 1 : 0;
            broken ??= !it.IsDone ? Tell(it, "has no outcome") : null;
        }

        return new ConversationSums(expected, delivered, refused, broken);

        bool IsTooFar(Conversation it, SendFailure reason) => reason == SendFailure.HopLimit && DistancesFrom(it.Sender)[it.Receiver] > world.MaxHops;

        int[] DistancesFrom(int node) => hops.TryGetValue(node, out var known) ? known : hops[node] = SimulatedTopology.Distances(world.Links, world.Nodes.Count, node);

        string Tell(Conversation it, string what) => $"the {(isRequest ? "request" : "unicast")} of node {it.Sender} to node {it.Receiver} {what}";
    }

    private static bool IsJudged(SimulatedNetwork world, Conversation it) =>
        world.Nodes[it.Sender] is { IsAlive: true, IsLiar: false } sender && sender.Lives == it.SenderLife && !world.Nodes[it.Receiver].IsLiar;
}
