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

    public ReconnectPlanTests() => _plan = new ReconnectPlan(TestSettings.Reconnect, TestSettings.Discovery, Ids[5], new SeededRandom(1), _time.Now);

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
    public void Who_announced_another_key_is_expected_as_either_in_turns_and_as_the_new_one_once_that_is_in_force()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], Ids[6], now, effects));
        _plan.Announce(Ids[6], Ids[7]);
        Redial(4);
        Assert.Equal([Ids[6], Ids[7], Ids[6], Ids[7], Ids[6]], _dials.Select(static dial => dial.Dial.ExpectedId!));
        _plan.Succeed(Ids[6], Ids[7], _time.Now);
        Redial(2);
        Assert.Equal([Ids[7], Ids[7]], _dials.TakeLast(2).Select(static dial => dial.Dial.ExpectedId!));
    }

    private void Redial(int times)
    {
        for (var i = 0; i < times; i++)
        {
            FailLast();
            _time.RunFor(TimeSpan.FromSeconds(6));
        }
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
        Assert.Equal("a:1", _dials[3].Dial.Address);
    }

    [Fact]
    public void The_next_address_of_a_member_is_tried_when_the_one_before_has_had_its_head_start()
    {
        Do((now, effects) => _plan.AddMember(["a:1", "b:1"], Ids[7], now, effects));
        _time.RunFor(TimeSpan.FromMilliseconds(200));
        Assert.Single(_dials);
        _time.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["a:1", "b:1"], _dials.Select(static dial => dial.Dial.Address));
        Assert.InRange((_dials[1].At - _dials[0].At).TotalMilliseconds, 250, 252);
        Assert.Equal(2, _plan.Dialling);
        Do((now, effects) => _plan.LinkUp(Ids[7], "b:1", now, effects));
        Do((now, effects) => _plan.DialFailed("a:1", now, effects));
        _time.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _dials.Count);
    }

    [Fact]
    public void A_discovered_member_is_dialled_as_itself_and_pauses_for_up_to_thirty_seconds()
    {
        Discover((7, "d:1"));
        for (var i = 0; i < 60; i++)
        {
            var before = _dials.Count;
            FailLast();
            while (_dials.Count == before)
            {
                _time.RunFor(TimeSpan.FromMilliseconds(10));
            }
        }

        Assert.All(_dials, dial => Assert.Equal((Ids[7], true), (dial.Dial.ExpectedId, dial.Dial.IsDiscovered)));
        var pauses = _dials.Zip(_dials.Skip(1), static (one, next) => next.At - one.At).ToArray();
        Assert.Contains(pauses, static pause => pause > TimeSpan.FromSeconds(6));
        Assert.All(pauses, static pause => Assert.InRange(pause.TotalSeconds, 0.2, 30.1));
    }

    [Fact]
    public void A_configured_member_is_not_dialled_as_a_discovered_one_too()
    {
        Do((now, effects) => _plan.AddMember(["a:1"], Ids[7], now, effects));
        Do((now, effects) => _plan.AddMember(["b:1"], null, now, effects));
        _plan.AddressProven("b:1", Ids[8]);
        Discover((7, "x:1"), (8, "y:1"), (5, "me:1"));
        _time.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(2, _plan.Count);
        Assert.DoesNotContain(_dials, static dial => dial.Dial.IsDiscovered);
    }

    [Fact]
    public void Discovered_members_are_dialled_only_below_the_wanted_number_of_links()
    {
        var plan = new ReconnectPlan(TestSettings.Reconnect, TestSettings.Discovery with { TargetLinks = 2 }, Ids[0], new SeededRandom(1), _time.Now);
        var effects = new List<ReconnectEffect>();
        plan.LinkUp(Ids[9], null, _time.Now, effects);
        plan.UseDiscovered([Member(1, "a:1"), Member(2, "b:1"), Member(9, "c:1")], _time.Now, effects);
        Assert.Equal("a:1", Assert.Single(effects.OfType<ReconnectEffect.Dial>()).Address);
        plan.LinkUp(Ids[1], "a:1", _time.Now, effects);
        Assert.Single(effects.OfType<ReconnectEffect.Dial>());
        plan.LinkDown(Ids[9], _time.Now, effects);
        Assert.Equal("b:1", effects.OfType<ReconnectEffect.Dial>().Last().Address);
    }

    [Fact]
    public void A_member_that_is_no_longer_discovered_is_dialled_no_more()
    {
        Discover((7, "a:1"), (8, "b:1"));
        FailLast();
        Do((now, effects) => _plan.DialFailed("a:1", now, effects));
        Discover((8, "b:1"));
        var before = _dials.Count;
        _time.RunFor(TimeSpan.FromMinutes(1));
        Assert.All(_dials.Skip(before), static dial => Assert.Equal("b:1", dial.Dial.Address));
        Assert.Equal(1, _plan.Count);
    }

    [Fact]
    public void Members_and_their_addresses_are_limited()
    {
        var plan = new ReconnectPlan(TestSettings.Reconnect, TestSettings.Discovery with { MaxMembers = 2, MaxAddresses = 1 }, Ids[0], new SeededRandom(1), _time.Now);
        var effects = new List<ReconnectEffect>();
        plan.UseDiscovered([.. Enumerable.Range(1, 8).Select(i => new DiscoveredMember(Ids[i], [$"a{i}:1", $"b{i}:1"]))], _time.Now, effects);
        Assert.Equal(2, plan.Count);
        plan.DialFailed("a1:1", _time.Now, effects);
        Assert.Equal(["a1:1", "a2:1"], effects.OfType<ReconnectEffect.Dial>().Select(static dial => dial.Address));
    }

    [Fact]
    public void Who_claims_another_members_address_does_not_keep_that_member_from_being_dialled()
    {
        Discover((8, "same:1"), (7, "same:1"));
        Assert.Equal(Ids[8], Assert.Single(_dials).Dial.ExpectedId);
        _time.RunFor(TimeSpan.FromMilliseconds(300));
        FailLast();
        Assert.Equal(Ids[7], _dials[1].Dial.ExpectedId);
        Do((now, effects) => _plan.LinkUp(Ids[7], "same:1", now, effects));
        _time.RunFor(TimeSpan.FromMinutes(5));
        Assert.All(_dials.Skip(2), static dial => Assert.Equal(Ids[8], dial.Dial.ExpectedId));
    }

    [Fact]
    public void Every_node_chooses_others_among_the_discovered()
    {
        var members = Enumerable.Range(0, 200).Select(static i => new DiscoveredMember(SimulatedCurve.IdOf(i), [$"h{i}:1"])).ToArray();
        var one = DiscoveredMember.Choose(SimulatedCurve.IdOf(1), members, 20);
        var two = DiscoveredMember.Choose(SimulatedCurve.IdOf(2), members, 20);
        Assert.Equal(one, DiscoveredMember.Choose(SimulatedCurve.IdOf(1), members.Reverse(), 20));
        Assert.InRange(one.Intersect(two).Count(), 0, 8);
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

    private static DiscoveredMember Member(int id, string address) => new(Ids[id], [address]);

    private void Discover(params (int Id, string Address)[] members) =>
        Do((now, effects) => _plan.UseDiscovered([.. members.Select(static member => Member(member.Id, member.Address))], now, effects));

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
