using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tests.Channel;

public sealed class PeerChannelMessages
{
    [Fact]
    public void Messages_of_a_lane_arrive_in_the_order_they_were_sent()
    {
        using var pair = new ChannelPair();
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(EnqueueResult.Queued, pair.A.Channel.Enqueue(ChannelPair.Unicast(BitConverter.GetBytes(i)), pair.Now));
        }

        pair.Settle();
        Assert.Equal(Enumerable.Range(0, 1000), pair.B.Messages.Select(message => BitConverter.ToInt32(message.Payload.Span)));
        Assert.All(pair.B.Messages, message => Assert.Equal("vote", message.Type));
    }

    [Fact]
    public void Many_small_messages_share_a_record()
    {
        using var pair = new ChannelPair();
        for (var i = 0; i < 100; i++)
        {
            pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100]), pair.Now);
        }

        pair.Settle();
        Assert.Single(pair.A.Sent.Where(send => send.Lane == Lane.Request).SelectMany(send => send.Frames));
        Assert.Equal(100, pair.B.Messages.Count());
    }

    [Fact]
    public void A_message_of_32_MiB_arrives_whole_in_chunks()
    {
        using var pair = new ChannelPair();
        var payload = new byte[32 * 1024 * 1024];
        new Random(3).NextBytes(payload);
        pair.A.Channel.Enqueue(ChannelPair.Unicast(payload, Lane.Bulk), pair.Now);
        for (var i = 0; i < 100 && !pair.B.Messages.Any(); i++)
        {
            pair.Advance(TimeSpan.FromMilliseconds(20));
        }

        pair.A.Channel.Enqueue(ChannelPair.Unicast([7], Lane.Bulk), pair.Now);
        pair.Settle();
        var messages = pair.B.Messages.ToList();
        Assert.Equal(2, messages.Count);
        Assert.True(messages[0].Payload.Span.SequenceEqual(payload));
        Assert.Equal(0, pair.Budget.ReservedBytes);
    }

    [Fact]
    public void A_message_over_the_maximum_is_refused_at_the_sender()
    {
        using var pair = new ChannelPair(ChannelPair.Defaults with { MaxMessageBytes = 100_000 });
        Assert.Equal(EnqueueResult.TooLarge, pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100_001]), pair.Now));
        Assert.Equal(EnqueueResult.Queued, pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100_000]), pair.Now));
    }

    [Fact]
    public void A_full_queue_answers_Busy_and_Ready_follows_when_it_drains()
    {
        using var pair = new ChannelPair();
        pair.B.HandlesAtOnce = false;
        pair.Settle();
        var results = Enumerable.Range(0, 100).Select(_ => pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[50_000]), pair.Now)).ToList();
        Assert.Contains(EnqueueResult.Busy, results);
        pair.Settle();
        pair.B.HandlesAtOnce = true;
        for (var i = 0; i < 200 && pair.B.Messages.Count() < results.Count(result => result == EnqueueResult.Queued); i++)
        {
            pair.B.Batches.ForEach(batch => pair.B.Channel.Acknowledge(batch.Token, pair.Now));
            pair.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(results.Count(result => result == EnqueueResult.Queued), pair.B.Messages.Count());
        Assert.Equal(Lane.Request, Assert.Single(pair.A.Take<ChannelEffect.LaneReady>()).Lane);
    }

    [Fact]
    public void A_sender_stops_at_the_window_until_the_far_side_has_handled_and_other_lanes_go_on()
    {
        using var pair = new ChannelPair();
        pair.Settle();
        pair.B.HandlesAtOnce = false;
        for (var i = 0; i < 20; i++)
        {
            pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100_000], Lane.Bulk), pair.Now);
        }

        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(pair.A.Sent.Where(send => send.Lane == Lane.Bulk).Sum(send => send.Bytes), 1, ChannelPair.Defaults.WindowBytes);
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], Lane.Consensus), pair.Now);
        pair.Settle();
        Assert.Contains(pair.B.Messages, message => message.Lane == Lane.Consensus);
    }

    [Fact]
    public void A_confirmed_unicast_succeeds_only_when_its_batch_was_handled()
    {
        using var pair = new ChannelPair();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "mine", confirm: true), pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(pair.A.Take<ChannelEffect.Delivered>());
        pair.B.Channel.Acknowledge(pair.B.Batches[0].Token, pair.Now);
        pair.Settle();
        Assert.Equal("mine", Assert.Single(pair.A.Take<ChannelEffect.Delivered>()).Context);
    }

    [Fact]
    public void A_confirmation_does_not_wait_for_the_acknowledgement_of_what_came_before()
    {
        using var pair = new ChannelPair();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1]), pair.Now);
        pair.Settle();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([2], context: "mine", confirm: true), pair.Now);
        pair.Settle();
        Assert.Equal("mine", Assert.Single(pair.A.Take<ChannelEffect.Delivered>()).Context);
    }

    [Fact]
    public void Acknowledging_what_came_before_does_not_use_up_a_confirmation()
    {
        using var pair = new ChannelPair();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1]), pair.Now);
        pair.Settle();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([2], context: "mine", confirm: true), pair.Now);
        pair.Settle();
        pair.B.Channel.Acknowledge(pair.B.Batches[0].Token, pair.Now);
        pair.Settle();
        Assert.Empty(pair.A.Take<ChannelEffect.Delivered>());
        pair.B.Channel.Acknowledge(pair.B.Batches[1].Token, pair.Now);
        pair.Settle();
        Assert.Equal("mine", Assert.Single(pair.A.Take<ChannelEffect.Delivered>()).Context);
    }

    [Fact]
    public void A_unicast_refused_by_the_far_slot_fails_at_its_sender_and_its_neighbours_succeed()
    {
        using var pair = new ChannelPair();
        pair.B.HandlesAtOnce = false;
        foreach (var name in new[] { "a", "b", "c" })
        {
            pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: name, confirm: true), pair.Now);
        }

        pair.Settle();
        var batch = Assert.Single(pair.B.Batches);
        pair.B.Channel.Fail(Lane.Request, EntryKind.Unicast, batch.Messages[1].Id, ChannelFailure.UnknownType);
        pair.B.Channel.Acknowledge(batch.Token, pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        var failed = Assert.Single(pair.A.Take<ChannelEffect.Failed>());
        Assert.Equal(("b", ChannelFailure.UnknownType), ((string)failed.Context, failed.Reason));
        Assert.Equal(["a", "c"], pair.A.Take<ChannelEffect.Delivered>().Select(effect => (string)effect.Context));
    }

    [Fact]
    public void Batches_handled_out_of_order_are_acknowledged_in_order()
    {
        using var pair = new ChannelPair();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "first", confirm: true), pair.Now);
        pair.Settle();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([2], context: "second", confirm: true), pair.Now);
        pair.Settle();
        pair.B.Channel.Acknowledge(pair.B.Batches[1].Token, pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(pair.A.Take<ChannelEffect.Delivered>());
        pair.B.Channel.Acknowledge(pair.B.Batches[0].Token, pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["first", "second"], pair.A.Take<ChannelEffect.Delivered>().Select(effect => (string)effect.Context));
    }
}
