using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Succession;

namespace ActorP2P.Protocol.Tests.Succession;

/// <summary>Who may stand in whose place, for how long, and who may not.</summary>
public sealed class SuccessionTableTests
{
    private const string Network = "net";
    private const ulong Epoch = 7;
    private const int MaxNumber = 5000;

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SuccessionTable _table = new(Network, new SuccessionSettings(Hour, TimeSpan.FromSeconds(30), 8));

    [Fact]
    public void A_successor_counts_from_when_it_is_proven_and_until_the_overlap_ends()
    {
        var statement = Statement(1, 2);
        Assert.Equal(SuccessionVerdict.Announced, Offer(statement, isProven: false));
        Assert.Equal(Id(1), _table.Resolve(Id(1), Start));
        Assert.Equal([statement], _table.Announced);
        Assert.Equal(SuccessionVerdict.InForce, Offer(statement));
        Assert.Equal(SuccessionVerdict.Known, Offer(statement));
        Assert.Equal(Id(2), _table.Resolve(Id(1), Start));
        Assert.Equal([Id(1)], _table.PredecessorsOf(Id(2), Start));
        Assert.True(_table.IsGivenUp(Id(1), Start + Hour - TimeSpan.FromMilliseconds(1)));
        Assert.False(_table.IsGivenUp(Id(1), Start + Hour));
        Assert.Equal(Id(1), _table.Resolve(Id(1), Start + Hour));
    }

    [Fact]
    public void A_statement_ends_by_its_own_word_before_the_overlap_does_and_never_after_it()
    {
        var shorter = Statement(1, 2, ends: Start + (Hour / 2));
        var longer = Statement(3, 4, ends: Start + (Hour * 100));
        Assert.Equal((Start + (Hour / 2), Start + Hour), (_table.EndOf(shorter), _table.EndOf(longer)));
    }

    [Fact]
    public void A_replay_after_the_overlap_is_refused()
    {
        var statement = Statement(1, 2);
        Assert.Equal(SuccessionVerdict.InForce, Offer(statement));
        Assert.Equal(SuccessionVerdict.Ended, Offer(statement, now: Start + Hour));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_statement_of_the_future_is_refused_beyond_what_clocks_may_differ_by()
    {
        Assert.Equal(SuccessionVerdict.NotYet, Offer(Statement(1, 2), now: Start - SuccessionTable.ClockTolerance - TimeSpan.FromSeconds(1)));
        Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(1, 2), now: Start - SuccessionTable.ClockTolerance));
    }

    [Fact]
    public void A_statement_that_one_key_alone_signed_or_of_another_network_is_refused()
    {
        var bytes = Statement(1, 2).Encoded.ToArray();
        bytes[^1] ^= 1;
        Assert.True(SuccessionStatement.TryDecode(bytes, out var forged));
        Assert.Equal(SuccessionVerdict.BadSignature, Offer(forged));
        var foreign = SuccessionStatement.Sign("other", SimulatedCurve.Key(1), SimulatedCurve.Key(2), new byte[32], Epoch, Start, Start + Hour);
        Assert.Equal(SuccessionVerdict.BadSignature, Offer(foreign));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_chain_leads_to_its_living_end_in_whatever_order_its_parts_come()
    {
        var (first, second) = (Statement(1, 2), Statement(2, 3, issued: Start + TimeSpan.FromSeconds(1)));
        Assert.Equal(SuccessionVerdict.InForce, Offer(second));
        Assert.Equal(SuccessionVerdict.InForce, Offer(first));
        Assert.Equal((Id(3), Id(3)), (_table.Resolve(Id(1), Start), _table.Resolve(Id(2), Start)));
        Assert.Equal(2, _table.PredecessorsOf(Id(3), Start).Count);

        var other = new SuccessionTable(Network, new SuccessionSettings(Hour, TimeSpan.FromSeconds(30), 8));
        Assert.Equal(SuccessionVerdict.InForce, other.Offer(first, SimulatedCurve.Instance, true, Start));
        Assert.Equal(SuccessionVerdict.InForce, other.Offer(second, SimulatedCurve.Instance, true, Start));
        Assert.Equal([Id(2), Id(1)], other.PredecessorsOf(Id(3), Start));
    }

    [Fact]
    public void A_circle_is_refused_however_long_it_is()
    {
        Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(1, 2)));
        Assert.Equal(SuccessionVerdict.SuccessorGaveUp, Offer(Statement(2, 1, issued: Start + TimeSpan.FromSeconds(1))));
        Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(2, 3, issued: Start + TimeSpan.FromSeconds(1))));
        Assert.Equal(SuccessionVerdict.SuccessorGaveUp, Offer(Statement(3, 1, issued: Start + TimeSpan.FromSeconds(2))));
        Assert.Equal(SuccessionVerdict.SuccessorGaveUp, Offer(Statement(3, 1, issued: Start - TimeSpan.FromSeconds(2))));
        Assert.Equal(Id(3), _table.Resolve(Id(1), Start));
    }

    [Fact]
    public void A_node_has_one_successor_and_a_successor_one_predecessor()
    {
        Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(1, 2)));
        Assert.Equal(SuccessionVerdict.Contradicts, Offer(Statement(1, 3)));
        Assert.Equal(SuccessionVerdict.Contradicts, Offer(Statement(4, 2)));
        Assert.Equal(Id(2), _table.Resolve(Id(1), Start));
    }

    [Fact]
    public void A_node_that_lives_on_its_own_takes_nobodys_place_though_both_signed()
    {
        _table.NoteLiving(Id(2), Epoch);
        Assert.Equal(SuccessionVerdict.SuccessorLives, Offer(Statement(1, 2)));
        _table.NoteLiving(Id(3), Epoch + 1);
        Assert.Equal(SuccessionVerdict.OtherRun, Offer(Statement(3, 4)));

        // Known between the announcement and the proof.
        Assert.Equal(SuccessionVerdict.Announced, Offer(Statement(5, 6), isProven: false));
        _table.NoteLiving(Id(6), Epoch);
        Assert.Equal(SuccessionVerdict.SuccessorLives, Offer(Statement(5, 6)));
        Assert.Equal(Id(5), _table.Resolve(Id(5), Start));
    }

    [Fact]
    public void One_node_changes_its_key_a_few_times_within_the_overlap_and_no_more()
    {
        for (var change = 0; change < SuccessionTable.MaxChain; change++)
        {
            Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(change, change + 1, issued: Start + TimeSpan.FromSeconds(change))));
        }

        Assert.Equal(SuccessionVerdict.TooMany, Offer(Statement(SuccessionTable.MaxChain, 99, issued: Start + TimeSpan.FromSeconds(9))));
        Assert.Equal(Id(SuccessionTable.MaxChain), _table.Resolve(Id(0), Start));
    }

    [Fact]
    public void A_full_table_refuses_what_is_new_and_has_room_when_an_overlap_ended()
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(i, i + 100)));
        }

        Assert.Equal(SuccessionVerdict.TableFull, Offer(Statement(8, 108)));
        Assert.Equal(8, _table.Count);
        var later = Start + Hour;
        Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(8, 108, issued: later), now: later));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void What_concerns_a_node_that_is_trusted_no_more_is_forgotten()
    {
        Offer(Statement(1, 2));
        Offer(Statement(3, 4));
        Offer(Statement(5, 6));
        _table.ForgetRefused(node => node == Id(1) || node == Id(4));
        Assert.Equal((Id(1), Id(3), Id(6)), (_table.Resolve(Id(1), Start), _table.Resolve(Id(3), Start), _table.Resolve(Id(5), Start)));
    }

    [Fact]
    public void Runs_are_remembered_up_to_a_limit()
    {
        for (var i = 0; i <= SuccessionTable.MaxRuns; i++)
        {
            _table.NoteLiving(Id(i), Epoch + 1);
        }

        Assert.Equal(SuccessionVerdict.InForce, Offer(Statement(0, MaxNumber)));
        Assert.Equal(SuccessionVerdict.OtherRun, Offer(Statement(SuccessionTable.MaxRuns, MaxNumber + 1)));
    }

    private static NodeId Id(int number) => SimulatedCurve.IdOf(number);

    private static SuccessionStatement Statement(int predecessor, int successor, DateTimeOffset? issued = null, DateTimeOffset? ends = null)
    {
        var at = issued ?? Start;
        return SuccessionStatement.Sign(
            Network, SimulatedCurve.Key(predecessor), SimulatedCurve.Key(successor), new byte[32], Epoch, at, ends ?? at + (Hour * 2));
    }

    private SuccessionVerdict Offer(SuccessionStatement statement, bool isProven = true, DateTimeOffset? now = null) =>
        _table.Offer(statement, SimulatedCurve.Instance, isProven, now ?? Start);
}
