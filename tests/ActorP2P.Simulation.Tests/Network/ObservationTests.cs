namespace ActorP2P.Simulation.Tests.Network;

/// <summary>The judges of a run must be able to find something.</summary>
public sealed class ObservationTests
{
    private readonly List<string> _violations = [];

    [Fact]
    public void A_broadcast_delivered_twice_is_a_violation()
    {
        var ledger = Ledger();
        var payload = Publish(ledger, origin: 1);
        ledger.Delivered(0, 1, isLiar: false, payload);
        Assert.Empty(_violations);
        ledger.Delivered(0, 1, isLiar: false, payload);
        Assert.Single(_violations);
        Assert.Equal(1, ledger.Duplicates);
    }

    [Fact]
    public void A_broadcast_under_another_origin_is_a_violation()
    {
        var ledger = Ledger();
        ledger.Delivered(0, 2, isLiar: false, Publish(ledger, origin: 1));
        Assert.Single(_violations);
    }

    [Fact]
    public void A_made_up_broadcast_is_a_violation_unless_its_origin_is_a_liar()
    {
        var ledger = Ledger();
        var payload = Publish(ledger, origin: 1);
        payload[0] ^= 1;
        ledger.Delivered(0, 1, isLiar: true, payload);
        Assert.Empty(_violations);
        ledger.Delivered(0, 1, isLiar: false, payload);
        Assert.Single(_violations);
    }

    [Fact]
    public void A_broadcast_with_a_part_of_another_one_in_it_is_a_violation()
    {
        var ledger = Ledger();
        var payload = Publish(ledger, origin: 1);
        payload[60] ^= 1;
        ledger.Delivered(0, 1, isLiar: false, payload);
        Assert.Single(_violations);
    }

    [Fact]
    public void Who_follows_a_topic_all_the_time_must_be_given_what_goes_to_it()
    {
        var topics = Topics();
        _ = topics.Toggle(0, "a");
        _ = topics.Toggle(2, "a");
        _ = topics.Toggle(2, "b");
        var payload = Publish(topics, origin: 1, "a");
        Assert.Equal((2, 0), (topics.Expected, topics.Delivered));
        topics.Deliver(0, 1, "a", payload);
        Assert.Equal((2, 1), (topics.Expected, topics.Delivered));
        Assert.StartsWith("node 2 lacks", topics.Missing, StringComparison.Ordinal);
        Assert.False(topics.Toggle(2, "a"));
        Assert.Equal((1, 1, null), (topics.Expected, topics.Delivered, topics.Missing));
        topics.Forget(0);
        Assert.Equal(0, topics.Expected);
        Assert.Empty(_violations);
    }

    [Fact]
    public void A_message_to_a_topic_twice_or_to_who_left_it_or_under_another_name_is_a_violation()
    {
        var topics = Topics();
        _ = topics.Toggle(0, "a");
        _ = topics.Toggle(0, "b");
        var payload = Publish(topics, origin: 1, "a");
        topics.Deliver(0, 1, "a", payload);
        Assert.Empty(_violations);
        topics.Deliver(0, 1, "a", payload);
        topics.Deliver(0, 2, "a", payload);
        topics.Deliver(0, 1, "b", payload);
        Assert.False(topics.Toggle(0, "a"));
        topics.Deliver(0, 1, "a", payload);
        topics.Deliver(2, 1, "a", payload);
        Assert.Equal(5, _violations.Count);
    }

    [Fact]
    public void A_life_that_ended_may_be_followed_by_one_that_is_given_the_same_again()
    {
        var ledger = Ledger();
        var payload = Publish(ledger, origin: 1);
        ledger.Delivered(0, 1, isLiar: false, payload);
        ledger.Forget(0);
        ledger.Delivered(0, 1, isLiar: false, payload);
        Assert.Empty(_violations);
    }

    [Fact]
    public void Depth_counts_links_and_redundancy_counts_every_copy()
    {
        var ledger = Ledger();
        var payload = Publish(ledger, origin: 0);
        ledger.Arrived(1, from: 0, payload);
        ledger.Arrived(2, from: 1, payload);
        ledger.Arrived(2, from: 0, payload);
        ledger.Delivered(1, 0, isLiar: false, payload);
        ledger.Delivered(2, 0, isLiar: false, payload);
        Assert.Equal((3, 2, 2), (ledger.Copies, ledger.Deliveries, ledger.Depth));
    }

    [Fact]
    public void A_unicast_that_overtakes_an_earlier_one_of_its_lane_is_a_violation()
    {
        var order = new OrderBook(_violations.Add);
        var first = order.Next(0, 1, 2, lane: 2, 0).Write();
        var second = order.Next(0, 1, 2, lane: 2, 1).Write();
        var other = order.Next(0, 1, 2, lane: 4, 2).Write();
        order.Delivered(2, 1, 0, second);
        order.Delivered(2, 1, 0, other);
        Assert.Empty(_violations);
        order.Delivered(2, 1, 0, first);
        Assert.Single(_violations);
    }

    [Fact]
    public void A_unicast_of_another_sender_is_a_violation()
    {
        var order = new OrderBook(_violations.Add);
        Assert.Null(order.Delivered(2, 1, origin: 3, order.Next(0, 1, 2, 2, 0).Write()));
        Assert.Null(order.Delivered(2, 1, origin: 0, [1, 2, 3]));
        Assert.Equal(2, _violations.Count);
    }

    [Fact]
    public void An_outcome_that_does_not_tell_the_truth_is_a_violation()
    {
        var outcomes = new OutcomeBook(_violations.Add);
        var (arrived, lost, asked) = (outcomes.Begin(0, 1, 2, false), outcomes.Begin(0, 1, 2, false), outcomes.Begin(0, 1, 2, true));
        outcomes.Arrived(arrived);
        outcomes.Arrived(asked);
        outcomes.Succeeded(arrived);
        outcomes.Failed(lost, SendFailure.PeerDown);
        outcomes.Failed(asked, SendFailure.TimedOut);
        Assert.Empty(_violations);
        outcomes.Succeeded(lost);
        Assert.Equal(2, _violations.Count);
        outcomes.Failed(arrived, SendFailure.PeerDown);
        Assert.Equal(4, _violations.Count);
    }

    [Fact]
    public void The_board_converges_when_the_last_live_pair_knows_and_not_before()
    {
        var board = new StatusBoard(3);
        board.Start(0);
        board.Start(1);
        Assert.False(board.HasConverged);
        board.Learn(0, 1, board.PresentOf(1));
        board.Learn(1, 0, board.PresentOf(0));
        Assert.True(board.HasConverged);
        board.Start(2);
        Assert.Equal(4, board.Missing);
        board.End(2);
        Assert.True(board.HasConverged);
        board.Change(0);
        Assert.Equal(1, board.Missing);
    }

    [Theory]
    [InlineData("loss=0.05,kill=0.2", true)]
    [InlineData("delay=10ms,jitter=20ms,oneway=3", true)]
    [InlineData("loss=1", false)]
    [InlineData("kill=0.1,restart=0.1,wipe=0.1,join=0.2", true)]
    [InlineData("kill=0.8,liars=0.4", false)]
    [InlineData("join=0.8,restart=0.4", false)]
    [InlineData("loss", false)]
    [InlineData("loss=NaN", false)]
    [InlineData("flood=1", false)]
    public void Faults_are_read_or_refused(string text, bool isRead) => Assert.Equal(isRead, FaultText.TryParse(text, out _));

    [Theory]
    [InlineData("--nodes 1")]
    [InlineData("--nodes")]
    [InlineData("--topology mesh")]
    [InlineData("--degree 3")]
    [InlineData("--what 1")]
    public void A_switch_that_is_not_understood_is_named(string args) =>
        Assert.False(CommandLine.TryParse(args.Split(' '), out _, out _, out var error) || error.Length == 0);

    private TopicBook Topics() => new(new SimulationOptions().Seed, () => TimeSpan.Zero, _violations.Add);

    private MessageLedger Ledger() => new(new SimulationOptions { Nodes = 3 }, () => TimeSpan.Zero, _violations.Add);

    private static byte[] Publish(TopicBook topics, int origin, string topic)
    {
        var payload = new BroadcastPayload(origin, 0, TimeSpan.Zero);
        topics.Publish(payload, topic);
        return payload.Write(new SimulationOptions().Seed, 100);
    }

    private static byte[] Publish(MessageLedger ledger, int origin)
    {
        var payload = new BroadcastPayload(origin, 0, TimeSpan.Zero);
        ledger.Publish(payload);
        return payload.Write(new SimulationOptions().Seed, 100);
    }
}
