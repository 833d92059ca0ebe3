namespace ActorP2P.Simulation;

/// <summary>
/// What should have arrived where: a broadcast that some live honest node held within retention belongs to every live
/// honest node connected to it. Liars neither count as a connection nor as receivers, and may sign what they like. An origin's
/// new epoch closes the old one: who hears of it first takes nothing of the former life any more, by the protocol.
/// </summary>
internal static class Expectation
{
    // A node that joins when a message is about to leave retention cannot be promised it.
    private static readonly TimeSpan JoinTime = TimeSpan.FromSeconds(5);

    internal static (int Expected, int Delivered, string? FirstMissing) Of(SimulatedNetwork world)
    {
        var (expected, delivered) = (0, 0);
        string? missing = null;
        foreach (var island in Islands(world, static node => node.IsAlive && !node.IsLiar))
        {
            foreach (var page in world.Ledger.Pages.Where(page => !world.Nodes[page.Origin].IsLiar))
            {
                var heldSince = island.Where(node => page.IsAt(node.Number)).Select(node => page.DeliveredAt[node.Number]).DefaultIfEmpty(TimeSpan.MinValue).Max();
                foreach (var node in island.Where(node => node.Number != page.Origin))
                {
                    var isHere = page.IsAt(node.Number);
                    if (isHere || (world.Nodes[page.Origin].StartedAt <= page.PublishedAt && heldSince >= TimeSpan.Zero && heldSince + node.RetentionTime > node.StartedAt + JoinTime))
                    {
                        expected++;
                        delivered += isHere ? 1 : 0;
                        missing ??= isHere ? null : FormattableString.Invariant($"node {node.Number} lacks what node {page.Origin} published at {page.PublishedAt.TotalSeconds:0.000} s");
                    }
                }
            }
        }

        return (expected, delivered, missing);
    }

    /// <summary>True when all live nodes that the links connect know each other's status, liars' and through liars too.</summary>
    internal static bool HasConverged(SimulatedNetwork world) =>
        world.Board.HasConverged
        || (world.Options.Faults.Kill > 0 && Islands(world, static node => node.IsAlive)
            .All(island => world.Board.HaveConverged([.. island.Select(static node => node.Number)])));

    private static IEnumerable<List<SimulatedNode>> Islands(SimulatedNetwork world, Func<SimulatedNode, bool> counted)
    {
        var counts = world.Nodes.Where(counted).ToDictionary(node => node.Number);
        var neighbours = world.Links.SelectMany(link => new[] { link, (Low: link.High, High: link.Low) }).ToLookup(link => link.Low, link => link.High);
        while (counts.Count > 0)
        {
            var island = new List<SimulatedNode> { counts.Values.First() };
            counts.Remove(island[0].Number);
            for (var i = 0; i < island.Count; i++)
            {
                foreach (var neighbour in neighbours[island[i].Number])
                {
                    if (counts.Remove(neighbour, out var node))
                    {
                        island.Add(node);
                    }
                }
            }

            yield return island;
        }
    }
}
