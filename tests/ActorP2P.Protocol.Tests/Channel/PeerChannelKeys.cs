using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>What the channel does about its session's keys.</summary>
public sealed class PeerChannelKeys
{
    [Fact]
    public void Keys_change_under_traffic_and_every_message_arrives_in_order()
    {
        using var pair = new ChannelPair(rekey: HandshakePair.Rekey with { AfterRecords = 64, MinInterval = TimeSpan.FromMilliseconds(1) });
        var lanes = new[] { Lane.Consensus, Lane.Request, Lane.Gossip, Lane.Bulk };
        for (var i = 0; i < 1000; i++)
        {
            pair.A.Channel.Enqueue(ChannelPair.Unicast(BitConverter.GetBytes(i), lanes[i % 4]), pair.Now);
            pair.B.Channel.Enqueue(ChannelPair.Unicast(BitConverter.GetBytes(i), lanes[i % 4]), pair.Now);
            pair.Advance(TimeSpan.FromMilliseconds(1));
        }

        foreach (var end in new[] { pair.A, pair.B })
        {
            foreach (var lane in lanes)
            {
                var numbers = end.Messages.Where(message => message.Lane == lane).Select(message => BitConverter.ToInt32(message.Payload.Span));
                Assert.Equal(Enumerable.Range(0, 1000).Where(i => lanes[i % 4] == lane), numbers);
            }

            var generations = end.Take<ChannelEffect.Rekeyed>().Select(rekeyed => rekeyed.Generation).ToList();
            Assert.Equal(Enumerable.Range(1, generations.Count).Select(i => (uint)i), generations);
            Assert.InRange(generations.Count, 10, 1000);
            Assert.Empty(end.Take<ChannelEffect.Fatal>());
        }
    }

    [Fact]
    public void Keys_of_an_idle_session_change_with_age()
    {
        using var pair = new ChannelPair();
        pair.Settle();

        Assert.Contains(pair.A.Take<ChannelEffect.Schedule>(), schedule => schedule.At <= pair.Now + HandshakePair.Rekey.After);
        pair.Advance(HandshakePair.Rekey.After);

        Assert.Equal(1u, Assert.Single(pair.A.Take<ChannelEffect.Rekeyed>()).Generation);
        Assert.Equal(1u, Assert.Single(pair.B.Take<ChannelEffect.Rekeyed>()).Generation);
    }

    [Fact]
    public void A_far_side_that_never_answers_is_a_typed_end()
    {
        using var pair = new ChannelPair();
        pair.Settle();
        var now = pair.Now + HandshakePair.Rekey.After;
        pair.A.Channel.TimerFired(now, pair.A.Effects);
        Assert.Empty(pair.A.Take<ChannelEffect.Fatal>());

        pair.A.Channel.TimerFired(now + HandshakePair.Rekey.Timeout, pair.A.Effects);

        Assert.Equal("RekeyTimedOut", Assert.Single(pair.A.Take<ChannelEffect.Fatal>()).Reason);
    }
}
