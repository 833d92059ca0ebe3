using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Manager;

/// <summary>Message type → module: who may take a type, and how many there are.</summary>
public sealed class NamespaceSlotTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void A_type_has_one_module_and_the_second_is_told_so()
    {
        var node = Started();
        node.Module("vote");
        var second = CreateTestProbe();
        Assert.Contains("another module", node.Ask<RegisterRefused>(second, new NamespaceRouter.Register(Ns, "vote", second.Ref)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_may_register_again_with_another_lane()
    {
        var node = Started();
        var module = node.Module("vote");
        node.Ask<Registered>(module, new NamespaceRouter.Register(Ns, "vote", module.Ref, Lane.Consensus));
    }

    [Fact]
    public void An_unregistered_type_is_free_for_another_module()
    {
        var node = Started();
        var first = node.Module("vote");
        node.Ask<Unregistered>(first, new NamespaceRouter.Unregister(Ns, "vote"));
        node.Ask<Unregistered>(first, new NamespaceRouter.Unregister(Ns, "vote"));
        node.Module("vote");
    }

    [Fact]
    public void A_dead_modules_type_is_free_for_another_module()
    {
        var node = Started();
        Sys.Stop(node.Module("vote").Ref);
        AwaitAssert(() => Assert.Equal(1, node.Counters.Value("slot.module-died")), Soon);
        node.Module("vote");
    }

    [Fact]
    public void One_type_more_than_the_limit_is_refused_by_its_settings_name()
    {
        var node = Started("namespace-defaults.max-module-types = 2");
        node.Module("a");
        node.Module("b");
        var module = CreateTestProbe();
        Assert.Contains("max-module-types", node.Ask<RegisterRefused>(module, new NamespaceRouter.Register(Ns, "c", module.Ref)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_modules_place_goes_before_a_living_module_is_refused()
    {
        var node = Started("namespace-defaults.max-module-types = 2");
        node.Module("a");
        Sys.Stop(node.Module("b").Ref);
        AwaitAssert(() => Assert.Equal(1, node.Counters.Value("slot.module-died")), Soon);
        node.Module("c");
    }

    [Fact]
    public void A_module_with_two_types_keeps_the_second_when_the_first_ends()
    {
        var node = Started();
        var module = node.Module("a");
        node.Ask<Registered>(module, new NamespaceRouter.Register(Ns, "b", module.Ref));
        node.Ask<Unregistered>(module, new NamespaceRouter.Unregister(Ns, "a"));
        Sys.Stop(module.Ref);
        AwaitAssert(() => Assert.Equal(1, node.Counters.Value("slot.module-died")), Soon);
        node.Module("b");
    }

    [Theory]
    [InlineData("", Lane.Request)]
    [InlineData("a type whose name is longer than anything that the settings allow for it, by far, and then some more letters", Lane.Request)]
    [InlineData("vote", (Lane)9)]
    public void A_registration_out_of_range_is_refused_as_invalid(string type, Lane lane)
    {
        var node = Started("channel.max-type-name-bytes = 64");
        var module = CreateTestProbe();
        Assert.Equal("Invalid", node.Ask<RegisterRefused>(module, new NamespaceRouter.Register(Ns, type, module.Ref, lane)).Reason);
        Assert.Equal(1, node.Counters.Value("namespace.refused.invalid"));
    }

    private LogicalNode Started(string overrides = "")
    {
        var node = new LogicalNode(this, 0, TestMembers.Settings(overrides));
        node.GrantSlot();
        return node;
    }
}
