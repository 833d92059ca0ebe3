using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Routing;

/// <summary>Where packets for nodes without a link go.</summary>
public sealed class RouteTableTests
{
    private static readonly Func<NodeId, bool> AllUp = static _ => true;

    [Fact]
    public void On_a_line_each_node_hands_on_to_the_next_one()
    {
        var graph = Graph(4, Topologies.Line(4));
        Assert.Equal(Id(1), Table(graph, 0).NextHop(Id(0), Id(3), AvoidedNodes.None));
        Assert.Equal(Id(2), Table(graph, 1).NextHop(Id(0), Id(3), AvoidedNodes.None));
        Assert.Equal(Id(3), Table(graph, 2).NextHop(Id(0), Id(3), AvoidedNodes.None));
        Assert.Equal(3, Table(graph, 0).Distance(Id(3), AvoidedNodes.None));
        Assert.Equal([Id(1), Id(2)], Table(graph, 0).Relays(Id(3), AvoidedNodes.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_packet_between_any_two_nodes_arrives_by_a_shortest_way_without_passing_a_node_twice(int seed)
    {
        var graph = Graph(40, Topologies.Random(40, 4, seed));
        var tables = Enumerable.Range(0, 40).Select(i => Table(graph, i)).ToArray();
        for (var from = 0; from < 40; from++)
        {
            for (var to = 0; to < 40; to++)
            {
                if (from != to)
                {
                    var way = Walk(tables, from, to, AvoidedNodes.None);
                    Assert.Equal(tables[from].Distance(Id(to), AvoidedNodes.None), way.Count);
                    Assert.Equal(way.Count, way.Distinct().Count());
                    Assert.Equal(tables[from].Relays(Id(to), AvoidedNodes.None)!, way.SkipLast(1).Select(Id));
                }
            }
        }
    }

    [Fact]
    public void An_avoided_relay_is_passed_by_where_there_is_another_way_however_long()
    {
        // A ring of eight: 0-1-2 is short, 0-7-6-5-4-3-2 is what is left.
        var graph = Graph(8, Topologies.Ring(8));
        var tables = Enumerable.Range(0, 8).Select(i => Table(graph, i)).ToArray();
        Assert.Equal([7, 6, 5, 4, 3, 2], Walk(tables, 0, 2, AvoidedNodes.Of([Id(1).Reference])));
        Assert.Null(Table(Graph(3, Topologies.Line(3)), 0).NextHop(Id(0), Id(2), AvoidedNodes.Of([Id(1).Reference])));
    }

    [Fact]
    public void An_edge_that_only_its_liars_claim_leads_nobody_astray()
    {
        // 1 claims a link to 3 that 3 does not claim; the honest way goes by 2.
        var claims = new[]
        {
            Claim(0, 1, 2), Claim(1, 0, 3), Claim(2, 0, 3), Claim(3, 2),
        };
        var table = new RouteTable(Id(0), AllUp);
        table.Use(LinkGraph.FromClaims(claims));
        Assert.Equal(Id(2), table.NextHop(Id(0), Id(3), AvoidedNodes.None));
    }

    [Fact]
    public void A_link_of_our_own_that_is_down_is_not_used_though_the_graph_still_has_it()
    {
        var down = new HashSet<NodeId>();
        var table = new RouteTable(Id(0), node => !down.Contains(node));
        table.Use(Graph(4, [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]));
        Assert.Equal(Id(3), table.NextHop(Id(0), Id(3), AvoidedNodes.None));
        down.Add(Id(3));
        table.OwnLinksChanged();
        var first = table.NextHop(Id(0), Id(3), AvoidedNodes.None)!;
        Assert.Contains(first, new[] { Id(1), Id(2) });
        down.Add(first);
        table.OwnLinksChanged();
        Assert.Contains(table.NextHop(Id(0), Id(3), AvoidedNodes.None)!, new[] { Id(1), Id(2) }.Where(node => node != first));
        down.UnionWith([Id(1), Id(2)]);
        table.OwnLinksChanged();
        Assert.Null(table.NextHop(Id(0), Id(3), AvoidedNodes.None));
        Assert.Equal(0, table.Distance(Id(3), AvoidedNodes.None));
    }

    [Fact]
    public void A_packet_must_come_from_the_side_on_which_its_source_is()
    {
        var line = Table(Graph(4, Topologies.Line(4)), 1);
        Assert.True(line.MayComeFrom(Id(0), Id(0)));
        Assert.True(line.MayComeFrom(Id(2), Id(3)));
        Assert.False(line.MayComeFrom(Id(0), Id(3)));
        Assert.False(line.MayComeFrom(Id(2), Id(0)));
        Assert.False(line.MayComeFrom(Id(2), Id(99)));
        Assert.True(Table(Graph(4, Topologies.Ring(4)), 1).MayComeFrom(Id(0), Id(3)));
    }

    [Fact]
    public void Fields_of_distances_are_computed_once_and_bounded_in_number()
    {
        var table = Table(Graph(RouteTable.MaxFields + 40, Topologies.Line(RouteTable.MaxFields + 40)), 0);
        for (var round = 0; round < 2; round++)
        {
            table.NextHop(Id(0), Id(5), AvoidedNodes.None);
        }

        Assert.Equal(1, table.FieldsComputed);
        for (var to = 1; to < RouteTable.MaxFields + 40; to++)
        {
            Assert.Equal(to, table.Distance(Id(to), AvoidedNodes.None));
        }
    }

    [Fact]
    public void Suspicion_leaves_a_swallowing_relay_out_and_ends_by_itself()
    {
        // Two disjoint ways: by 1 and by 2.
        var table = Table(Graph(4, [(0, 1), (0, 2), (1, 3), (2, 3)]), 0);
        var plan = new DetourPlan(table, Id(3));
        var now = DateTimeOffset.UnixEpoch;
        var first = Assert.Single(plan.Relays!);
        Assert.True(plan.Suspect(now));
        Assert.NotEqual(first, Assert.Single(plan.Relays!));
        Assert.False(plan.Refresh(now + TimeSpan.FromSeconds(30)));
        Assert.True(plan.Refresh(now + TimeSpan.FromSeconds(61)));
        Assert.Equal(first, Assert.Single(plan.Relays!));
        Assert.True(plan.Suspect(now + TimeSpan.FromSeconds(62)));
        Assert.False(plan.Refresh(now + TimeSpan.FromSeconds(62 + 61)));
        Assert.True(plan.Refresh(now + TimeSpan.FromSeconds(62 + 121)));
    }

    [Fact]
    public void Colluders_deep_in_the_network_are_all_left_out_in_the_end()
    {
        // 0 - 1 - {2, 3, 4, 5} - 6 - 7: of the four in the middle only one is honest, and 1 and 6 are on every way.
        var graph = Graph(8, [(0, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 6), (3, 6), (4, 6), (5, 6), (6, 7)]);
        for (var honest = 2; honest <= 5; honest++)
        {
            var plan = new DetourPlan(Table(graph, 0), Id(7));
            var now = DateTimeOffset.UnixEpoch;
            var tries = 0;
            while (!plan.Relays!.Contains(Id(honest)))
            {
                Assert.True(plan.Suspect(now += TimeSpan.FromSeconds(1)));
                Assert.InRange(++tries, 1, 3);
            }
        }
    }

    [Fact]
    public void Where_all_ways_are_one_suspicion_changes_nothing()
    {
        var plan = new DetourPlan(Table(Graph(4, Topologies.Line(4)), 0), Id(3));
        Assert.False(plan.Suspect(DateTimeOffset.UnixEpoch));
        Assert.Equal([Id(1), Id(2)], plan.Relays!);
        Assert.Equal(AvoidedNodes.None, plan.Avoided);
    }

    private static NodeId Id(int number) => SimulatedCurve.IdOf(number);

    private static LinkClaim Claim(int node, params int[] neighbours) => new(Id(node), [.. neighbours.Select(static other => Id(other).Reference)]);

    private static LinkGraph Graph(int nodes, IEnumerable<(int A, int B)> links)
    {
        var all = links.ToArray();
        return LinkGraph.FromClaims(Enumerable.Range(0, nodes).Select(node =>
            Claim(node, [.. all.Where(link => link.A == node).Select(static link => link.B), .. all.Where(link => link.B == node).Select(static link => link.A)])));
    }

    private static RouteTable Table(LinkGraph graph, int self)
    {
        var table = new RouteTable(Id(self), AllUp);
        table.Use(graph);
        return table;
    }

    private static List<int> Walk(RouteTable[] tables, int from, int to, AvoidedNodes avoided)
    {
        var numbers = Enumerable.Range(0, tables.Length).ToDictionary(Id);
        var way = new List<int>();
        for (var at = from; at != to;)
        {
            at = numbers[tables[at].NextHop(Id(from), Id(to), avoided)!];
            way.Add(at);
            Assert.InRange(way.Count, 1, tables.Length);
        }

        return way;
    }
}
