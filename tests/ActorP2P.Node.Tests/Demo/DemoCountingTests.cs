using System.Text;
using System.Text.Json;
using ActorP2P.Program.Demo;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Tests.Demo;

/// <summary>The demo's arithmetic: it can fail, and it says so.</summary>
public sealed class DemoCountingTests
{
    private static readonly NodeId[] Ids = [.. Enumerable.Range(1, 4).Select(static n => NodeId.FromPoint([.. Enumerable.Repeat((byte)n, NodeId.LengthBytes)]))];

    private static DemoPlan Plan(int self) => DemoPlan.Create(self, [.. Ids.Select(static id => id.ToString())], seconds: 10, file: "f");

    [Fact]
    public void Every_kind_of_four_nodes_counts_above_a_hundred()
    {
        var (_, expected) = new DemoState(Plan(0), "hash").Totals();
        Assert.All([expected.Unicast, expected.Request, expected.Multicast, expected.Broadcast, expected.State], static count => Assert.True(count > 100));
    }

    [Fact]
    public void A_message_proves_every_byte()
    {
        var bytes = new DemoMessage("unicast", 1, 2, "0", 7).ToBytes();
        Assert.True(DemoMessage.TryRead(bytes, out var read));
        Assert.Equal(new DemoMessage("unicast", 1, 2, "0", 7), read);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            Assert.False(DemoMessage.TryRead(bytes, out _));
            bytes[at] ^= 1;
        }

        Assert.False(DemoMessage.TryRead([], out _));
        Assert.False(DemoMessage.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _));
    }

    [Fact]
    public void What_the_plan_has_is_counted_once_and_the_rest_is_wrong()
    {
        var tally = new DemoTally(Plan(0));
        var message = new DemoMessage("unicast", 1, 2, "0", 7).ToBytes();
        tally.Receive("unicast", Ids[2], null, message);
        tally.Receive("unicast", Ids[2], null, message);
        Assert.Equal((1, 1, 0), (tally.Counts(1).Unicast, tally.Repeated, tally.Wrong));

        tally.Receive("unicast", Ids[1], null, message);
        tally.Receive("broadcast", Ids[2], null, message);
        tally.Receive("unicast", Ids[2], null, new DemoMessage("unicast", 1, 2, "1", 7).ToBytes());
        tally.Receive("unicast", Ids[2], null, new DemoMessage("unicast", 3, 2, "0", 7).ToBytes());
        tally.Receive("unicast", Ids[2], null, new DemoMessage("unicast", 1, 2, "0", 100_000).ToBytes());
        tally.Receive("multicast", Ids[2], "odd", new DemoMessage("multicast", 1, 2, "odd", 1).ToBytes());
        tally.Receive("multicast", Ids[2], "all", new DemoMessage("multicast", 1, 2, "even", 1).ToBytes());
        Assert.Equal((1, 7), (tally.Counts(1).Unicast, tally.Wrong));
        Assert.Equal(0, tally.Counts(1).Multicast);
    }

    [Fact]
    public void State_counts_entries_and_topics_that_agree_with_the_plan()
    {
        var tally = new DemoTally(Plan(0));
        tally.SeeStatus(Ids[1], DemoTally.StatusKey(1, 0), Encoding.UTF8.GetBytes(DemoTally.StatusValue(1, 1, 0)));
        tally.SeeStatus(Ids[2], DemoTally.StatusKey(1, 0), Encoding.UTF8.GetBytes(DemoTally.StatusValue(1, 1, 0)));
        Assert.Equal(1, tally.Counts(1).State);
        tally.SeeTopics(Ids[1], ["odd", "all"]);
        tally.SeeTopics(Ids[2], ["all", "odd"]);
        Assert.Equal(2, tally.Counts(1).State);
    }

    [Fact]
    public void A_single_missing_message_fails_the_demo()
    {
        var state = Finished(short0: 1);
        Assert.Contains(state.Shortfalls(6), static s => s.Contains("unicasts", StringComparison.Ordinal));
    }

    [Fact]
    public void All_that_was_promised_is_no_shortfall()
    {
        var state = Finished(short0: 0);
        Assert.Empty(state.Shortfalls(6));
        Assert.StartsWith("nodes=4 links=6 unicast=", state.Figures(6), StringComparison.Ordinal);
        Assert.EndsWith("reconnects=1 refused=1", state.Figures(6), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_differs_fails_the_demo()
    {
        var state = Finished(short0: 0);
        state.Apply(Event(1, "file", new { phase = 1, sha256 = "other" }));
        Assert.Contains("another file", Assert.Single(state.Shortfalls(6)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restarted_node_that_counts_retained_messages_again_does_not_change_an_ended_phase()
    {
        var plan = Plan(0);
        var state = new DemoState(plan, "hash");
        state.Nodes[3].BeginLife();
        state.Apply(Tally(3, 1, plan.ExpectedAt(3, 1)));
        state.Freeze(1);
        state.Nodes[3].BeginLife();
        state.Apply(Tally(3, 1, default) with { Life = 2 });
        Assert.Equal(plan.ExpectedAt(3, 1), state.CountsOf(3, 1));
    }

    [Fact]
    public void A_link_counts_when_both_ends_report_it_in_every_namespace()
    {
        var state = new DemoState(Plan(0), "hash");
        state.Nodes[0].BeginLife();
        state.Nodes[1].BeginLife();
        var reports = new[] { (0, 1, DemoPlan.DirectNamespace), (1, 0, DemoPlan.DirectNamespace), (0, 1, DemoPlan.GroupNamespace) };
        foreach (var (at, to, ns) in reports)
        {
            state.Apply(Event(at, "peer-up", new Dictionary<string, object> { ["namespace"] = ns, ["node"] = Ids[to].ToString() }));
            Assert.Equal(0, state.LinksUp());
        }

        state.Apply(Event(1, "peer-up", new Dictionary<string, object> { ["namespace"] = DemoPlan.GroupNamespace, ["node"] = Ids[0].ToString() }));
        Assert.Equal(1, state.LinksUp());
        state.Apply(Event(0, "peer-down", new Dictionary<string, object> { ["namespace"] = DemoPlan.GroupNamespace, ["node"] = Ids[1].ToString(), ["reason"] = "storm" }));
        Assert.Equal(0, state.LinksUp());
        Assert.Contains("node0 lost node1: storm", state.Shortfalls(6));
    }

    [Fact]
    public void A_process_that_ends_unasked_is_named_with_its_last_words()
    {
        var state = new DemoState(Plan(0), "hash");
        state.Nodes[2].BeginLife();
        state.Apply(Event(2, "error", "disk on fire"));
        state.Apply(Event(2, "exited", 1));
        Assert.Equal("node2 ended with code 1: disk on fire", state.UnexpectedEnd);
    }

    private static DemoState Finished(int short0)
    {
        var plan = Plan(0);
        var state = new DemoState(plan, "hash") { Reconnects = 1, Refused = 1 };
        for (var node = 0; node < 4; node++)
        {
            state.Nodes[node].BeginLife();
            for (var phase = 1; phase <= DemoPlan.Phases; phase++)
            {
                var counts = plan.ExpectedAt(node, phase);
                state.Apply(Tally(node, phase, node == 0 && phase == 1 ? counts with { Unicast = counts.Unicast - short0 } : counts));
                if (plan.FileOrigin(phase) != node)
                {
                    state.Apply(Event(node, "file", new { phase, sha256 = "hash" }));
                }
            }
        }

        return state;
    }

    private static DemoEvent Tally(int node, int phase, DemoCounts c) => Event(node, "tally", new
    {
        phase,
        unicast = c.Unicast,
        request = c.Request,
        multicast = c.Multicast,
        broadcast = c.Broadcast,
        state = c.State,
        wrong = 0,
        repeated = 0,
        failed = 0,
        problems = "",
    });

    private static DemoEvent Event(int node, string name, object fields) => new(node, 1, name, JsonSerializer.SerializeToElement(fields));
}
