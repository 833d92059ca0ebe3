using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Reconnect;

/// <summary>When whom is dialled.</summary>
public sealed class ReconnectPlanTests
{
    private static readonly NodeId[] Ids = Enumerable.Range(0, 10).Select(SimulatedCurve.IdOf).Order().ToArray();

    private readonly VirtualTime _time = new();
    private readonly List<(DateTimeOffset At, ReconnectEffect.Dial Dial)> _dials = [];
    private readonly ReconnectPlan _plan;

    public ReconnectPlanTests() => _plan = new ReconnectPlan(TestSettings.Reconnect, Ids[5], new SeededRandom(1), _time.Now);

    [Fact]
    public void A_member_that_never_answers_is_dialled_for_ever_with_bounded_pauses()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], null, now, effects));
        for (var i = 0; i < 500; i++)
        {
            FailLast();
            _time.RunFor(TimeSpan.FromSeconds(6));
        }

        Assert.Equal(501, _dials.Count);
        var pauses = _dials.Zip(_dials.Skip(1), static (one, next) => next.At - one.At).ToArray();
        Assert.All(pauses, static pause => Assert.InRange(pause.TotalSeconds, 0.2, 12));
    }

    [Fact]
    public void Pauses_are_jittered_within_the_formulas_bounds()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], null, now, effects));
        var previous = TestSettings.Reconnect.MinDelay;
        for (var i = 0; i < 50; i++)
        {
            var before = _dials.Count;
            var failed = _time.Now;
            FailLast();
            while (_dials.Count == before)
            {
                _time.RunFor(TimeSpan.FromMilliseconds(1));
            }

            var pause = _time.Now - failed;
            var most = Math.Min(5, previous.TotalSeconds * 3) + 0.2;
            Assert.InRange(pause.TotalSeconds, 0.2, most);
            previous = pause;
        }
    }

    [Fact]
    public void A_stable_link_resets_the_pause_and_a_flapping_one_does_not()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], null, now, effects));
        for (var i = 0; i < 20; i++)
        {
            FailLast();
            _time.RunFor(TimeSpan.FromSeconds(6));
        }

        Do((now, effects) => _plan.LinkUp(Ids[7], "a:1", now, effects));
        _time.RunFor(TimeSpan.FromMinutes(1));
        var down = _time.Now;
        Do((now, effects) => _plan.LinkDown(Ids[7], now, effects));
        _time.RunFor(TimeSpan.FromSeconds(1));
        Assert.InRange((_dials[^1].At - down).TotalSeconds, 0.2, 0.6);
    }

    [Fact]
    public void While_a_member_is_linked_by_either_side_it_is_not_dialled()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], Ids[7], now, effects));
        Do((now, effects) => _plan.LinkUp(Ids[7], null, now, effects));
        _time.RunFor(TimeSpan.FromHours(1));
        Assert.Single(_dials);
    }

    [Fact]
    public void All_addresses_of_a_member_are_tried_before_it_pauses()
    {
        Do((now, effects) => _plan.AddMember(["a:1", "b:1", "c:1"], null, now, effects));
        FailLast();
        FailLast();
        Assert.Equal(["a:1", "b:1", "c:1"], _dials.Select(static dial => dial.Dial.Address));
        FailLast();
        Assert.Equal(3, _dials.Count);
        _time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("a:1", _dials[^1].Dial.Address);
    }

    [Fact]
    public void Dials_are_limited_at_once_and_a_second()
    {
        for (var i = 0; i < 100; i++)
        {
            Do((now, effects) => _plan.AddMember([$"h{i}:1"], null, now, effects));
        }

        Assert.Equal(8, _dials.Count);
        _time.RunFor(TimeSpan.FromSeconds(1.5));
        Assert.Equal(16, _dials.Count);
        Assert.Equal(16, _plan.Dialling);
        FailLast();
        _time.RunFor(TimeSpan.FromMilliseconds(200));
        Assert.Equal(17, _dials.Count);
    }

    [Fact]
    public void Everybody_gets_a_turn_under_the_limits()
    {
        for (var i = 0; i < 40; i++)
        {
            Do((now, effects) => _plan.AddMember([$"h{i}:1"], null, now, effects));
        }

        for (var i = 0; i < 400; i++)
        {
            foreach (var (_, dial) in _dials.TakeLast(16).ToArray())
            {
                Do((now, effects) => _plan.DialFailed(dial.Address, now, effects));
            }

            _time.RunFor(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(40, _dials.Select(static dial => dial.Dial.Address).Distinct().Count());
    }

    [Fact]
    public void The_lower_id_dials_first_and_the_other_one_waits_a_moment()
    {
        Do((now, effects) => _plan.AddMember(["higher:1"], Ids[9], now, effects));
        Do((now, effects) => _plan.AddMember(["lower:1"], Ids[0], now, effects));
        Assert.Equal("higher:1", Assert.Single(_dials).Dial.Address);
        Assert.Equal(Ids[9], _dials[0].Dial.ExpectedId);
        _time.RunFor(TimeSpan.FromMilliseconds(250));
        Assert.Equal("lower:1", _dials[^1].Dial.Address);
    }

    [Fact]
    public void We_never_dial_ourselves_twice()
    {
        Do((now, effects) => _plan.AddMember(["me:1"], Ids[5], now, effects));
        Do((now, effects) => _plan.AddMember(["alsome:1"], null, now, effects));
        Assert.Equal("alsome:1", Assert.Single(_dials).Dial.Address);
        _plan.AddressProven("alsome:1", Ids[5]);
        _time.RunFor(TimeSpan.FromHours(1));
        Assert.Single(_dials);
        Assert.Equal(0, _plan.Count);
    }

    [Fact]
    public void An_address_is_in_the_plan_once()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], null, now, effects));
        Do((now, effects) => _plan.AddMember(["A:1"], null, now, effects));
        Assert.Equal(1, _plan.Count);
    }

    [Fact]
    public void A_dial_that_nobody_reported_on_is_tried_again()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], null, now, effects));
        _time.RunFor(TimeSpan.FromSeconds(30));
        Assert.InRange(_dials.Count, 2, 3);
    }

    [Fact]
    public void A_stale_failure_report_does_not_disturb_a_link_that_is_up()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], null, now, effects));
        Do((now, effects) => _plan.LinkUp(Ids[7], "a:1", now, effects));
        Do((now, effects) => _plan.DialFailed("a:1", now, effects));
        _time.RunFor(TimeSpan.FromMinutes(5));
        Assert.Single(_dials);
    }

    private void FailLast()
    {
        var address = _dials[^1].Dial.Address;
        Do((now, effects) => _plan.DialFailed(address, now, effects));
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
                    _dials.Add((_time.Now, dial));
                    break;
                case ReconnectEffect.Schedule schedule:
                    _time.After(schedule.Delay, () => Do((now, more) => _plan.HandleTimer(schedule.Token, now, more)));
                    break;
            }
        }
    }
}
