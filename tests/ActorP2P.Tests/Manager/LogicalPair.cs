using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Manager;

/// <summary>Two logical layers with a session between them: real channels and keys, no transport.</summary>
internal sealed class LogicalPair
{
    private readonly string _namespace;
    private readonly (PairSession Left, PairSession Right) _sessions;
    private readonly IActorRef _leftManager;
    private readonly IActorRef _rightManager;

    public LogicalPair(TestKitBase kit, P2PSettings? settings = null, string ns = TestMembers.Ledger, TimeProvider? time = null)
    {
        _namespace = ns;
        Left = new LogicalNode(kit, 0, settings, time);
        Right = new LogicalNode(kit, 1, settings, time);
        _leftManager = Left.GrantSlot(ns);
        _rightManager = Right.GrantSlot(ns);
        _sessions = TestMembers.Shake(Left.Environment, Right.Environment);
        LeftReports = kit.CreateTestProbe();
        RightReports = kit.CreateTestProbe();
        LeftLink = StartLink(kit, LeftReports.Ref);
        RightLink = StartLink(kit, RightReports.Ref);
        LeftLink.Tell(new FakeLink.Connect(RightLink));
        RightLink.Tell(new FakeLink.Connect(LeftLink));
        TellView();
        Up();
    }

    /// <summary>Of the present session.</summary>
    public ulong Tag { get; private set; }

    public LogicalNode Left { get; }

    public LogicalNode Right { get; }

    public IActorRef LeftLink { get; }

    public IActorRef RightLink { get; }

    /// <summary>What the left node's actors ask of their link.</summary>
    public TestProbe LeftReports { get; }

    public TestProbe RightReports { get; }

    /// <summary>The peers that were bound last.</summary>
    public IActorRef LeftPeer { get; private set; } = ActorRefs.Nobody;

    public IActorRef RightPeer { get; private set; } = ActorRefs.Nobody;

    /// <summary>Tells both namespaces that the nodes are linked members, as hypernet does at each registration.</summary>
    public void TellView()
    {
        var view = new PeerManager.ViewChanged(TestMembers.View((0, 1)));
        _leftManager.Tell(view);
        _rightManager.Tell(view);
    }

    /// <summary>A session with fresh nonces on both sides, as links make it.</summary>
    public void Up()
    {
        var (leftNonce, rightNonce) = (TestMembers.Nonce(), TestMembers.Nonce());
        var left = _sessions.Left.Derive(_namespace, leftNonce, rightNonce);
        var right = _sessions.Right.Derive(_namespace, rightNonce, leftNonce);
        Tag = left.Tag;
        _leftManager.Tell(new PeerManager.SessionUp(Right.Id, Right.Environment.Epoch, LeftLink, left));
        _rightManager.Tell(new PeerManager.SessionUp(Left.Id, Left.Environment.Epoch, RightLink, right));
        LeftPeer = LeftReports.FishForMessage<Link.BindSession>(bind => bind.SessionTag == Tag, Eventually.Limit).Peer;
        RightPeer = RightReports.FishForMessage<Link.BindSession>(bind => bind.SessionTag == Tag, Eventually.Limit).Peer;
    }

    /// <summary>The end of the session, on both sides.</summary>
    public void Down(string reason = "test")
    {
        _leftManager.Tell(new PeerManager.SessionDown(Right.Id, Tag, reason));
        _rightManager.Tell(new PeerManager.SessionDown(Left.Id, Tag, reason));
    }

    private static IActorRef StartLink(TestKitBase kit, IActorRef reports) => kit.Sys.ActorOf(Props.Create(() => new FakeLink(reports)));
}
