using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Session;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Physical;

/// <summary>What a link hands to peers stays charged to its connection until they have opened it, and comes back whatever becomes of them.</summary>
public sealed class LinkSessionsTests : ActorTest
{
    private readonly TestProbe _manager;
    private readonly TestProbe _link;
    private readonly LinkSessions _sessions;
    private readonly PairSession _remote;
    private readonly ulong _tag;
    private int _charged;

    public LinkSessionsTests()
    {
        (_manager, _link) = (CreateTestProbe(), CreateTestProbe());
        var (left, right) = (TestMembers.Environment(0), TestMembers.Environment(1));
        (var own, _remote) = TestMembers.Shake(left, right);
        _sessions = new LinkSessions(own, left, new ControlOutbox(), _link.Ref, isRelayed: false, charge => _charged += charge);
        Assert.Null(_sessions.Serve([new Hypernet.SlotEntry(TestMembers.Ledger, _manager.Ref, 1)]));
        Assert.Null(_sessions.Handle(new LinkEntry(LinkEntryKind.Offer, _remote.OfferTag(TestMembers.Ledger), new byte[16])));
        _tag = _manager.ExpectMsg<PeerManager.SessionUp>(Soon).Session.Tag;
    }

    [Fact]
    public void Records_are_charged_until_the_peer_has_opened_them()
    {
        var peer = Bound();
        Receive(frames: 100);
        var received = peer.ExpectMsg<Peer.RecordsReceived>(Soon);
        Assert.InRange(_charged, 100 * 48, int.MaxValue);
        Assert.Equal(_charged, received.Charge);
        _sessions.Taken(_tag, received.Charge);
        Assert.Equal(0, _charged);
        _sessions.Taken(_tag, received.Charge);
        Assert.Equal(0, _charged);
    }

    [Fact]
    public void What_a_peer_that_failed_never_opened_is_given_back()
    {
        var peer = Bound();
        Receive(frames: 10);
        var received = peer.ExpectMsg<Peer.RecordsReceived>(Soon);
        _sessions.PeerGone(peer.Ref);
        Assert.Equal(0, _charged);
        _sessions.Taken(_tag, received.Charge);
        Assert.Equal(0, _charged);
    }

    [Fact]
    public void What_a_session_that_is_over_left_behind_is_given_back_once()
    {
        var peer = Bound();
        Receive(frames: 10);
        var received = peer.ExpectMsg<Peer.RecordsReceived>(Soon);
        Assert.Null(_sessions.Handle(new LinkEntry(LinkEntryKind.Withdraw, _remote.OfferTag(TestMembers.Ledger), default)));
        Assert.Equal(0, _charged);
        _sessions.Taken(_tag, received.Charge);
        Assert.Equal(0, _charged);
    }

    private TestProbe Bound()
    {
        var peer = CreateTestProbe();
        Assert.True(_sessions.Bind(_tag, peer.Ref));
        return peer;
    }

    private void Receive(int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            var bytes = new byte[FrameHeader.LengthBytes + 16];
            new FrameHeader(16, FrameKind.Record, Lane.Control, FrameFlags.Sealed, 0, 0, _tag, (ulong)i).Write(bytes);
            Assert.Null(_sessions.Take(new Frame(FrameHeader.Read(bytes), bytes)));
        }

        _sessions.Flush();
    }
}
