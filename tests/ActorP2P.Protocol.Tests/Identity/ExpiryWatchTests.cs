using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class ExpiryWatchTests
{
    private static readonly DateTimeOffset Now = TestPki.Now;
    private static readonly NodeId One = SimulatedCurve.IdOf(1);
    private static readonly NodeId Two = SimulatedCurve.IdOf(2);

    private readonly ExpiryWatch _watch = new([30, 7, 1]);

    [Fact]
    public void A_certificate_far_from_its_end_is_not_worth_a_word()
    {
        Assert.Empty(Look(Now, (One, Now.AddDays(31))));
        Assert.Empty(_watch.Expiring(Now));
    }

    [Fact]
    public void Each_warning_is_given_once_as_the_end_comes_closer()
    {
        var end = Now.AddDays(40);
        var warnings = new List<int>();
        for (var hour = 0; hour <= 41 * 24; hour++)
        {
            warnings.AddRange(Look(Now.AddHours(hour), (One, end)).Select(static warning => warning.Days));
        }

        Assert.Equal([30, 7, 1], warnings);
    }

    [Fact]
    public void A_node_that_starts_late_gives_only_the_most_urgent_warning()
    {
        Assert.Equal([new ExpiryWarning(One, 5)], Look(Now, (One, Now.AddDays(4.5))));
        Assert.Empty(Look(Now.AddHours(1), (One, Now.AddDays(4.5))));
    }

    [Fact]
    public void A_renewed_certificate_ends_the_warning_and_begins_anew()
    {
        Look(Now, (One, Now.AddDays(5)));
        Assert.Empty(Look(Now, (One, Now.AddDays(300))));
        Assert.Empty(_watch.Expiring(Now));
        Assert.Equal([new ExpiryWarning(One, 6)], Look(Now, (One, Now.AddDays(6))));
    }

    [Fact]
    public void The_most_urgent_comes_first_and_who_is_gone_is_forgotten()
    {
        Assert.Equal([new ExpiryWarning(Two, 1), new ExpiryWarning(One, 20)], Look(Now, (One, Now.AddDays(20)), (Two, Now.AddHours(2))));
        Look(Now, (One, Now.AddDays(20)));
        Assert.Equal(One, Assert.Single(_watch.Expiring(Now)).Key);
    }

    [Fact]
    public void An_ended_certificate_has_0_days_left() => Assert.Equal([new ExpiryWarning(One, 0)], Look(Now, (One, Now.AddDays(-3))));

    [Fact]
    public void Without_warnings_in_the_configuration_nothing_is_said() =>
        Assert.Empty(new ExpiryWatch([]).Look([KeyValuePair.Create(One, Now)], Now));

    private IReadOnlyList<ExpiryWarning> Look(DateTimeOffset now, params (NodeId Node, DateTimeOffset End)[] ends) =>
        _watch.Look(ends.Select(static pair => KeyValuePair.Create(pair.Node, pair.End)), now);
}
