using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>How certificates of nodes without a link are fetched, judged and lost again. A chain is "number validity" here.</summary>
public sealed class MembershipCoreTests
{
    private static readonly NodeId Self = SimulatedCurve.IdOf(0);
    private static readonly NodeId Peer = SimulatedCurve.IdOf(1);
    private static readonly NodeId OtherPeer = SimulatedCurve.IdOf(2);
    private static readonly NodeId Far = SimulatedCurve.IdOf(9);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly HashSet<int> _denied = [];
    private readonly List<MembershipEffect> _effects = [];
    private readonly MembershipCore _core;
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public MembershipCoreTests()
    {
        _core = new MembershipCore(Validate, maxChains: 10, Patience, new SeededRandom(1));
        _core.HandlePeerUp(Peer, Chain(1), _now.AddDays(1), _now, _effects);
    }

    [Fact]
    public void A_linked_node_is_a_member_and_nobody_else_is_known() => AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Unknown);

    [Fact]
    public void A_chain_named_by_a_link_state_is_fetched_once_and_judged()
    {
        _effects.Clear();
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        var query = Assert.Single(_effects.OfType<MembershipEffect.Send>());
        Assert.Equal(Peer, query.To);

        var holder = new MembershipCore(Validate, 10, Patience, new SeededRandom(1));
        var answers = new List<MembershipEffect>();
        holder.HandlePeerUp(Far, Chain(9), _now.AddDays(1), _now, answers);
        holder.HandlePeerUp(Self, Chain(0), _now.AddDays(1), _now, answers);
        answers.Clear();
        holder.HandleReceived(Self, query.Bytes, _now, answers);

        var answer = Assert.Single(answers.OfType<MembershipEffect.Send>());
        Assert.True(MembershipCore.Owns(answer.Bytes.Span));
        _core.HandleReceived(Peer, answer.Bytes, _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Member);
    }

    [Fact]
    public void A_silent_peer_is_passed_over_for_another_and_the_search_ends()
    {
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandlePeerUp(OtherPeer, Chain(2), _now.AddDays(1), _now, _effects);
        var asked = new List<NodeId>();
        for (var i = 0; i < 20; i++)
        {
            asked.AddRange(_effects.OfType<MembershipEffect.Send>().Select(static send => send.To));
            _effects.RemoveAll(static effect => effect is MembershipEffect.Send);
            FireTimer();
        }

        Assert.Equal(8, asked.Count);
        Assert.Contains(OtherPeer, asked);
    }

    [Fact]
    public void A_chain_that_nobody_asked_for_or_another_one_is_dropped_before_it_is_parsed()
    {
        _core.HandleReceived(Peer, Answer(Chain(9)), _now, _effects);
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(8)), _now, _effects);
        Assert.Equal([MembershipDrop.NotAsked, MembershipDrop.OtherHash], _effects.OfType<MembershipEffect.Dropped>().Select(static drop => drop.Reason));
    }

    [Fact]
    public void A_valid_chain_of_another_node_makes_nobody_a_member()
    {
        _core.HandleNeeded(Far, Hash(Chain(8)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(8)), _now, _effects);
        Assert.Equal(MembershipDrop.OtherNode, Assert.Single(_effects.OfType<MembershipEffect.Dropped>()).Reason);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Unknown);
    }

    [Fact]
    public void Who_names_a_members_chain_before_the_member_does_not_keep_it_out()
    {
        _core.HandleNeeded(SimulatedCurve.IdOf(77), Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(9)), _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Member);
        Assert.Equal(MembershipVerdict.Unknown, _core.Snapshot.Check(SimulatedCurve.IdOf(77)));
    }

    [Fact]
    public void A_refused_chain_refuses_its_node()
    {
        _denied.Add(9);
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(9)), _now, _effects);
        Assert.Equal(Far, Assert.Single(_effects.OfType<MembershipEffect.Refused>()).Node);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Refused);
    }

    [Fact]
    public void A_member_cannot_be_refused_by_a_link_state_that_names_a_bad_chain()
    {
        byte[] bad = "garbage"u8.ToArray();
        _core.HandleNeeded(Peer, Hash(bad), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(bad), _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Unknown);
    }

    [Fact]
    public void New_rules_judge_every_chain_anew_in_both_directions()
    {
        _denied.Add(1);
        _core.HandleRulesChanged(_now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Refused, far: MembershipVerdict.Unknown);
        Assert.Equal(Peer, Assert.Single(_effects.OfType<MembershipEffect.Refused>()).Node);
        _denied.Clear();
        _core.HandleRulesChanged(_now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Unknown);
    }

    [Fact]
    public void An_expired_certificate_ends_its_membership_without_any_message()
    {
        for (var i = 0; i < 3; i++)
        {
            FireTimer();
        }

        AssertVerdicts(peer: MembershipVerdict.Expired, far: MembershipVerdict.Unknown);
    }

    [Fact]
    public void A_renewed_chain_is_fetched_while_the_old_one_holds_and_extends_the_membership()
    {
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(9)), _now, _effects);
        _effects.Clear();

        _core.HandleNamed(Far, Hash(Chain(9)), _now, _effects);
        Assert.Empty(_effects.OfType<MembershipEffect.Send>());
        _core.HandleNamed(Far, Hash(Chain(9, days: 30)), _now, _effects);
        Assert.Equal(Peer, Assert.Single(_effects.OfType<MembershipEffect.Send>()).To);
        _core.HandleReceived(Peer, Answer(Chain(9, days: 30)), _now, _effects);

        Assert.True(_core.Snapshot.TryGet(Far, out var standing));
        Assert.Equal(_now.AddDays(30), standing.NotAfter);
        Assert.Equal(MembershipVerdict.Member, standing.Verdict);
    }

    [Fact]
    public void A_node_whose_chain_has_ended_is_a_member_again_when_its_renewed_chain_comes_through_others()
    {
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(9)), _now, _effects);
        _now += TimeSpan.FromDays(1);
        _core.HandlePeerUp(Peer, Chain(1, days: 30), _now.AddDays(30), _now, _effects);
        _core.HandleTimer(_effects.OfType<MembershipEffect.Schedule>().Last().Token, _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Expired);

        _core.HandleNeeded(Far, Hash(Chain(9, days: 60)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(9, days: 60)), _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Member, far: MembershipVerdict.Member);
    }

    [Fact]
    public void A_node_whose_chain_has_ended_is_forgotten_an_hour_later_with_its_chain_and_one_that_is_linked_is_not()
    {
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _core.HandleReceived(Peer, Answer(Chain(9)), _now, _effects);
        _now += TimeSpan.FromDays(1);
        _core.HandleTimer(_effects.OfType<MembershipEffect.Schedule>().Last().Token, _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Expired, far: MembershipVerdict.Expired);
        Assert.Equal(2, _core.Count);
        _now += TimeSpan.FromMinutes(59);
        _core.HandleNeeded(Far, Hash(Chain(9, days: 2)), Peer, _now, _effects);
        AssertVerdicts(peer: MembershipVerdict.Expired, far: MembershipVerdict.Expired);
        _now += TimeSpan.FromMinutes(1);
        FireTimer();
        AssertVerdicts(peer: MembershipVerdict.Expired, far: MembershipVerdict.Unknown);
        Assert.Equal(1, _core.Count);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_put_off_what_is_asked_for_again()
    {
        _core.HandleNeeded(Far, Hash(Chain(9)), Peer, _now, _effects);
        _effects.RemoveAll(static effect => effect is MembershipEffect.Send);
        _now -= TimeSpan.FromDays(400);

        // How much time passed meanwhile is not known, so what was due is due once more as late.
        FireTimer();
        FireTimer();
        Assert.Equal(Peer, Assert.Single(_effects.OfType<MembershipEffect.Send>()).To);
        _effects.RemoveAll(static effect => effect is MembershipEffect.Send);
        FireTimer();
        Assert.Single(_effects.OfType<MembershipEffect.Send>());
    }

    [Fact]
    public void A_member_that_names_one_chain_after_the_other_has_one_of_them_asked_for()
    {
        for (var i = 0; i < 50; i++)
        {
            _core.HandleNamed(Peer, Hash(Encoding.ASCII.GetBytes($"nothing {i}")), _now, _effects);
        }

        // Each name was asked for once and forgotten for the next; all the others still have their room.
        _effects.Clear();
        for (var i = 100; i < 109; i++)
        {
            _core.HandleNeeded(SimulatedCurve.IdOf(i), Hash(Chain(i)), Peer, _now, _effects);
        }

        Assert.Equal(9, HashesAskedFor());
        Assert.Empty(_effects.OfType<MembershipEffect.Dropped>());
    }

    [Fact]
    public void Names_of_unknown_chains_are_fetched_to_a_limit()
    {
        for (var i = 100; i < 150; i++)
        {
            _core.HandleNeeded(SimulatedCurve.IdOf(i), Hash(Chain(i)), Peer, _now, _effects);
        }

        Assert.Equal(10, HashesAskedFor());
        Assert.Equal(40, _effects.OfType<MembershipEffect.Dropped>().Count(static drop => drop.Reason == MembershipDrop.OverAllowance));
    }

    [Fact]
    public void Chains_that_one_peer_names_in_one_go_are_asked_for_and_answered_together()
    {
        var holder = new MembershipCore(Validate, 200, Patience, new SeededRandom(1));
        var asker = new MembershipCore(Validate, 200, Patience, new SeededRandom(2));
        var (answers, questions) = (new List<MembershipEffect>(), new List<MembershipEffect>());
        holder.HandlePeerUp(Self, Chain(0), _now.AddDays(1), _now, answers);
        asker.HandlePeerUp(Peer, Chain(1), _now.AddDays(1), _now, questions);
        for (var i = 100; i < 200; i++)
        {
            holder.HandlePeerUp(SimulatedCurve.IdOf(i), Chain(i), _now.AddDays(1), _now, answers);
            asker.HandleNeeded(SimulatedCurve.IdOf(i), Hash(Chain(i)), Peer, _now, questions);
        }

        answers.Clear();
        var queries = questions.OfType<MembershipEffect.Send>().ToArray();
        Assert.Equal([64, 36], queries.Select(static query => query.Bytes.Length / SHA256.HashSizeInBytes));
        foreach (var query in queries)
        {
            holder.HandleReceived(Self, query.Bytes, _now, answers);
        }

        Assert.Equal(2, answers.Count);
        questions.Clear();
        foreach (var answer in answers.OfType<MembershipEffect.Send>())
        {
            asker.HandleReceived(Peer, answer.Bytes, _now, questions);
        }

        Assert.Equal(100, questions.OfType<MembershipEffect.Changed>().Count());
        Assert.All(Enumerable.Range(100, 100), i => Assert.Equal(MembershipVerdict.Member, asker.Snapshot.Check(SimulatedCurve.IdOf(i))));
    }

    [Fact]
    public void Chains_longer_than_one_answer_go_in_several()
    {
        var holder = new MembershipCore((chain, now) => new ChainJudgement(SimulatedCurve.IdOf(chain.Span[0]), now.AddDays(1), null), 10, Patience, new SeededRandom(1));
        ReadOnlyMemory<byte>[] chains = [.. Enumerable.Range(1, 3).Select(static i => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)i, 15_000).ToArray())];
        for (var i = 0; i < 3; i++)
        {
            holder.HandlePeerUp(SimulatedCurve.IdOf(i + 1), chains[i], _now.AddDays(1), _now, _effects);
        }

        _effects.Clear();
        holder.HandleReceived(SimulatedCurve.IdOf(1), (byte[])[17, .. chains.SelectMany(static chain => Hash(chain).ToArray())], _now, _effects);
        Assert.Equal([30_007, 15_005], _effects.OfType<MembershipEffect.Send>().Select(static send => send.Bytes.Length));
    }

    [Fact]
    public void A_link_that_comes_back_with_the_same_certificate_changes_nothing()
    {
        _effects.Clear();
        _core.HandlePeerDown(Peer);
        _core.HandlePeerUp(Peer, Chain(1), _now.AddDays(1), _now, _effects);
        Assert.Empty(_effects.OfType<MembershipEffect.Changed>());
        _core.HandlePeerUp(Peer, Chain(1, days: 2), _now.AddDays(2), _now, _effects);
        Assert.Equal(Peer, Assert.Single(_effects.OfType<MembershipEffect.Changed>()).Node);
    }

    [Theory]
    [InlineData(new byte[] { 18 })]
    [InlineData(new byte[] { 18, 0, 0 })]
    [InlineData(new byte[] { 18, 1, 0, 5, 0, 1 })]
    [InlineData(new byte[] { 18, 1, 0, 1, 0, 1, 7 })]
    public void An_answer_in_any_other_form_is_counted_as_malformed(byte[] bytes)
    {
        _core.HandleReceived(Peer, bytes, _now, _effects);
        Assert.Equal(MembershipDrop.Malformed, _effects.OfType<MembershipEffect.Dropped>().Last().Reason);
    }

    [Fact]
    public void A_query_for_more_chains_than_allowed_is_malformed()
    {
        _core.HandleReceived(Peer, (byte[])[17, .. new byte[65 * 32]], _now, _effects);
        Assert.Equal(MembershipDrop.Malformed, Assert.Single(_effects.OfType<MembershipEffect.Dropped>()).Reason);
    }

    [Fact]
    public void Asking_for_ever_and_garbage_are_counted_and_answered_no_more()
    {
        byte[] query = [17, .. SHA256.HashData(Chain(1).Span)];
        for (var i = 0; i < 300; i++)
        {
            _core.HandleReceived(Peer, query, _now, _effects);
        }

        _core.HandleReceived(Peer, default, _now, _effects);
        _core.HandleReceived(Peer, new byte[] { 17, 1 }, _now, _effects);
        _core.HandleReceived(Far, query, _now, _effects);
        var drops = _effects.OfType<MembershipEffect.Dropped>().Select(static drop => drop.Reason).ToArray();
        Assert.Equal(44, drops.Count(static reason => reason == MembershipDrop.OverAllowance));
        Assert.Equal(2, drops.Count(static reason => reason == MembershipDrop.Malformed));
        Assert.Equal(1, drops.Count(static reason => reason == MembershipDrop.NotAPeer));
    }

    private static ReadOnlyMemory<byte> Chain(int number, int days = 1) => Encoding.ASCII.GetBytes($"chain {number} {days}");

    private static ReadOnlyMemory<byte> Hash(ReadOnlyMemory<byte> chain) => SHA256.HashData(chain.Span);

    private static byte[] Answer(params ReadOnlyMemory<byte>[] chains) =>
        [18, (byte)chains.Length, 0, .. chains.SelectMany(static chain => (byte[])[(byte)chain.Length, 0, .. chain.Span])];

    private int HashesAskedFor() => _effects.OfType<MembershipEffect.Send>().Sum(static send => (send.Bytes.Length - 1) / SHA256.HashSizeInBytes);

    private ChainJudgement Validate(ReadOnlyMemory<byte> chain, DateTimeOffset now)
    {
        var text = Encoding.ASCII.GetString(chain.Span);
        if (!text.StartsWith("chain ", StringComparison.Ordinal))
        {
            return new ChainJudgement(null, default, "malformed");
        }

        var parts = text.Split(' ').Skip(1).Select(static part => int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var number = parts[0];
        return _denied.Contains(number)
            ? new ChainJudgement(null, default, "denied")
            : new ChainJudgement(SimulatedCurve.IdOf(number), now.AddDays(parts[1]), null);
    }

    private void FireTimer()
    {
        var schedule = _effects.OfType<MembershipEffect.Schedule>().Last();
        _now += schedule.Delay;
        _core.HandleTimer(schedule.Token, _now, _effects);
    }

    private void AssertVerdicts(MembershipVerdict peer, MembershipVerdict far)
    {
        Assert.Equal(peer, _core.Snapshot.Check(Peer));
        Assert.Equal(far, _core.Snapshot.Check(Far));
    }
}
