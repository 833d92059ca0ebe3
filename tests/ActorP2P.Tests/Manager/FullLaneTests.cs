using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Manager;

/// <summary>Lanes to a node that acknowledges nothing: what is refused, who is told, and when there is room again.</summary>
public sealed class FullLaneTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void A_full_lane_gives_the_message_back_and_says_when_it_is_ready()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("channel.queue-bytes = 256 KiB, channel.max-message-bytes = 256 KiB, link.lane-queue-bytes = 128 KiB"));
        var sender = CreateTestProbe();

        // Nobody acknowledges, so the window and then the queue fill up.
        Sys.Stop(pair.RightPeer);
        ExpectTerminatedOf(pair.RightPeer);
        var message = new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", new byte[20_000]);
        for (var i = 0; i < 2000; i++)
        {
            pair.Left.Router.Tell(message, sender.Ref);
        }

        var refused = sender.ExpectMsg<SendRefused>(Soon);
        Assert.Equal(SendFailure.Busy, refused.Reason);
        Assert.Same(message, refused.Message);
        pair.Down();
        Assert.Equal(Lane.Request, sender.FishForMessage<Ready>(_ => true, Soon).Lane);
    }

    [Fact]
    public void A_peer_whose_lane_stays_full_is_called_slow()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("channel.queue-bytes = 256 KiB, channel.max-message-bytes = 256 KiB"));
        var sender = CreateTestProbe();
        var observer = pair.Left.Observer();
        Sys.Stop(pair.RightPeer);
        ExpectTerminatedOf(pair.RightPeer);

        // Each message by itself, so that window and queue are truly full at the refusal.
        AwaitCondition(
            () =>
            {
                pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", new byte[20_000]), sender.Ref);
                return pair.Left.Counters.Value("peer.refused.busy") > 0;
            },
            Soon,
            TimeSpan.FromMilliseconds(2));
        var slow = observer.FishForMessage<SlowPeer>(_ => true, Soon);
        Assert.Equal(pair.Right.Id, slow.Node);
        Assert.True(slow.QueuedBytes >= 256 * 1024);
    }

    [Fact]
    public void A_registration_picks_the_lane_of_what_is_sent()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("channel.queue-bytes = 256 KiB, channel.max-message-bytes = 256 KiB, link.lane-queue-bytes = 128 KiB"));
        var sender = CreateTestProbe();
        pair.Left.Ask<Registered>(sender, new NamespaceRouter.Register(Ns, "file", sender.Ref, Lane.Bulk));
        Sys.Stop(pair.RightPeer);
        ExpectTerminatedOf(pair.RightPeer);
        for (var i = 0; i < 2000; i++)
        {
            pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "file", new byte[20_000]), sender.Ref);
        }

        sender.FishForMessage<SendRefused>(_ => true, Soon);
        pair.Down();
        Assert.Equal(Lane.Bulk, sender.FishForMessage<Ready>(_ => true, Soon).Lane);
    }

    private void ExpectTerminatedOf(IActorRef actor)
    {
        Watch(actor);
        ExpectTerminated(actor, Soon);
    }
}
