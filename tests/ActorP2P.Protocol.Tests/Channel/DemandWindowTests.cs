using ActorP2P.Protocol.Channel;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>What a module may hold, what waits for it, and in which order that goes on.</summary>
public sealed class DemandWindowTests
{
    [Fact]
    public void Messages_are_handed_over_up_to_their_number_and_wait_beyond_it()
    {
        var window = new DemandWindow<int>(2, 1000);
        Assert.True(window.TryHand(1));
        Assert.True(window.TryHand(1));
        Assert.False(window.TryHand(1));
        window.Wait(3, 1);
        Assert.False(window.TryTake(out _));
        window.Consumed(1);
        Assert.True(window.TryTake(out var third));
        Assert.Equal((3, 2L, 0), (third, window.HeldMessages, window.WaitingMessages));
    }

    [Fact]
    public void Bytes_bound_what_is_held_as_well()
    {
        var window = new DemandWindow<int>(100, 10);
        Assert.True(window.TryHand(6));
        Assert.False(window.TryHand(5));
        Assert.True(window.TryHand(4));
        Assert.Equal(10, window.HeldBytes);
    }

    [Fact]
    public void A_message_larger_than_the_window_comes_alone()
    {
        var window = new DemandWindow<int>(100, 10);
        Assert.True(window.TryHand(50));
        Assert.False(window.TryHand(0));
        window.Consumed(50);
        Assert.True(window.TryHand(1));
        window.Wait(7, 50);
        Assert.False(window.TryTake(out _));
        window.Consumed(1);
        Assert.True(window.TryTake(out _));
    }

    [Fact]
    public void Nothing_overtakes_what_waits()
    {
        var window = new DemandWindow<int>(100, 10);
        window.TryHand(8);
        window.Wait(1, 8);
        Assert.False(window.TryHand(1));
    }

    [Fact]
    public void Empty_messages_that_wait_cost_something_too()
    {
        var window = new DemandWindow<int>(1, 10);
        window.TryHand(0);
        window.Wait(1, 0);
        window.Wait(2, 5);
        Assert.Equal((2 * DemandWindow<int>.OverheadBytes) + 5, window.WaitingBytes);
        Assert.Equal([1, 2], window.TakeAllWaiting());
        Assert.Equal(0, window.WaitingBytes);
    }

    [Fact]
    public void A_position_says_that_all_before_it_was_consumed_and_an_older_one_changes_nothing()
    {
        var window = new DemandWindow<int>(10, 100);
        window.TryHand(10);
        window.TryHand(20);
        var middle = window.End;
        window.TryHand(30);
        window.ConsumedUpTo(window.End);
        Assert.Equal((0L, 0L), (window.HeldMessages, window.HeldBytes));
        window.ConsumedUpTo(middle);
        Assert.Equal((0L, 0L), (window.HeldMessages, window.HeldBytes));
        window.TryHand(40);
        Assert.Equal((1L, 40L), (window.HeldMessages, window.HeldBytes));
    }
}
