using System.Net;
using ActorP2P.Protocol.Admission;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Admission;

/// <summary>Floods from one address, from many, and beside members.</summary>
public sealed class AdmissionLimiterTests
{
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.1");
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AdmissionLimiter _limiter = new(TestSettings.Admission, tls: false, Start);

    [Fact]
    public void Ten_thousand_connections_from_one_address_are_cut_to_its_rate()
    {
        var admitted = 0;
        for (var i = 0; i < 10_000; i++)
        {
            if (_limiter.TryAdmit(Stranger, links: 0, Start.AddMilliseconds(i / 10.0)) == AdmissionVerdict.Admitted)
            {
                admitted++;
                _limiter.Finished();
            }
        }

        Assert.InRange(admitted, 24, 26);
        Assert.Equal(AdmissionVerdict.Admitted, _limiter.TryAdmit(IPAddress.Parse("192.0.2.2"), 0, Start.AddSeconds(1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_thousand_strangers_cost_no_more_than_their_share_of_a_core_and_a_member_gets_in_meanwhile(bool tls)
    {
        var limiter = new AdmissionLimiter(TestSettings.Admission, tls, Start);
        limiter.NoteMember(Stranger, Start);
        var (spentMs, members) = (0.0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var now = Start.AddMilliseconds(i);
            if (limiter.TryAdmit(Address(i), 0, now) == AdmissionVerdict.Admitted)
            {
                spentMs += AdmissionCosts.AcceptMs + (tls ? AdmissionCosts.TlsMs : 0);
                spentMs += limiter.TrySpend(Address(i), AdmissionStep.Hello, now) ? AdmissionCosts.Ms(AdmissionStep.Hello) : 0;
                spentMs += limiter.TrySpend(Address(i), AdmissionStep.Proof, now) ? AdmissionCosts.Ms(AdmissionStep.Proof) : 0;
                limiter.Finished();
            }

            if (i % 100 == 0)
            {
                Assert.Equal(AdmissionVerdict.Admitted, limiter.TryAdmit(Stranger, 0, now));
                Assert.True(limiter.TrySpend(Stranger, AdmissionStep.Hello, now) && limiter.TrySpend(Stranger, AdmissionStep.Proof, now));
                limiter.FinishedAsMember(Stranger, tlsCpu: null, now);
                members++;
            }
        }

        // Ten seconds, and the one that may go at once.
        Assert.InRange(spentMs, 1000, TestSettings.Admission.CpuShare * 1000 * 11);
        Assert.Equal(100, members);
    }

    [Fact]
    public void Strangers_whose_TLS_costs_more_than_foreseen_pay_for_it_before_the_next_one_is_let_in()
    {
        var limiter = new AdmissionLimiter(TestSettings.Admission, tls: true, Start);
        var (admitted, spentMs) = (0, 0.0);
        for (var i = 0; i < 10_000; i++)
        {
            var now = Start.AddMilliseconds(i);
            if (limiter.TryAdmit(Address(i), 0, now) == AdmissionVerdict.Admitted)
            {
                limiter.SettleTls(Address(i), TimeSpan.FromMilliseconds(50), now);
                limiter.Finished();
                admitted++;
                spentMs += AdmissionCosts.AcceptMs + 50;
            }
        }

        // Ten seconds, the one that may go at once, and the last one's debt.
        Assert.InRange(spentMs, 1000, (TestSettings.Admission.CpuShare * 1000 * 11) + 50);
        Assert.InRange(admitted, 20, 34);
    }

    [Fact]
    public void What_TLS_did_not_take_is_given_back_and_a_member_gets_back_what_it_took()
    {
        var limiter = new AdmissionLimiter(TestSettings.Admission, tls: true, Start);
        var cheap = 0;
        while (limiter.TryAdmit(Address(cheap), 0, Start) == AdmissionVerdict.Admitted)
        {
            limiter.SettleTls(Address(cheap), TimeSpan.FromMilliseconds(0.2), Start);
            limiter.Finished();
            cheap++;
        }

        // 150 ms at once: 0.5 ms each in place of 2.3.
        Assert.InRange(cheap, 290, 300);

        limiter.NoteMember(Stranger, Start);
        for (var i = 0; i < 90; i++)
        {
            var took = TimeSpan.FromMilliseconds(i % 2 == 0 ? 40 : 0.1);
            Assert.Equal(AdmissionVerdict.Admitted, limiter.TryAdmit(Stranger, 0, Start));
            limiter.SettleTls(Stranger, took, Start);
            Assert.True(limiter.TrySpend(Stranger, AdmissionStep.Hello, Start) && limiter.TrySpend(Stranger, AdmissionStep.Proof, Start));
            limiter.FinishedAsMember(Stranger, took, Start);
        }
    }

    [Fact]
    public void A_stranger_over_the_budget_is_refused_with_its_reason_before_anything_is_computed()
    {
        var refusals = Enumerable.Range(0, 1000).Select(i =>
        {
            var verdict = _limiter.TryAdmit(Address(i), 0, Start);
            _limiter.Finished();
            return verdict;
        }).ToList();

        Assert.Contains(AdmissionVerdict.CpuBudgetSpent, refusals);
        Assert.False(_limiter.TrySpend(Address(1), AdmissionStep.Hello, Start));
        Assert.True(_limiter.TrySpend(Address(1), AdmissionStep.Hello, Start.AddMilliseconds(10)));
    }

    [Fact]
    public void Half_open_handshakes_are_capped_whoever_opens_them()
    {
        _limiter.NoteMember(Stranger, Start);
        for (var i = 0; i < TestSettings.Admission.MaxHalfOpen; i++)
        {
            Assert.Equal(AdmissionVerdict.Admitted, _limiter.TryAdmit(Stranger, 0, Start));
        }

        Assert.Equal(AdmissionVerdict.TooManyHalfOpen, _limiter.TryAdmit(Stranger, 0, Start));
        _limiter.Finished();
        Assert.Equal(AdmissionVerdict.Admitted, _limiter.TryAdmit(Stranger, 0, Start));
    }

    [Fact]
    public void Strangers_that_stay_silent_leave_half_open_handshakes_for_members()
    {
        _limiter.NoteMember(Stranger, Start);
        var strangers = Enumerable.Range(0, 1000).Count(i => _limiter.TryAdmit(Address(i), 0, Start) == AdmissionVerdict.Admitted);
        Assert.Equal(TestSettings.Admission.MaxHalfOpen * 3 / 4, strangers);
        Assert.Equal(AdmissionVerdict.TooManyHalfOpen, _limiter.TryAdmit(Address(1001), 0, Start));
        Assert.Equal(AdmissionVerdict.Admitted, _limiter.TryAdmit(Stranger, 0, Start));
    }

    [Fact]
    public void A_clock_that_is_set_back_by_a_day_keeps_nobody_out()
    {
        while (_limiter.TryAdmit(Stranger, 0, Start) == AdmissionVerdict.Admitted)
        {
            _limiter.Finished();
        }

        var before = Start.AddDays(-1);
        Assert.Equal(AdmissionVerdict.RateExceeded, _limiter.TryAdmit(Stranger, 0, before));
        Assert.Equal(AdmissionVerdict.Admitted, _limiter.TryAdmit(Stranger, 0, before.AddSeconds(1)));
    }

    [Fact]
    public void The_table_of_addresses_is_bounded_and_forgets_the_longest_unheard()
    {
        for (var i = 0; i < 100_000; i++)
        {
            if (_limiter.TryAdmit(Address(i), 0, Start) == AdmissionVerdict.Admitted)
            {
                _limiter.Finished();
            }
        }

        Assert.Equal(TestSettings.Admission.MaxTrackedAddresses, _limiter.TrackedAddresses);
    }

    [Fact]
    public void A_members_address_has_an_allowance_of_its_own_that_strangers_do_not_push_out()
    {
        _limiter.NoteMember(Stranger, Start);
        for (var i = 0; i < 5000; i++)
        {
            _limiter.TryAdmit(Address(i), 0, Start);
        }

        while (_limiter.HalfOpen > 0)
        {
            _limiter.Finished();
        }

        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(AdmissionVerdict.Admitted, _limiter.TryAdmit(Stranger, 0, Start));
        }
    }

    [Fact]
    public void One_host_does_not_become_many_by_its_ipv6_addresses_or_by_mapping()
    {
        var verdicts = Enumerable.Range(0, 10)
            .Select(i => _limiter.TryAdmit(IPAddress.Parse($"2001:db8::{i + 1:x}"), 0, Start))
            .Concat(Enumerable.Range(0, 10).Select(i => _limiter.TryAdmit(i % 2 == 0 ? Stranger : Stranger.MapToIPv6(), 0, Start)))
            .Count(static verdict => verdict == AdmissionVerdict.Admitted);
        Assert.Equal(10, verdicts);
    }

    [Fact]
    public void With_all_links_taken_nobody_is_admitted() =>
        Assert.Equal(AdmissionVerdict.TooManyLinks, _limiter.TryAdmit(Stranger, TestSettings.Admission.MaxLinks, Start));

    private static IPAddress Address(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}
