using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P.Protocol.Tests.Tunnel;

/// <summary>The handshake through relays that lose, double and forge.</summary>
public sealed class TunnelHandshakeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    [Fact]
    public void Two_nodes_prove_themselves_in_three_packets()
    {
        var (alice, bob) = Pair();
        alice.Start();
        Settle(alice, bob);
        Assert.Equal(HandshakePair.Bob.Id, Assert.Single(alice.Sessions).RemoteId);
        Assert.Equal(HandshakePair.Alice.Id, Assert.Single(bob.Sessions).RemoteId);
        Assert.Equal(3, alice.Sent + bob.Sent);
        AssertKeysFit(alice.Sessions[0], bob.Sessions[0]);
        Assert.True(alice.Core.IsUnderWay);
        alice.Core.Confirmed();
        Assert.False(alice.Core.IsUnderWay);
    }

    [Theory]
    [InlineData(TunnelPacketKind.Hello)]
    [InlineData(TunnelPacketKind.Answer)]
    [InlineData(TunnelPacketKind.Finish)]
    public void Each_packet_may_be_lost_once_and_is_sent_again_by_another_way(TunnelPacketKind lost)
    {
        var (alice, bob) = Pair();
        alice.Start();
        var dropped = 0;
        Settle(alice, bob, packet => packet.Kind == lost && dropped++ == 0);
        Assert.Equal(1, dropped);
        alice.Pass(TimeSpan.FromMilliseconds(300));
        Settle(alice, bob);
        Assert.Equal(1, alice.Unanswered);
        Assert.Single(alice.Sessions);
        Assert.Single(bob.Sessions);
        AssertKeysFit(alice.Sessions[0], bob.Sessions[0]);
    }

    [Fact]
    public void An_answer_that_is_asked_for_again_takes_another_way_too_but_copies_that_come_together_do_not_make_it()
    {
        var (alice, bob) = Pair();
        alice.Start();
        var hello = alice.Outbox.Dequeue();
        bob.Take(hello.Kind, hello.Body);
        bob.Pass(TimeSpan.FromMilliseconds(299));
        bob.Take(hello.Kind, hello.Body);
        Assert.Equal((0, 2), (bob.Unanswered, bob.Sent));
        bob.Pass(TimeSpan.FromMilliseconds(1));
        bob.Take(hello.Kind, hello.Body);
        bob.Take(hello.Kind, hello.Body);
        Assert.Equal((1, 4), (bob.Unanswered, bob.Sent));
        Settle(alice, bob);
        Assert.Single(alice.Sessions);
        Assert.Single(bob.Sessions);
    }

    [Fact]
    public void Doubled_packets_cost_no_second_session()
    {
        var (alice, bob) = Pair();
        alice.Start();
        Settle(alice, bob, doubles: true);
        Assert.Single(alice.Sessions);
        Assert.Single(bob.Sessions);
        Assert.All(alice.Drops.Concat(bob.Drops), static reason => Assert.StartsWith("unasked", reason, StringComparison.Ordinal));
    }

    [Fact]
    public void When_both_begin_at_once_one_session_comes_of_it()
    {
        var (alice, bob) = Pair();
        alice.Start();
        bob.Start();
        Settle(alice, bob);
        Assert.Single(alice.Sessions);
        Assert.Single(bob.Sessions);
        AssertKeysFit(alice.Sessions[0], bob.Sessions[0]);
        Assert.Single(alice.Drops.Concat(bob.Drops), "crossed");
    }

    [Fact]
    public void Nobody_there_fails_in_time_after_trying_other_ways()
    {
        var (alice, _) = Pair();
        alice.Start();
        for (var i = 0; i < 30; i++)
        {
            alice.Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal("unanswered", Assert.Single(alice.Failures));
        Assert.InRange(alice.Unanswered, 2, 4);
        Assert.Null(alice.Core.NextTimer);
    }

    [Fact]
    public void Forged_hellos_take_a_few_places_and_leave_the_established_session_alone()
    {
        var (alice, bob) = Pair();
        alice.Start();
        Settle(alice, bob);
        for (var i = 0; i < 20; i++)
        {
            // A member that knows all but Alice's key says that it is Alice.
            var mallory = Parameters(HandshakePair.Alice, HandshakePair.Bob.Id, 100 + i);
            using var initiator = HandshakeInitiator.Start(mallory, out var message1);
            bob.Take(TunnelPacketKind.Hello, [.. message1, .. Enumerable.Repeat((byte)i, 16)]);
        }

        Assert.Equal(20 - TunnelHandshake.MaxAnswers, bob.Drops.Count(static reason => reason == "too-many-answers"));
        bob.Take(TunnelPacketKind.Finish, [3, .. new byte[64], .. Enumerable.Repeat((byte)1, 16)]);
        Assert.Contains("forged-finish", bob.Drops);
        Assert.Single(bob.Sessions);
    }

    [Fact]
    public void A_relay_that_forges_message_3_does_not_keep_the_true_one_out()
    {
        var (alice, bob) = Pair();
        alice.Start();
        var hello = alice.Outbox.Dequeue();
        bob.Take(hello.Kind, hello.Body);
        var answer = bob.Outbox.Dequeue();
        for (var i = 0; i < 10; i++)
        {
            bob.Take(TunnelPacketKind.Finish, [3, .. new byte[i * 20], .. answer.Body[^16..]]);
        }

        alice.Take(answer.Kind, answer.Body);
        Settle(alice, bob);
        Assert.Equal(10, bob.Drops.Count(static reason => reason == "forged-finish"));
        AssertKeysFit(Assert.Single(alice.Sessions), Assert.Single(bob.Sessions));
    }

    [Fact]
    public void A_hello_made_for_another_pair_or_for_a_link_is_refused_before_anything_costly()
    {
        var (_, bob) = Pair();
        foreach (var parameters in new[]
        {
            Parameters(HandshakePair.Alice, HandshakePair.Alice.Id, 1),
            HandshakePair.AliceParameters(),
        })
        {
            using var initiator = HandshakeInitiator.Start(parameters, out var message1);
            bob.Take(TunnelPacketKind.Hello, [.. message1, .. new byte[16]]);
        }

        Assert.Equal(["refused-TlsMismatch", "refused-TlsMismatch"], bob.Drops);
        Assert.Empty(bob.Outbox);
    }

    [Fact]
    public void A_relay_that_answers_in_the_far_sides_place_is_refused_a_few_times_and_no_more()
    {
        var (alice, _) = Pair();
        alice.Start();
        for (var i = 0; i < 5 && alice.Outbox.TryDequeue(out var hello); i++)
        {
            // Bob's certificate stands in no key of the relay's: it answers under its own name.
            var answer = (HandshakeResult.Awaiting)HandshakeResponder.Accept(
                Parameters(HandshakePair.Bob, HandshakePair.Alice.Id, 50 + i) with { }, hello.Body.AsMemory(..^16), HandshakePair.Now);
            var message2 = answer.Message2;
            message2[^1] ^= 1;
            alice.Take(TunnelPacketKind.Answer, [.. message2, .. hello.Body[^16..]]);
        }

        Assert.Equal("refused-Tampered", Assert.Single(alice.Failures));
        Assert.Equal(3, alice.Sent);
        Assert.Empty(alice.Sessions);
    }

    [Fact]
    public void A_handshake_after_a_reload_shows_and_trusts_what_is_in_force_since()
    {
        var (alice, bob) = Pair();
        alice.Start();
        Settle(alice, bob);
        Assert.Single(bob.Sessions);

        var denied = new MembershipLists(new HashSet<NodeId>(), new HashSet<NodeId> { HandshakePair.Alice.Id });
        var parameters = HandshakePair.Parameters(HandshakePair.Bob, 23) with { IsTunnel = true, ExpectedRemoteId = HandshakePair.Alice.Id };
        bob.Core.Use(parameters with { Validator = TestPki.P256.Validator(denied) });
        var (again, _) = Pair();
        again.Start();
        Settle(again, bob);
        Assert.Single(bob.Sessions);
        Assert.Contains("refused-CertificateRefused", bob.Drops);
    }

    [Fact]
    public void Short_and_unknown_messages_are_dropped()
    {
        var (alice, bob) = Pair();
        alice.Start();
        bob.Take(TunnelPacketKind.Hello, new byte[15]);
        bob.Take(TunnelPacketKind.Hello, new byte[200]);
        bob.Take(TunnelPacketKind.Answer, new byte[200]);
        bob.Take(TunnelPacketKind.Finish, new byte[200]);
        Assert.Equal(4, bob.Drops.Count);
        Assert.Empty(bob.Outbox);
    }

    private static void AssertKeysFit(PairSession left, PairSession right)
    {
        var (a, b) = (left.TunnelCipher(HandshakePair.Alice.Id), right.TunnelCipher(HandshakePair.Bob.Id));
        Assert.Equal(TunnelVerdict.Opened, b.Open(a.Seal([5]), out _));
    }

    private static HandshakeParameters Parameters(NodeIdentity own, NodeId remote, int seed) =>
        HandshakePair.Parameters(own, seed) with { IsTunnel = true, ExpectedRemoteId = remote };

    private static (End Alice, End Bob) Pair() =>
        (new End(Parameters(HandshakePair.Alice, HandshakePair.Bob.Id, 21)), new End(Parameters(HandshakePair.Bob, HandshakePair.Alice.Id, 22)));

    private static void Settle(End alice, End bob, Func<(TunnelPacketKind Kind, byte[] Body), bool>? loses = null, bool doubles = false)
    {
        for (var moved = true; moved;)
        {
            moved = Move(alice, bob) | Move(bob, alice);
        }

        bool Move(End from, End to)
        {
            if (!from.Outbox.TryDequeue(out var packet))
            {
                return false;
            }

            for (var copies = doubles ? 2 : 1; copies > 0 && loses?.Invoke(packet) != true; copies--)
            {
                to.Take(packet.Kind, packet.Body);
            }

            return true;
        }
    }

    private sealed class End(HandshakeParameters parameters)
    {
        private readonly List<TunnelHandshakeEffect> _effects = [];
        private DateTimeOffset _now = HandshakePair.Now;

        public TunnelHandshake Core { get; } = new(parameters, Patience);

        public Queue<(TunnelPacketKind Kind, byte[] Body)> Outbox { get; } = [];

        public List<PairSession> Sessions { get; } = [];

        public List<string> Failures { get; } = [];

        public List<string> Drops { get; } = [];

        public int Unanswered { get; private set; }

        public int Sent { get; private set; }

        public void Start() => Run(() => Core.Start(_now, _effects));

        public void Take(TunnelPacketKind kind, byte[] body) => Run(() => Core.Handle(kind, body, _now, _effects));

        public void Pass(TimeSpan time)
        {
            _now += time;
            if (Core.NextTimer <= _now)
            {
                Run(() => Core.TimerFired(_now, _effects));
            }
        }

        private void Run(Action step)
        {
            step();
            foreach (var effect in _effects)
            {
                switch (effect)
                {
                    case TunnelHandshakeEffect.Send send:
                        Sent++;
                        Outbox.Enqueue((send.Kind, send.Body));
                        break;
                    case TunnelHandshakeEffect.Established established:
                        Sessions.Add(established.Session);
                        break;
                    case TunnelHandshakeEffect.Failed failed:
                        Failures.Add(failed.Reason);
                        break;
                    case TunnelHandshakeEffect.Dropped dropped:
                        Drops.Add(dropped.Reason);
                        break;
                    case TunnelHandshakeEffect.Unanswered:
                        Unanswered++;
                        break;
                }
            }

            _effects.Clear();
        }
    }
}
