using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Reconnect;

/// <summary>How often a configured member is dialled where one of the two does not trust the other.</summary>
public sealed class RefusedMemberTests
{
    private static readonly NodeId[] Ids = Enumerable.Range(0, 3).Select(SimulatedCurve.IdOf).Order().ToArray();

    private readonly VirtualTime _time = new();
    private readonly List<DateTimeOffset> _dials = [];
    private readonly List<ReconnectEffect.BackedOff> _backedOff = [];
    private readonly ReconnectPlan _plan;

    public RefusedMemberTests()
    {
        _plan = new ReconnectPlan(TestSettings.Reconnect, TestSettings.Discovery, Ids[0], new SeededRandom(1), _time.Now);
        Do((now, effects) => _plan.AddMember(["a:1", "b:1"], Ids[1], now, effects));
    }

    [Fact]
    public void Refused_again_and_again_it_is_dialled_as_seldom_as_a_discovered_member_and_that_is_said_once()
    {
        Fail(isRefusal: true, times: 60);
        Assert.Equal(new ReconnectEffect.BackedOff("a:1", TestSettings.Discovery.MaxDelay), Assert.Single(_backedOff));
        var pauses = Pauses();
        Assert.Contains(pauses, static pause => pause > TestSettings.Reconnect.MaxDelay + TimeSpan.FromSeconds(1));
        Assert.All(pauses, static pause => Assert.InRange(pause, TimeSpan.Zero, TestSettings.Discovery.MaxDelay + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Failures_of_other_kinds_and_fewer_refusals_change_nothing()
    {
        for (var round = 0; round < 20; round++)
        {
            Fail(isRefusal: true, ReconnectPlan.RefusalsBeforeBackOff - 1);
            Fail(isRefusal: false, times: 1);
        }

        Assert.Empty(_backedOff);
        Assert.All(Pauses(), static pause => Assert.True(pause <= TestSettings.Reconnect.MaxDelay + TimeSpan.FromSeconds(1), $"{pause}"));
    }

    [Fact]
    public void When_this_node_shows_or_trusts_something_else_it_is_dialled_soon()
    {
        Fail(isRefusal: true, times: 40);
        var changed = _time.Now;
        Do((now, effects) => _plan.DialFailed(_lastAddress!, now, effects, isRefusal: true));
        Do(_plan.ForgetRefusals);
        _time.RunFor(TimeSpan.FromSeconds(1));
        Assert.InRange((_dials[^1] - changed).TotalSeconds, 0, 1);
        Fail(isRefusal: true, times: 10);
        Assert.Equal(2, _backedOff.Count);
    }

    [Fact]
    public void A_link_ends_the_long_pauses()
    {
        Fail(isRefusal: true, times: 40);
        Do((now, effects) => _plan.LinkUp(Ids[1], null, now, effects));
        _time.RunFor(TimeSpan.FromMinutes(2));
        var before = _dials.Count;
        Do((now, effects) => _plan.LinkDown(Ids[1], now, effects));
        Fail(isRefusal: false, times: 30);
        Assert.All(Pauses().Skip(before), static pause => Assert.True(pause <= TestSettings.Reconnect.MaxDelay + TimeSpan.FromSeconds(1), $"{pause}"));
    }

    private string? _lastAddress;

    private List<TimeSpan> Pauses() => [.. _dials.Zip(_dials.Skip(1), static (one, next) => next - one)];

    // Each dial fails at once, and the next one is waited for.
    private void Fail(bool isRefusal, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var before = _dials.Count;
            if (_lastAddress is { } address)
            {
                _lastAddress = null;
                Do((now, effects) => _plan.DialFailed(address, now, effects, isRefusal));
            }

            while (_dials.Count == before)
            {
                _time.RunFor(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private void Do(Action<DateTimeOffset, List<ReconnectEffect>> input)
    {
        var effects = new List<ReconnectEffect>();
        input(_time.Now, effects);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case ReconnectEffect.Dial dial:
                    _dials.Add(_time.Now);
                    _lastAddress = dial.Address;
                    break;
                case ReconnectEffect.BackedOff backedOff:
                    _backedOff.Add(backedOff);
                    break;
                case ReconnectEffect.Schedule schedule:
                    _time.After(schedule.Delay, () => Do((now, more) => _plan.HandleTimer(schedule.Token, now, more)));
                    break;
            }
        }
    }
}
