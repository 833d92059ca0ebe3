using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Links;

namespace ActorP2P.Protocol.Tests.Links;

/// <summary>The duplicate rule, seen from one side and as a pair of both.</summary>
public sealed class LinkTableTests
{
    private static readonly NodeId Low = new[] { SimulatedCurve.IdOf(1), SimulatedCurve.IdOf(2) }.Min()!;
    private static readonly NodeId High = new[] { SimulatedCurve.IdOf(1), SimulatedCurve.IdOf(2) }.Max()!;
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private readonly LinkTable _decider = new(Low, ProbeTimeout);
    private readonly LinkTable _other = new(High, ProbeTimeout);
    private readonly List<LinkEffect> _effects = [];

    [Fact]
    public void The_lower_id_confirms_the_first_link_and_the_higher_one_waits_to_be_told()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        Assert.Equal([new LinkEffect.Confirm(1), new LinkEffect.Up(1, High)], _effects);
        _effects.Clear();
        _other.HandshakeDone(1, Low, 1, Now, _effects);
        Assert.IsType<LinkEffect.Schedule>(Assert.Single(_effects));
        _other.Confirmed(1, Now, _effects);
        Assert.Contains(new LinkEffect.Up(1, Low), _effects);
        Assert.True(_other.TryGetLink(Low, out var link));
        Assert.Equal(1, link);
    }

    [Fact]
    public void A_second_link_of_the_same_epoch_is_refused_once_the_first_has_answered()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        _decider.HandshakeDone(2, High, 1, Now, _effects);
        Assert.Contains(new LinkEffect.ProbeOld(1), _effects);
        _decider.ProbeAnswered(1, Now, _effects);
        Assert.Contains(new LinkEffect.CloseLink(2, LinkCloseReason.DuplicateLink), _effects);
        Assert.DoesNotContain(_effects, static effect => effect is LinkEffect.Down);
    }

    [Fact]
    public void A_first_link_that_does_not_answer_is_replaced_after_the_timeout()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        _decider.HandshakeDone(2, High, 1, Now, _effects);
        Fire(_decider, ProbeTimeout);
        Assert.Equal(
            [
                new LinkEffect.CloseLink(1, LinkCloseReason.ProbeTimedOut),
                new LinkEffect.Down(1, High),
                new LinkEffect.Confirm(2),
                new LinkEffect.Up(2, High),
            ],
            _effects.Where(static effect => effect is not LinkEffect.Schedule).TakeLast(4));
    }

    [Fact]
    public void A_higher_epoch_replaces_the_link_at_once_on_both_sides()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        _decider.HandshakeDone(2, High, 2, Now, _effects);
        Assert.Equal(
            [
                new LinkEffect.CloseLink(1, LinkCloseReason.ReplacedByNewerEpoch),
                new LinkEffect.Down(1, High),
                new LinkEffect.Confirm(2),
                new LinkEffect.Up(2, High),
            ],
            _effects.TakeLast(4));
        _effects.Clear();
        _other.HandshakeDone(1, Low, 1, Now, _effects);
        _other.Confirmed(1, Now, _effects);
        _other.HandshakeDone(2, Low, 2, Now, _effects);
        Assert.Contains(new LinkEffect.CloseLink(1, LinkCloseReason.ReplacedByNewerEpoch), _effects);
        Assert.Contains(new LinkEffect.Down(1, Low), _effects);
    }

    [Fact]
    public void A_link_of_an_earlier_run_is_refused()
    {
        _decider.HandshakeDone(2, High, 2, Now, _effects);
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        Assert.Contains(new LinkEffect.CloseLink(1, LinkCloseReason.OlderEpoch), _effects);
        Assert.True(_decider.TryGetLink(High, out var link));
        Assert.Equal(2, link);
    }

    [Fact]
    public void When_the_confirmed_link_breaks_a_waiting_one_takes_its_place_at_once()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        _decider.HandshakeDone(2, High, 1, Now, _effects);
        _effects.Clear();
        _decider.LinkClosed(1, Now, _effects);
        Assert.Equal([new LinkEffect.Down(1, High), new LinkEffect.Confirm(2), new LinkEffect.Up(2, High)], _effects);
    }

    [Fact]
    public void A_link_that_the_decider_never_confirms_is_given_up()
    {
        _other.HandshakeDone(1, Low, 1, Now, _effects);
        Fire(_other, ProbeTimeout * 3);
        Assert.Contains(new LinkEffect.CloseLink(1, LinkCloseReason.NotConfirmed), _effects);
        Assert.Equal(0, _other.UpCount);
    }

    [Fact]
    public void A_confirmation_by_the_side_that_does_not_decide_ends_the_link()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        _decider.Confirmed(1, Now, _effects);
        Assert.Contains(new LinkEffect.CloseLink(1, LinkCloseReason.UnexpectedConfirm), _effects);
        Assert.Contains(new LinkEffect.Down(1, High), _effects);
    }

    [Fact]
    public void Unknown_links_repeated_reports_and_stale_tokens_do_nothing()
    {
        _decider.HandshakeDone(1, High, 1, Now, _effects);
        _decider.LinkClosed(1, Now, _effects);
        _effects.Clear();
        _decider.LinkClosed(1, Now, _effects);
        _decider.Confirmed(7, Now, _effects);
        _decider.ProbeAnswered(7, Now, _effects);
        _decider.HandleTimer(99, Now, _effects);
        Assert.Empty(_effects);
    }

    [Fact]
    public void A_connection_to_oneself_is_closed()
    {
        _decider.HandshakeDone(1, Low, 1, Now, _effects);
        Assert.Equal([new LinkEffect.CloseLink(1, LinkCloseReason.SelfConnection)], _effects);
    }

    [Fact]
    public void A_remote_that_opens_link_after_link_is_bounded()
    {
        for (var id = 1; id <= 100; id++)
        {
            _decider.HandshakeDone(id, High, 1, Now, _effects);
        }

        Assert.Equal(95, _effects.Count(static effect => effect is LinkEffect.CloseLink { Reason: LinkCloseReason.TooManyWaiting }));
        Assert.Single(_effects.OfType<LinkEffect.Up>());
    }

    [Fact]
    public void Two_thousand_simultaneous_dials_in_any_order_end_in_one_link_at_both_ends()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var pair = new LinkPair(new Random(seed));
            pair.DialFromBoth();
            pair.RunFor(TimeSpan.FromSeconds(20));
            pair.AssertOneLink(seed);
        }
    }

    [Fact]
    public void A_side_that_lost_its_end_and_dials_again_gets_a_link_although_the_other_saw_nothing()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var pair = new LinkPair(new Random(seed));
            pair.DialFromBoth();
            pair.RunFor(TimeSpan.FromSeconds(20));
            pair.BreakSilently();
            pair.DialFromBoth();
            pair.RunFor(TimeSpan.FromSeconds(20));
            pair.AssertOneLink(seed);
        }
    }

    private void Fire(LinkTable table, TimeSpan later)
    {
        var token = _effects.OfType<LinkEffect.Schedule>().Last().Token;
        table.HandleTimer(token, Now + later, _effects);
    }
}
