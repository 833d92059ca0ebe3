using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.VirtualNetwork;
using Xunit.Abstractions;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>Time and cost of state sync in networks of many nodes, by the cores alone on virtual time.</summary>
public sealed class StateSyncScaleTests(ITestOutputHelper output)
{
    // A message travels as an entry of a sealed record: frame header 32, tag 16, entry header 6, TLS 22.
    private const int RecordBytes = 76;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(100, 10, true, 0.5)]
    [InlineData(100, 10, false, 3)]
    [InlineData(100, 50, true, 0.5)]
    [InlineData(1000, 50, true, 1.5)]
    public void A_change_is_everywhere_in_time_and_idle_nodes_are_quiet(int nodes, int degree, bool push, double limitSeconds)
    {
        var net = Settled(nodes, degree, seed: 1, TestSettings.StateSync with { PushOnChange = push });
        net.SetHeight(7, "new");
        var time = net.TimeUntil(static node => StateNet.StatusOf(node, 7, "height") == "new", Limit);
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        (net.Bytes, net.Messages) = (0, 0);
        net.Time.RunFor(TimeSpan.FromSeconds(20));
        var idle = (net.Bytes + (net.Messages * RecordBytes)) / 20.0 / nodes;
        output.WriteLine($"{nodes} nodes, degree {degree}, push {push}: {time.TotalMilliseconds} ms, idle {idle:F0} B/s a node");
        Assert.InRange(time.TotalSeconds, 0, limitSeconds);
        Assert.InRange(idle, 1, 1536);
    }

    [Fact]
    public void The_hours_in_which_states_are_signed_again_stay_quiet()
    {
        var settings = TestSettings.StateSync with { RepublishInterval = TimeSpan.FromMinutes(6), ExpireAfter = TimeSpan.FromMinutes(18) };
        var net = Settled(100, 10, seed: 1, settings);
        (net.Bytes, net.Messages) = (0, 0);
        net.Time.RunFor(TimeSpan.FromMinutes(7));
        var cost = (net.Bytes + (net.Messages * RecordBytes)) / 420.0 / 100;
        output.WriteLine($"{cost:F0} B/s a node");
        Assert.InRange(cost, 1, 1536);
        Assert.All(net.Nodes, node => Assert.DoesNotContain(node.Effects, static effect => effect is StateSyncEffect.Expired));
    }

    [Fact]
    public void A_node_that_joins_after_others_have_expired_has_an_equal_digest_and_asks_for_nothing()
    {
        var net = new StateNet(40, seed: 1).Link(Topologies.FullMesh(38));
        foreach (var node in net.Nodes.Take(38))
        {
            net.SetHeight(node.Number, "x");
        }

        net.Time.RunFor(TimeSpan.FromSeconds(5));
        net.Cut(Topologies.FullMesh(38).Where(static link => link.A == 0));
        net.Time.RunFor(TimeSpan.FromHours(4));
        net.Link([(1, 38), (2, 39)]);
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(net.Nodes[1].Core.Table.Root, net.Nodes[38].Core.Table.Root);
        Assert.Null(StateNet.StatusOf(net.Nodes[38], 0, "height"));
        var kinds = new HashSet<byte>();
        net.Carries = (_, _, bytes) => kinds.Add(bytes.Span[0]) || true;
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal([(byte)StateSyncKind.Digest], kinds);
    }

    private static StateNet Settled(int nodes, int degree, int seed, StateSyncSettings settings)
    {
        var net = new StateNet(nodes, seed, settings).Link(Topologies.Random(nodes, degree, seed));
        foreach (var node in net.Nodes)
        {
            net.SetHeight(node.Number, "old");
        }

        net.TimeUntil(node => node.Core.Table.Count == nodes && node.Core.Table.Root == net.Nodes[0].Core.Table.Root, Limit);
        return net;
    }
}
