using ActorP2P.Protocol.Channel;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>A far side that never acknowledges what failed.</summary>
public sealed class SentFailuresTests
{
    [Fact]
    public void Who_does_not_acknowledge_failures_gets_no_window_for_more_messages_until_it_does()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.HandlesAtOnce = false;
        for (var i = 0; i < 5000; i++)
        {
            Assert.Equal(EnqueueResult.Queued, pair.B.Channel.Enqueue(ChannelPair.Unicast([1]), pair.Now));
        }

        while (pair.Move(pair.B, pair.A))
        {
        }

        Assert.Equal(5000, pair.A.Messages.Count());
        foreach (var batch in pair.A.Batches)
        {
            batch.Messages.ToList().ForEach(message => pair.A.Channel.Fail(message.Lane, message.Kind, message.Id, ChannelFailure.UnknownType));
            pair.A.Channel.Acknowledge(batch.Token, pair.Now);
        }

        // Long enough for any acknowledgement; the far side has said nothing yet.
        pair.A.Channel.TimerFired(pair.Now.AddSeconds(1), pair.A.Effects);
        pair.Move(pair.A, pair.B);
        Assert.True(pair.B.Channel.HasUnsettled, "messages were acknowledged whose failures are not");

        for (var i = 0; i < 5; i++)
        {
            pair.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(pair.B.Channel.HasUnsettled, "the far side acknowledged the failures and still waits");
    }
}
