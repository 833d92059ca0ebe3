using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Channel;

public sealed class ReassemblyBudgetTests
{
    private static readonly NodeId Hoarder = NodeId.FromPoint(Enumerable.Repeat((byte)1, NodeId.LengthBytes).ToArray());
    private static readonly NodeId Honest = NodeId.FromPoint(Enumerable.Repeat((byte)2, NodeId.LengthBytes).ToArray());

    [Fact]
    public void A_remote_that_hoards_takes_its_own_share_and_leaves_room_for_the_others()
    {
        var budget = new ReassemblyBudget(ChannelPair.Defaults with { ReassemblyBudgetBytes = 300, ReassemblyShareBytes = 100 });
        Assert.True(budget.TryReserve(Hoarder, 60));
        Assert.False(budget.TryReserve(Hoarder, 41));
        Assert.True(budget.TryReserve(Hoarder, 40));
        Assert.False(budget.TryReserve(Hoarder, 1));
        Assert.True(budget.TryReserve(Honest, 100));
        Assert.Equal(200, budget.ReservedBytes);
    }

    [Fact]
    public void What_is_given_back_can_be_promised_again()
    {
        var budget = new ReassemblyBudget(ChannelPair.Defaults with { ReassemblyBudgetBytes = 100, ReassemblyShareBytes = 100 });
        Assert.True(budget.TryReserve(Hoarder, 100));
        Assert.False(budget.TryReserve(Honest, 1));
        budget.Release(Hoarder, 100);
        Assert.Equal(0, budget.ReservedBytes);
        Assert.True(budget.TryReserve(Honest, 100));
    }
}
