using ActorP2P.Protocol.Gossip;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>When a node signs its own state.</summary>
public sealed class OwnStateTests
{
    private readonly OwnState _own = new(seqBase: 0, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(800));
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _changes;

    [Fact]
    public void Changes_that_follow_each_other_closely_are_signed_at_intervals_that_double_to_a_limit()
    {
        Assert.Equal([0, 100, 200, 400, 800, 800], Enumerable.Range(0, 6).Select(_ => MillisecondsToTheSignature()));
    }

    [Fact]
    public void After_a_quiet_while_a_change_is_signed_at_once_and_the_next_one_soon()
    {
        for (var i = 0; i < 6; i++)
        {
            MillisecondsToTheSignature();
        }

        _now += TimeSpan.FromMilliseconds(1600);
        Assert.Equal([0, 100], Enumerable.Range(0, 2).Select(_ => MillisecondsToTheSignature()));
    }

    [Fact]
    public void A_state_that_is_only_signed_again_does_not_hold_back_the_next_change_for_longer()
    {
        MillisecondsToTheSignature();
        _now += TimeSpan.FromHours(1);
        _own.TakeSeq(_own.Body!.Encode(), _now, _now + TimeSpan.FromHours(1));
        Assert.Equal(100, MillisecondsToTheSignature());
    }

    private int MillisecondsToTheSignature()
    {
        _own.Change(StateNet.Status("height", $"{_changes++}"), _now);
        var wait = _own.SignAt - _now;
        _now = _own.SignAt;
        _own.TakeSeq(_own.Body!.Encode(), _now, _now + TimeSpan.FromHours(1));
        return (int)wait.TotalMilliseconds;
    }
}
