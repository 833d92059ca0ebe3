using System.Buffers.Binary;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>A session is lost and another one follows: each lane goes on where the far side left off.</summary>
public sealed class PeerChannelResumption
{
    [Fact]
    public void What_a_lost_session_did_not_bring_over_arrives_by_the_next_one_in_order_and_once()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: 1, confirm: true), pair.Now);
        pair.Settle();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([2], context: 2, confirm: true), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Unicast([3], context: 3, confirm: true), pair.Now);
        pair.Move(pair.A, pair.B, maxFrames: 0);
        pair.A.Channel.Enqueue(ChannelPair.Unicast([4], context: 4, confirm: true), pair.Now);
        pair.Lose();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([5], context: 5, confirm: true), pair.Now);
        pair.Reconnect();
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2, 3, 4, 5], pair.B.Messages.Select(message => message.Payload.Span[0]));
        Assert.Equal([1, 2, 3, 4, 5], pair.A.Take<ChannelEffect.Delivered>().Select(effect => (int)effect.Context));
        Assert.Empty(pair.A.Take<ChannelEffect.Failed>());
    }

    [Fact]
    public void What_arrived_but_was_not_acknowledged_is_settled_by_the_next_session_and_not_sent_again()
    {
        using var pair = ChannelPair.Greeted();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "one", confirm: true), pair.Now);
        pair.Settle();
        pair.Lose();
        pair.Reconnect();
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(pair.A.Take<ChannelEffect.Delivered>());
        pair.B.Channel.Acknowledge(Assert.Single(pair.B.Batches).Token, pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("one", Assert.Single(pair.A.Take<ChannelEffect.Delivered>()).Context);
        Assert.Single(pair.B.Batches);
    }

    [Fact]
    public void A_failure_that_was_lost_with_its_session_still_fails_its_message()
    {
        using var pair = ChannelPair.Greeted();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "one", confirm: true), pair.Now);
        pair.Settle();
        var message = Assert.Single(pair.B.Messages);
        pair.B.Channel.Fail(message.Lane, message.Kind, message.Id, ChannelFailure.ModuleDead);
        pair.B.Channel.Acknowledge(pair.B.Batches[0].Token, pair.Now);
        pair.Move(pair.B, pair.A, maxFrames: 0);
        pair.Lose();
        pair.Reconnect();
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ChannelFailure.ModuleDead, Assert.Single(pair.A.Take<ChannelEffect.Failed>()).Reason);
        Assert.Empty(pair.A.Take<ChannelEffect.Delivered>());
    }

    [Fact]
    public void A_request_and_its_reply_survive_the_sessions_they_were_sent_in()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Enqueue(ChannelPair.Request([1], "asked"), pair.Now);
        pair.Move(pair.A, pair.B, maxFrames: 0);
        pair.Lose();
        pair.Reconnect();
        pair.Settle();
        var request = Assert.Single(pair.B.Messages);
        pair.B.Channel.Enqueue(new OutboundMessage(EntryKind.Reply, request.Lane, "", default, new byte[] { 9 }, RequestId: request.Id), pair.Now);
        pair.Move(pair.B, pair.A, maxFrames: 0);
        pair.Lose();
        pair.Reconnect();
        pair.Settle();
        Assert.Equal(("asked", 9), Assert.Single(pair.A.Take<ChannelEffect.Replied>()) is var replied ? ((string)replied.Context, replied.Payload.Span[0]) : default);
    }

    [Fact]
    public void A_large_message_that_was_half_way_begins_again()
    {
        using var pair = ChannelPair.Greeted();
        var payload = new byte[200_000];
        new Random(5).NextBytes(payload);
        pair.A.Channel.Enqueue(ChannelPair.Unicast([7]), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Unicast(payload), pair.Now);
        pair.Move(pair.A, pair.B, maxFrames: 3);
        pair.Lose();
        Assert.Equal(0, pair.Budget.ReservedBytes);
        pair.Reconnect();
        pair.Settle();
        Assert.Equal(payload, pair.B.Messages.Last().Payload.ToArray());
        Assert.Equal(2, pair.B.Messages.Count());
    }

    [Fact]
    public void A_far_side_that_forgot_everything_leaves_what_was_under_way_unknown_and_gets_what_waits()
    {
        using var pair = ChannelPair.Greeted();
        pair.B.HandlesAtOnce = false;
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "under way"), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Request([2], "asked"), pair.Now);
        pair.Settle();
        pair.Lose();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([3], context: "waits"), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Request([4], "asked later"), pair.Now);
        pair.RestartB();
        pair.Settle();
        var failed = pair.A.Take<ChannelEffect.Failed>().ToDictionary(effect => (string)effect.Context, effect => effect.Reason);
        Assert.Equal(2, failed.Count);
        Assert.Equal(ChannelFailure.DeliveryUnknown, failed["under way"]);
        Assert.Equal(ChannelFailure.PeerDown, failed["asked"]);
        Assert.Equal([3, 4], pair.B.Messages.Select(message => message.Payload.Span[0]));

        pair.B.Channel.Enqueue(ChannelPair.Unicast([8]), pair.Now);
        pair.Settle();
        Assert.Equal(8, Assert.Single(pair.A.Messages).Payload.Span[0]);
    }

    [Fact]
    public void While_there_is_no_session_messages_wait_up_to_the_queues_limit_and_requests_still_expire()
    {
        using var pair = ChannelPair.Greeted();
        pair.Lose();
        pair.A.Channel.Enqueue(ChannelPair.Request([1], "asked", TimeSpan.FromSeconds(1)), pair.Now);
        pair.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ChannelFailure.TimedOut, Assert.Single(pair.A.Take<ChannelEffect.Failed>()).Reason);
        while (pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100_000]), pair.Now) == EnqueueResult.Queued)
        {
        }

        Assert.InRange(pair.A.Channel.QueuedBytes, 1024 * 1024, (1024 * 1024) + 200_000);
        Assert.True(pair.A.Channel.HasUnsettled);
    }

    [Theory]
    [InlineData("NotResumed", false, false)]
    [InlineData("MalformedEntry", true, false)]
    [InlineData("MalformedEntry", true, true)]
    public void A_session_that_does_not_begin_with_a_fitting_memory_ends(string reason, bool resumes, bool claimsTooMuch)
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1]), pair.Now);
        pair.Settle();
        pair.Lose();
        pair.Reconnect();
        var entry = new byte[6 + 16 + 40];
        entry[0] = (byte)EntryKind.Resume;
        entry[2] = 56;
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(6), claimsTooMuch ? 1UL : 0UL);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(14), pair.A.ChannelNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(22 + (8 * (int)Lane.Request)), 99);
        byte[] record = resumes ? entry : [6, 0, 1, 0, 0, 0, 1];
        var sealer = pair.Raw.Sealer(resumes ? Lane.Control : Lane.Gossip);
        var buffer = new byte[FrameHeader.LengthBytes + record.Length + sealer.OverheadBytes];
        record.CopyTo(buffer, FrameHeader.LengthBytes);
        pair.A.Channel.Receive([ChannelPair.Parse(sealer.SealInPlace(buffer, record.Length, FrameFlags.None, 0))], pair.Now, pair.A.Effects);
        Assert.Equal(reason, Assert.Single(pair.A.Take<ChannelEffect.Fatal>()).Reason);
    }

    [Fact]
    public void Random_losses_at_any_moment_lose_double_and_reorder_nothing()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            using var pair = new ChannelPair();
            var (sentByA, sentByB) = (0, 0);
            for (var step = 0; step < 120; step++)
            {
                switch (random.Next(8))
                {
                    case 0 or 1 or 2:
                        pair.A.Channel.Enqueue(ChannelPair.Unicast(Number(sentByA++, random), context: sentByA, confirm: true), pair.Now);
                        break;
                    case 3 or 4:
                        pair.B.Channel.Enqueue(ChannelPair.Unicast(Number(sentByB++, random), context: sentByB, confirm: true), pair.Now);
                        break;
                    case 5:
                        pair.Move(pair.A, pair.B);
                        break;
                    case 6:
                        pair.Move(pair.B, pair.A);
                        break;
                    default:
                        pair.Move(pair.A, pair.B, random.Next(3));
                        pair.Move(pair.B, pair.A, random.Next(3));
                        pair.Lose();
                        pair.Reconnect();
                        break;
                }
            }

            pair.Advance(TimeSpan.FromSeconds(1));
            pair.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Enumerable.Range(0, sentByA), pair.B.Messages.Select(Number));
            Assert.Equal(Enumerable.Range(0, sentByB), pair.A.Messages.Select(Number));
            Assert.Equal(Enumerable.Range(1, sentByA), pair.A.Take<ChannelEffect.Delivered>().Select(effect => (int)effect.Context));
            Assert.Equal(Enumerable.Range(1, sentByB), pair.B.Take<ChannelEffect.Delivered>().Select(effect => (int)effect.Context));
        }
    }

    private static byte[] Number(int number, Random random)
    {
        var payload = new byte[random.Next(6) == 0 ? 70_000 : 4 + random.Next(100)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }

    private static int Number(InboundMessage message) => BinaryPrimitives.ReadInt32LittleEndian(message.Payload.Span);
}
