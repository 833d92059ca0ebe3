using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>Members that send more than they should: announcements of nothing, digests that differ, changes, second contents.</summary>
public sealed class StateSyncFloodTests
{
    private static readonly StateSyncSettings NoPush = TestSettings.StateSync with { PushOnChange = false };

    [Fact]
    public void Announcing_what_nobody_has_leaves_room_to_ask_the_others()
    {
        var settings = NoPush with { MaxOrigins = 100 };
        var net = new StateNet(3, seed: 1, settings).Link([(0, 1), (1, 2)]);
        net.Receive(1, from: 0, Announcement(Enumerable.Range(0, 5000).Select(static i => new StateVersion(StateSection.Status, (ulong)i, 1, 1, 1))));
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.TooManyQueries));
        net.SetHeight(2, "x");
        net.TimeUntil(static node => node.Number == 0 || StateNet.StatusOf(node, 2, "height") == "x", TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Announcing_a_members_next_state_again_and_again_does_not_keep_the_true_one_from_coming()
    {
        var net = new StateNet(4, seed: 1, NoPush) { Carries = static (from, _, bytes) => from != 1 || bytes.Span[0] != (byte)StateSyncKind.Answer };
        net.Link([(0, 2), (2, 3), (1, 3)]);
        net.SetHeight(0, "old");
        net.TimeUntil(static node => node.Number == 1 || StateNet.StatusOf(node, 0, "height") == "old", TimeSpan.FromSeconds(10));
        net.SetHeight(0, "new");
        var epoch = 100ul;
        void Lie()
        {
            net.Receive(3, from: 1, Announcement([new StateVersion(StateSection.Status, net.Nodes[0].Id.Reference, ++epoch, 1, 1)]));
            net.Time.After(TimeSpan.FromMilliseconds(50), Lie);
        }

        Lie();
        var time = net.TimeUntil(static node => node.Number == 1 || StateNet.StatusOf(node, 0, "height") == "new", TimeSpan.FromSeconds(10));
        Assert.InRange(time.TotalSeconds, 0, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_brings_states_that_do_not_verify_or_say_nothing_is_checked_a_limited_number_of_times_and_the_others_are_heard(bool isSigned)
    {
        var net = new StateNet(3, seed: 1, NoPush).Link([(0, 1), (1, 2)]);
        var nonsense = SignedState.Sign(StateNet.Scope, SimulatedCurve.Key(9), 1, 1, new byte[] { (byte)StateSection.Status, 255, 255 });
        var lie = StateSyncWire.Answer(AnswerFlags.Push, [isSigned ? nonsense : StateNet.Signed(9, 1, 1, "x")]).ToArray();
        lie[^1] ^= (byte)(isSigned ? 0 : 1);
        for (var i = 0; i < 1000; i++)
        {
            net.Receive(1, from: 0, lie);
        }

        var node = net.Nodes[1];
        Assert.InRange(node.Count(isSigned ? StateSyncDrop.MalformedBody : StateSyncDrop.BadSignature), 1, 64);
        Assert.InRange(node.Count(StateSyncDrop.TooManyBadSignatures), 936, 999);
        net.Receive(1, from: 2, StateNet.Signed(9, 1, 2, "true"));
        Assert.Equal("true", StateNet.StatusOf(node, 9, "height"));
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        net.Receive(1, from: 0, StateNet.Signed(9, 1, 3, "after a while"));
        Assert.Equal("after a while", StateNet.StatusOf(node, 9, "height"));
    }

    [Fact]
    public void Who_did_not_answer_is_asked_again_only_after_a_while_and_another_announcer_soon()
    {
        var net = new StateNet(3, seed: 1, NoPush).Link([(0, 1), (0, 2)]);
        var version = new StateVersion(StateSection.Status, 4711, 1, 1, 1);
        int Asked(int from) => net.Run(net.Nodes[0], (core, now, effects) => core.HandleReceived(net.Nodes[from].Id, Announcement([version]), now, effects))
            .OfType<StateSyncEffect.Send>().Count(static send => send.Bytes.Span[0] == (byte)StateSyncKind.Query);
        Assert.Equal(1, Asked(from: 1));
        Assert.Equal(0, Asked(from: 2));
        net.Time.RunFor(TimeSpan.FromMilliseconds(300));
        Assert.Equal(0, Asked(from: 1));
        Assert.Equal(1, Asked(from: 2));
        net.Time.RunFor(TimeSpan.FromSeconds(4));
        Assert.Equal(1, Asked(from: 1));
    }

    [Fact]
    public void Digests_that_differ_for_ever_make_a_node_send_a_bounded_number_of_bytes()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        for (var owner = 100; owner < 200; owner++)
        {
            net.Receive(1, from: 0, StateNet.Signed(owner, 1, 1, "x"));
        }

        var sent = net.Nodes[1].SentBytes;
        var digest = StateSyncWire.Digest(12345);
        var buckets = StateSyncWire.Buckets(Enumerable.Repeat(1ul, StateSyncWire.BucketCount).ToArray());
        var exchange = StateSyncWire.Announce(AnnounceFlags.Exchange, StateSyncWire.AllBuckets, []);
        for (var i = 0; i < 10_000; i++)
        {
            net.Receive(1, from: 0, digest);
            net.Receive(1, from: 0, buckets);
            net.Receive(1, from: 0, exchange);
        }

        Assert.InRange(net.Nodes[1].SentBytes - sent, 1, TestSettings.StateSync.ReplyBurstBytes + (64 * 1024));
        Assert.True(net.Nodes[1].Count(StateSyncDrop.QueryOverAllowance) > 20_000);
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        sent = net.Nodes[1].SentBytes;
        net.Receive(1, from: 0, digest);
        Assert.True(net.Nodes[1].SentBytes > sent, "the allowance is there again after a while");
    }

    [Fact]
    public void A_flood_of_keys_without_certificates_leaves_room_for_the_states_that_others_bring()
    {
        var settings = TestSettings.StateSync with { MaxOrigins = 20 };
        var net = new StateNet(3, seed: 1, settings).Link([(0, 2), (1, 2)]);
        var membership = new TestMembership(MembershipVerdict.Unknown);
        net.Run(net.Nodes[2], (core, now, effects) => core.HandleMembership(membership, now, effects));
        for (var owner = 100; owner < 200; owner++)
        {
            net.Receive(2, from: 0, StateNet.Signed(owner, 1, 1, "x"));
        }

        for (var owner = 500; owner < 505; owner++)
        {
            net.Receive(2, from: 1, StateNet.Signed(owner, 1, 1, "x"));
            membership.With(SimulatedCurve.IdOf(owner), MembershipVerdict.Member);
        }

        net.Run(net.Nodes[2], (core, now, effects) => core.HandleMembership(membership, now, effects));
        Assert.Equal(5, net.Nodes[2].Core.Table.Count);
    }

    [Fact]
    public void A_state_waits_for_its_owners_certificate_as_long_as_is_configured()
    {
        var settings = TestSettings.StateSync with { HeldFor = TimeSpan.FromSeconds(5), MaxOrigins = 2, ExpireAfter = TimeSpan.FromHours(3) };
        var net = new StateNet(2, seed: 1, settings).Link([(0, 1)]);
        var membership = new TestMembership(MembershipVerdict.Unknown);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects));
        net.Receive(1, from: 0, StateNet.Signed(100, 1, 1, "x"), StateNet.Signed(101, 1, 1, "x"));
        net.Receive(1, from: 0, StateNet.Signed(102, 1, 1, "x"));
        Assert.Equal(1, net.Nodes[1].Count(StateSyncDrop.TooManyHeld));
        net.Time.RunFor(TimeSpan.FromSeconds(6));
        net.Receive(1, from: 0, StateNet.Signed(102, 1, 1, "x"));
        membership.With(SimulatedCurve.IdOf(102), MembershipVerdict.Member);
        net.Run(net.Nodes[1], (core, now, effects) => core.HandleMembership(membership, now, effects));
        Assert.Equal("x", StateNet.StatusOf(net.Nodes[1], 102, "height"));
    }

    [Fact]
    public void An_equivocation_is_raised_once_a_node_however_many_contents_follow()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        var contents = Enumerable.Range(0, 50).Select(static i => StateNet.Signed(9, 1, 1, $"{i}")).OrderByDescending(static state => state.Fingerprint).ToArray();
        foreach (var state in contents.Concat(contents))
        {
            net.Time.RunFor(TimeSpan.FromMilliseconds(200));
            net.Receive(1, from: 0, state);
        }

        Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.Equivocation>());
        Assert.True(net.Nodes[1].Core.Table.TryGet(SimulatedCurve.IdOf(9), StateSection.Status, out var entry));
        Assert.Equal(contents[^1].Fingerprint, entry.Version.Fingerprint);
    }

    [Fact]
    public void Who_holds_the_lower_hash_asks_for_the_other_content_as_evidence()
    {
        var both = new[] { StateNet.Signed(9, 1, 1, "one"), StateNet.Signed(9, 1, 1, "two") }.OrderBy(static state => state.Fingerprint).ToArray();
        var net = new StateNet(2, seed: 1);
        net.Run(net.Nodes[0], (core, now, effects) => core.HandlePeerUp(SimulatedCurve.IdOf(77), now, effects));
        net.Run(net.Nodes[0], (core, now, effects) => core.HandleReceived(SimulatedCurve.IdOf(77), StateSyncWire.Answer(AnswerFlags.None, [both[0]]), now, effects));
        var asked = net.Run(net.Nodes[0], (core, now, effects) => core.HandleReceived(SimulatedCurve.IdOf(77), Announcement([both[1].Version]), now, effects));
        var query = Assert.Single(asked.OfType<StateSyncEffect.Send>()).Bytes;
        Assert.Equal(StateSyncWire.Query([new StateVersion(StateSection.Status, both[1].Node.Reference, 0, 0, 0)]).ToArray(), query.ToArray());
        net.Run(net.Nodes[0], (core, now, effects) => core.HandleReceived(SimulatedCurve.IdOf(77), StateSyncWire.Answer(AnswerFlags.None, [both[1]]), now, effects));
        var evidence = Assert.Single(net.Nodes[0].Effects.OfType<StateSyncEffect.Equivocation>());
        Assert.Equal((both[0].Fingerprint, both[1].Fingerprint), (evidence.Kept.Fingerprint, evidence.Rejected.Fingerprint));
        Assert.Empty(net.Run(net.Nodes[0], (core, now, effects) => core.HandleReceived(SimulatedCurve.IdOf(77), Announcement([both[1].Version]), now, effects)));
    }

    [Fact]
    public void Our_key_under_a_higher_epoch_is_reported_once_however_often_it_is_replayed()
    {
        var net = new StateNet(2, seed: 1).Link([(0, 1)]);
        net.SetHeight(1, "mine");
        net.Time.RunFor(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 10; i++)
        {
            net.Receive(1, from: 0, StateNet.Signed(1, epoch: 7, seq: 1, "theirs"));
        }

        Assert.Single(net.Nodes[1].Effects.OfType<StateSyncEffect.EpochExceeded>());
        Assert.Equal(9, net.Nodes[1].Count(StateSyncDrop.Own));
    }

    [Fact]
    public void Our_own_changes_keep_the_least_interval_and_the_last_one_counts()
    {
        var settings = TestSettings.StateSync with { PushDebounce = TimeSpan.Zero, MinChangeInterval = TimeSpan.FromSeconds(1) };
        var net = new StateNet(2, seed: 1, settings).Link([(0, 1)]);
        for (var i = 0; i < 100; i++)
        {
            net.SetHeight(0, $"{i}");
            net.Time.RunFor(TimeSpan.FromMilliseconds(30));
        }

        net.Time.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal("99", StateNet.StatusOf(net.Nodes[1], 0, "height"));
        Assert.InRange(net.Nodes[1].Effects.OfType<StateSyncEffect.Applied>().Count(), 3, 5);
    }

    private static ReadOnlyMemory<byte> Announcement(IEnumerable<StateVersion> versions) =>
        StateSyncWire.Announce(AnnounceFlags.None, 0, versions.ToArray());
}
