using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>What publishing asks of its caller, and what it does when there is no room.</summary>
public sealed class MulticastPublishingTests
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_payload_that_is_sent_is_the_memory_that_was_published()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        ReadOnlyMemory<byte> payload = new byte[1000];
        var effects = net.Run(net.Nodes[0], (core, now, effects) =>
        {
            core.Publish(null, "type", payload, Lane.Bulk, now, effects);
            core.Flush(now, effects);
        });
        var send = Assert.Single(effects.OfType<MulticastEffect.Send>());
        Assert.True(payload.Span == send.Payload.Span);
        Assert.Equal(Lane.Bulk, send.Lane);
    }

    [Fact]
    public void A_send_that_the_queue_refused_is_made_good_by_an_announcement()
    {
        var lost = true;
        var net = new MulticastNet(2, seed: 1) { Carries = (_, _, bytes) => bytes.Span[0] != 1 || !lost }.Link([(0, 1)]);
        net.Broadcast(0);
        net.Run(net.Nodes[0], (core, now, effects) => core.HandleNotSent(net.Nodes[1].Id, now, effects));
        lost = false;
        net.Time.RunFor(TimeSpan.FromSeconds(3));
        lost = false;
        Assert.Single(net.Nodes[1].Delivered);
    }

    [Fact]
    public void Publishing_beyond_the_retention_is_pushed_back_until_there_is_room()
    {
        var settings = TestSettings.Dissemination with { RetentionMessages = 10 };
        var net = new MulticastNet(2, seed: 1, settings).Link([(0, 1)]);
        for (var i = 0; i < 10; i++)
        {
            net.Broadcast(0);
        }

        Assert.Equal(PublishRefusal.RetentionFull, RefusalOf(net, null, "type", 10));
        net.Time.RunFor(settings.RetentionTime);
        net.Broadcast(0);
        net.Time.RunFor(Settle);
        Assert.Equal(11, net.Nodes[1].Delivered.Count);
    }

    [Theory]
    [InlineData("", "type", 1, PublishRefusal.BadTopic)]
    [InlineData(null, "", 1, PublishRefusal.BadType)]
    [InlineData(null, "type", 65 * 1024 * 1024, PublishRefusal.PayloadTooLarge)]
    public void A_publication_out_of_bounds_is_refused_with_its_reason(string? topic, string type, int bytes, PublishRefusal expected) =>
        Assert.Equal(expected, RefusalOf(new MulticastNet(1, seed: 1), topic, type, bytes));

    [Fact]
    public void A_topic_more_than_allowed_is_not_subscribed()
    {
        var settings = TestSettings.Dissemination with { MaxTopics = 2 };
        var core = new MulticastNet(1, seed: 1, settings).Nodes[0].Core;
        Assert.True(core.TrySubscribe("a"));
        Assert.True(core.TrySubscribe("b"));
        Assert.True(core.TrySubscribe("a"));
        Assert.False(core.TrySubscribe("c"));
    }

    private static PublishRefusal RefusalOf(MulticastNet net, string? topic, string type, int bytes) =>
        Assert.Single(net
            .Run(net.Nodes[0], (core, now, effects) => core.Publish(topic, type, new byte[bytes], Lane.Gossip, now, effects))
            .OfType<MulticastEffect.PublishRefused>()).Reason;
}
