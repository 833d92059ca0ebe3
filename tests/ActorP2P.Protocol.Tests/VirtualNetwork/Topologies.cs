namespace ActorP2P.Protocol.Tests.VirtualNetwork;

/// <summary>Links between nodes 0 to n - 1.</summary>
internal static class Topologies
{
    public static IEnumerable<(int A, int B)> FullMesh(int nodes) =>
        from a in Enumerable.Range(0, nodes)
        from b in Enumerable.Range(a + 1, nodes - a - 1)
        select (a, b);

    public static IEnumerable<(int A, int B)> Line(int nodes) => Enumerable.Range(0, nodes - 1).Select(static a => (a, a + 1));

    public static IEnumerable<(int A, int B)> Ring(int nodes) => Line(nodes).Append((0, nodes - 1));

    public static IEnumerable<(int A, int B)> Star(int nodes) => Enumerable.Range(1, nodes - 1).Select(static b => (0, b));

    public static IEnumerable<(int A, int B)> Random(int nodes, int degree, int seed)
    {
        var random = new Random(seed);
        var links = Line(nodes).ToHashSet();
        while (links.Count < nodes * degree / 2)
        {
            var a = random.Next(nodes);
            var b = random.Next(nodes);
            if (a != b)
            {
                links.Add((Math.Min(a, b), Math.Max(a, b)));
            }
        }

        return links;
    }

    public static IEnumerable<(int A, int B)> TwoIslands(int each) =>
        FullMesh(each)
            .Concat(FullMesh(each).Select(link => (link.A + each, link.B + each)))
            .Append((0, each));
}
