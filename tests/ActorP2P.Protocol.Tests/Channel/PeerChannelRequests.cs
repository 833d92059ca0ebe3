using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tests.Channel;

public sealed class PeerChannelRequests
{
    [Fact]
    public void A_request_gets_its_own_reply()
    {
        using var pair = new ChannelPair();
        pair.A.Channel.Enqueue(ChannelPair.Request([1], "one"), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Request([2], "two"), pair.Now);
        pair.Settle();
        foreach (var request in pair.B.Messages.Reverse().ToList())
        {
            pair.B.Channel.Enqueue(new OutboundMessage(EntryKind.Reply, request.Lane, "", default, new byte[] { (byte)(request.Payload.Span[0] * 10) }, RequestId: request.Id), pair.Now);
        }

        pair.Settle();
        Assert.Equal([("two", 20), ("one", 10)], pair.A.Take<ChannelEffect.Replied>().Select(reply => ((string)reply.Context, (int)reply.Payload.Span[0])));
    }

    [Fact]
    public void The_deadline_travels_to_the_far_side()
    {
        using var pair = new ChannelPair();
        pair.A.Channel.Enqueue(ChannelPair.Request([1], "one", TimeSpan.FromSeconds(3)), pair.Now);
        pair.Settle();
        Assert.Equal(pair.Now + TimeSpan.FromSeconds(3), Assert.Single(pair.B.Messages).Deadline);
    }

    [Fact]
    public void A_request_without_a_reply_times_out_once_and_its_late_reply_is_dropped_and_counted()
    {
        using var pair = new ChannelPair();
        pair.A.Channel.Enqueue(ChannelPair.Request([1], "one", TimeSpan.FromSeconds(3)), pair.Now);
        pair.Settle();
        Assert.Contains(pair.A.Take<ChannelEffect.Schedule>(), schedule => schedule.At == pair.Now + TimeSpan.FromSeconds(3));
        pair.Advance(TimeSpan.FromSeconds(4));
        var failed = Assert.Single(pair.A.Take<ChannelEffect.Failed>());
        Assert.Equal(ChannelFailure.TimedOut, failed.Reason);
        pair.B.Channel.Enqueue(new OutboundMessage(EntryKind.Reply, Lane.Request, "", default, new byte[1], RequestId: pair.B.Messages.Single().Id), pair.Now);
        pair.Settle();
        Assert.Equal("late-reply", Assert.Single(pair.A.Take<ChannelEffect.Dropped>()).Reason);
    }

    [Fact]
    public void A_request_that_the_far_side_refuses_fails_with_its_reason()
    {
        using var pair = new ChannelPair();
        pair.A.Channel.Enqueue(ChannelPair.Request([1], "one"), pair.Now);
        pair.Settle();
        pair.B.Channel.Fail(Lane.Request, EntryKind.Request, pair.B.Messages.Single().Id, ChannelFailure.ModuleDead);
        pair.Settle();
        Assert.Equal(ChannelFailure.ModuleDead, Assert.Single(pair.A.Take<ChannelEffect.Failed>()).Reason);
    }

    [Fact]
    public void A_full_request_table_answers_Busy()
    {
        using var pair = new ChannelPair(ChannelPair.Defaults with { MaxPendingRequests = 2 });
        Assert.Equal(EnqueueResult.Queued, pair.A.Channel.Enqueue(ChannelPair.Request([1], 1), pair.Now));
        Assert.Equal(EnqueueResult.Queued, pair.A.Channel.Enqueue(ChannelPair.Request([1], 2), pair.Now));
        Assert.Equal(EnqueueResult.Busy, pair.A.Channel.Enqueue(ChannelPair.Request([1], 3), pair.Now));
    }

    [Fact]
    public void Closing_gives_every_message_its_outcome()
    {
        using var pair = new ChannelPair();
        pair.Settle();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "handled"), pair.Now);
        pair.Settle();
        pair.B.Channel.Acknowledge(pair.B.Batches[0].Token, pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        pair.A.Channel.Enqueue(ChannelPair.Unicast([2], context: "under way"), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Request([3], "asked"), pair.Now);
        pair.Settle();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([4], context: "never left"), pair.Now);
        pair.A.Channel.Close(pair.A.Effects);
        var outcomes = pair.A.Take<ChannelEffect.Failed>().ToDictionary(effect => (string)effect.Context, effect => effect.Reason);
        Assert.Equal(3, outcomes.Count);
        Assert.Equal(ChannelFailure.DeliveryUnknown, outcomes["under way"]);
        Assert.Equal(ChannelFailure.PeerDown, outcomes["asked"]);
        Assert.Equal(ChannelFailure.PeerDown, outcomes["never left"]);
        Assert.Equal(EnqueueResult.Closed, pair.A.Channel.Enqueue(ChannelPair.Unicast([5]), pair.Now));
    }
}
