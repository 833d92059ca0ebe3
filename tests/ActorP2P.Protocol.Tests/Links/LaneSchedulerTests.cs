using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;

namespace ActorP2P.Protocol.Tests.Links;

public sealed class LaneSchedulerTests
{
    private readonly LaneScheduler<string> _scheduler = new([10, 5, 5, 1]);

    [Fact]
    public void Control_goes_before_everything_that_waits()
    {
        Enqueue(Lane.Consensus, 3, 100);
        Enqueue(Lane.Control, 2, 100);
        Assert.Equal([Lane.Control, Lane.Control, Lane.Consensus, Lane.Consensus, Lane.Consensus], Take(1000).Select(taken => taken.Lane));
    }

    [Fact]
    public void Busy_lanes_share_by_weight()
    {
        Enqueue(Lane.Consensus, 3000, 1000);
        Enqueue(Lane.Request, 3000, 1000);
        Enqueue(Lane.Gossip, 3000, 1000);
        Enqueue(Lane.Bulk, 3000, 1000);
        var taken = Take(2_100_000);
        var share = taken.GroupBy(frame => frame.Lane).ToDictionary(group => group.Key, group => group.Count());
        Assert.InRange(share[Lane.Consensus], 990, 1010);
        Assert.InRange(share[Lane.Request], 490, 510);
        Assert.InRange(share[Lane.Gossip], 490, 510);
        Assert.InRange(share[Lane.Bulk], 95, 105);
    }

    [Fact]
    public void Weights_count_bytes_and_not_frames()
    {
        Enqueue(Lane.Request, 10_000, 100);
        Enqueue(Lane.Gossip, 1000, 10_000);
        var bytes = Take(1_000_000).GroupBy(frame => frame.Lane).ToDictionary(group => group.Key, group => group.Sum(frame => frame.Bytes));
        Assert.InRange(bytes[Lane.Request], 480_000, 520_000);
    }

    [Fact]
    public void A_lane_that_was_idle_neither_waits_nor_gets_more_than_its_share()
    {
        Enqueue(Lane.Bulk, 2000, 1000);
        Take(1_000_000);
        Enqueue(Lane.Consensus, 1000, 1000);
        var taken = Take(110_000);
        Assert.Equal(Lane.Consensus, taken[1].Lane);
        Assert.InRange(taken.Count(frame => frame.Lane == Lane.Bulk), 8, 12);
    }

    [Fact]
    public void Frames_of_a_lane_keep_their_order_whoever_owns_them()
    {
        for (var i = 0; i < 100; i++)
        {
            _scheduler.Enqueue(Lane.Request, new[] { (byte)i }, i % 2 == 0 ? "even" : "odd");
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        var taken = new List<TakenFrame<string>>();
        while (!_scheduler.IsEmpty)
        {
            _scheduler.Take(7, frames, taken);
        }

        Assert.Equal(Enumerable.Range(0, 100), frames.Select(frame => (int)frame.Span[0]));
        Assert.Equal("odd", taken[99].Owner);
    }

    [Fact]
    public void A_write_takes_what_fits_and_at_least_one_frame()
    {
        Enqueue(Lane.Bulk, 3, 400);
        Assert.Equal(2, Take(1000).Count);
        Assert.Single(Take(10));
        Assert.True(_scheduler.IsEmpty);
        Assert.Empty(Take(1000));
    }

    [Fact]
    public void Queued_bytes_are_counted_by_lane()
    {
        Enqueue(Lane.Bulk, 3, 400);
        Enqueue(Lane.Control, 1, 10);
        Assert.Equal(1200, _scheduler.QueuedBytes(Lane.Bulk));
        Take(410);
        Assert.Equal(800, _scheduler.QueuedBytes(Lane.Bulk));
        Assert.Equal(0, _scheduler.QueuedBytes(Lane.Control));
    }

    [Theory]
    [InlineData(new[] { 1, 1, 1 })]
    [InlineData(new[] { 1, 1, 1, 1, 1 })]
    [InlineData(new[] { 1, 1, 0, 1 })]
    public void Other_than_four_positive_weights_are_refused(int[] weights) =>
        Assert.Throws<ArgumentException>(() => new LaneScheduler<string>(weights));

    private void Enqueue(Lane lane, int count, int bytes)
    {
        for (var i = 0; i < count; i++)
        {
            _scheduler.Enqueue(lane, new byte[bytes], "owner");
        }
    }

    private List<TakenFrame<string>> Take(int maxBytes)
    {
        var taken = new List<TakenFrame<string>>();
        _scheduler.Take(maxBytes, [], taken);
        return taken;
    }
}
