using ActorP2P.Protocol.Settings;

namespace ActorP2P.Tests.Manager;

/// <summary>Namespaces open and close at run time, each with its answer.</summary>
public sealed class OpenCloseTests : ActorTest
{
    [Fact]
    public void A_configured_namespace_is_open_from_the_start()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var module = CreateTestProbe();
        Assert.Equal(TestMembers.Ledger, node.Ask<Opened>(module, new NamespaceRouter.Open(TestMembers.Ledger)).Namespace);
    }

    [Fact]
    public void A_namespace_opens_when_it_stands_in_the_slot_map()
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        node.Router.Tell(new NamespaceRouter.Open("side"), module.Ref);
        module.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        var peerManager = node.GrantSlot("side");
        Assert.Equal(peerManager, module.ExpectMsg<Opened>(Soon).PeerManager);
        node.Ask<Registered>(module, new NamespaceRouter.Register("side", "vote", module.Ref));
    }

    [Fact]
    public void Settings_given_with_open_are_in_force()
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        node.Router.Tell(new NamespaceRouter.Open("side", new NamespaceSettings("side", ["blocks"], [new ProtocolRange("pbft", 1, 2)])), module.Ref);
        node.GrantSlot("side");
        module.ExpectMsg<Opened>(Soon);
        AwaitAssert(() => Assert.Contains(node.Id, node.Ask<TopicsSnapshot>(module, new NamespaceRouter.GetTopics("side")).Subscribers["blocks"]), Soon);
    }

    [Theory]
    [InlineData("")]
    [InlineData("129")]
    [InlineData("half a character")]
    public void A_name_out_of_range_is_refused(string name)
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        var refused = node.Ask<OpenRefused>(module, new NamespaceRouter.Open(name switch
        {
            "129" => new string('n', 129),
            "half a character" => "\ud800",
            _ => name,
        }));
        Assert.Contains("1 to 128 bytes", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_name_in_range_makes_an_actor_whatever_its_letters()
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        foreach (var name in new[] { "a/b", "$x", "*unanswered", "链", "with space", "%41", "x#1" })
        {
            node.Router.Tell(new NamespaceRouter.Open(name), module.Ref);
            node.GrantSlot(name);
            Assert.Equal(name, module.ExpectMsg<Opened>(Soon).Namespace);
        }
    }

    [Fact]
    public void One_namespace_more_than_the_limit_is_refused_by_its_settings_name()
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings("namespace-defaults.max-namespaces = 2"));
        var module = CreateTestProbe();
        node.Router.Tell(new NamespaceRouter.Open("second"), module.Ref);
        node.GrantSlot("second");
        module.ExpectMsg<Opened>(Soon);
        Assert.Contains("max-namespaces", node.Ask<OpenRefused>(module, new NamespaceRouter.Open("third")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_slot_refuses_the_namespace()
    {
        var node = new LogicalNode(this, 0);
        var module = CreateTestProbe();
        node.Router.Tell(new NamespaceRouter.Open("side"), module.Ref);
        var register = node.Hypernet.FishForMessage<HypernetServer.RegisterSlot>(message => message.Namespace == "side", Soon);
        register.PeerManager.Tell(new HypernetServer.SlotRefused("side", "full"));
        Assert.Equal("full", module.ExpectMsg<OpenRefused>(Soon).Reason);
        AwaitAssert(() => node.Ask<StateRefused>(module, new NamespaceRouter.GetPeers("side")), Soon);
    }

    [Fact]
    public void Closing_leaves_the_slot_map_first_and_then_answers()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var module = CreateTestProbe();
        Assert.Equal(TestMembers.Ledger, node.Ask<Closed>(module, new NamespaceRouter.Close(TestMembers.Ledger)).Namespace);
        node.Hypernet.FishForMessage<HypernetServer.UnregisterSlot>(message => message.Namespace == TestMembers.Ledger, Soon);
        Assert.Equal(
            SendFailure.UnknownNamespace,
            node.Ask<SendFailed>(module, new NamespaceRouter.Broadcast(TestMembers.Ledger, "block", default)).Reason);
    }

    [Fact]
    public void Closing_is_told_to_modules_and_observers_once()
    {
        var node = new LogicalNode(this, 0);
        node.GrantSlot();
        var module = node.Module("vote");
        node.Ask<Registered>(module, new NamespaceRouter.Register(TestMembers.Ledger, "other", module.Ref));
        var observer = node.Observer();
        node.Ask<Closed>(CreateTestProbe(), new NamespaceRouter.Close(TestMembers.Ledger));
        module.ExpectMsg<Closed>(Soon);
        observer.FishForMessage<Closed>(_ => true, Soon);
        module.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Closing_what_is_not_open_is_answered_all_the_same()
    {
        var node = new LogicalNode(this, 0);
        Assert.Equal("nowhere", node.Ask<Closed>(CreateTestProbe(), new NamespaceRouter.Close("nowhere")).Namespace);
    }

    [Fact]
    public void A_namespace_opens_closes_and_opens_again_in_one_breath()
    {
        var node = new LogicalNode(this, 0);
        var first = node.GrantSlot();
        var module = CreateTestProbe();
        node.Router.Tell(new NamespaceRouter.Close(TestMembers.Ledger), module.Ref);
        node.Router.Tell(new NamespaceRouter.Open(TestMembers.Ledger), module.Ref);
        module.ExpectMsg<Closed>(Soon);
        var second = node.GrantSlot();
        Assert.Equal(second, module.ExpectMsg<Opened>(Soon).PeerManager);
        Assert.NotSame(first, second);
        node.Module("vote");
    }

    [Fact]
    public void A_reference_kept_beyond_the_namespace_answers_as_stopping()
    {
        var node = new LogicalNode(this, 0);
        var peerManager = node.GrantSlot();
        var module = CreateTestProbe();
        node.Ask<Closed>(module, new NamespaceRouter.Close(TestMembers.Ledger));
        peerManager.Tell(new NamespaceRouter.Broadcast(TestMembers.Ledger, "block", default), module.Ref);
        Assert.Equal(SendFailure.Stopping, module.ExpectMsg<SendFailed>(Soon).Reason);
        peerManager.Tell(new NamespaceRouter.SetStatus(TestMembers.Ledger, "height", default), module.Ref);
        Assert.Contains("Stopping", module.ExpectMsg<StateRefused>(Soon).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Closing_one_namespace_leaves_the_other_alone()
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings(namespaces: "namespaces { ledger {}, side {} }"));
        node.GrantSlot("ledger");
        node.GrantSlot("side");
        var module = CreateTestProbe();
        node.Ask<Registered>(module, new NamespaceRouter.Register("side", "vote", module.Ref));
        node.Ask<Closed>(module, new NamespaceRouter.Close("ledger"));
        Assert.Contains("another module", node.Ask<RegisterRefused>(CreateTestProbe(), new NamespaceRouter.Register("side", "vote", TestActor)).Reason, StringComparison.Ordinal);
    }
}
