using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>Attacks by somebody on the path, who has no key and can only change, move or withhold bytes.</summary>
public sealed class HandshakeMisuseTests
{
    private const int EphemeralOffset = 4 + 5 + 32 + 32 + 32;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_message_with_any_byte_changed_ends_the_handshake(int message)
    {
        var length = Record(message).Length;
        // Each field of the clear parts byte by byte; the sealed parts, which are uniform, by a step.
        for (var at = 0; at < length; at += at < 320 ? 1 : 7)
        {
            var outcome = Run(message, bytes => Flip(bytes, at));
            Assert.True(outcome.Refusal is not null, $"byte {at} of message {message}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_truncated_message_is_refused(int message)
    {
        var length = Record(message).Length;
        for (var kept = 0; kept < length; kept += kept < 320 ? 1 : 13)
        {
            var outcome = Run(message, bytes => bytes[..kept]);
            Assert.Equal(message, outcome.RefusedMessage);
            Assert.Contains(outcome.Refusal!.Reason, new[] { HandshakeRefusal.Malformed, HandshakeRefusal.Tampered });
        }
    }

    [Theory]
    [InlineData(1, HandshakeRefusal.Malformed)]
    [InlineData(2, HandshakeRefusal.Tampered)]
    [InlineData(3, HandshakeRefusal.Tampered)]
    public void A_message_with_a_byte_appended_is_refused(int message, HandshakeRefusal reason) =>
        Assert.Equal(reason, Run(message, bytes => [.. bytes, 0]).Refusal!.Reason);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_message_over_the_size_limit_is_refused_unread(int message) =>
        Assert.Equal(HandshakeRefusal.TooLarge, Run(message, _ => new byte[16385]).Refusal!.Reason);

    [Theory]
    [InlineData(1, 2, HandshakeRefusal.OutOfOrder)]
    [InlineData(1, 3, HandshakeRefusal.OutOfOrder)]
    [InlineData(2, 3, HandshakeRefusal.OutOfOrder)]
    [InlineData(3, 1, HandshakeRefusal.OutOfOrder)]
    [InlineData(3, 2, HandshakeRefusal.OutOfOrder)]
    public void A_message_in_the_place_of_another_is_out_of_order(int place, int sent, HandshakeRefusal reason)
    {
        var other = Record(sent);

        Assert.Equal(reason, Run(place, _ => other).Refusal!.Reason);
    }

    [Fact]
    public void Message_1_that_comes_back_is_a_reflection()
    {
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);

        Assert.Equal(HandshakeRefusal.Reflected, Reason(alice.HandleReply(message1.ToArray(), HandshakePair.Now)));
    }

    [Fact]
    public void Message_2_that_comes_back_is_a_reflection()
    {
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        var bob = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(), message1, HandshakePair.Now);

        Assert.Equal(HandshakeRefusal.Reflected, Reason(bob.Next.HandleFinish(bob.Message2.ToArray(), HandshakePair.Now)));
    }

    [Fact]
    public void A_node_that_reaches_itself_notices()
    {
        var outcome = HandshakePair.Run(HandshakePair.AliceParameters(1), HandshakePair.AliceParameters(2) with { Epoch = 1001 });

        Assert.Equal(HandshakeRefusal.SelfConnection, outcome.Refusal!.Reason);
        Assert.Null(outcome.Refusal.OwnKeyEpoch);
    }

    [Fact]
    public void A_node_that_meets_another_holder_of_its_key_has_the_others_epoch_as_proof()
    {
        var outcome = HandshakePair.Run(HandshakePair.AliceParameters(1), HandshakePair.AliceParameters(2));

        Assert.Equal(HandshakeRefusal.SelfConnection, outcome.Refusal!.Reason);
        Assert.Equal(1002ul, outcome.Refusal.OwnKeyEpoch);
    }

    [Fact]
    public void A_replayed_message_1_leads_nowhere_without_its_ephemeral_key()
    {
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        var first = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(31), message1, HandshakePair.Now);
        var done = (HandshakeResult.Done)alice.HandleReply(first.Message2, HandshakePair.Now);

        var replayed = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(32), message1, HandshakePair.Now);

        Assert.Equal(HandshakeRefusal.Tampered, Reason(replayed.Next.HandleFinish(done.Message3!, HandshakePair.Now)));
    }

    [Fact]
    public void A_replayed_message_2_does_not_open_in_another_handshake()
    {
        var recorded = Record(2);
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(41), out _);

        Assert.Equal(HandshakeRefusal.Tampered, Reason(alice.HandleReply(recorded, HandshakePair.Now)));
    }

    [Fact]
    public void A_replayed_message_3_does_not_open_in_another_handshake()
    {
        var recorded = Record(3);
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(42), out var message1);
        var bob = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(43), message1, HandshakePair.Now);

        Assert.Equal(HandshakeRefusal.Tampered, Reason(bob.Next.HandleFinish(recorded, HandshakePair.Now)));
    }

    [Fact]
    public void A_suite_removed_on_the_way_to_force_a_weaker_one_is_noticed()
    {
        var outcome = HandshakePair.Run(
            HandshakePair.AliceParameters(),
            HandshakePair.BobParameters(),
            onMessage1: bytes =>
            {
                InitiatorHello.TryDecode(bytes, out var hello);
                return (hello! with { Suites = ["chacha20-poly1305"] }).Encode();
            });

        Assert.Equal(2, outcome.RefusedMessage);
        Assert.Equal(HandshakeRefusal.Downgraded, outcome.Refusal!.Reason);
    }

    [Fact]
    public void A_suite_removed_together_with_its_trace_in_the_answer_is_noticed()
    {
        var outcome = HandshakePair.Run(
            HandshakePair.AliceParameters(),
            HandshakePair.BobParameters(),
            onMessage1: bytes =>
            {
                InitiatorHello.TryDecode(bytes, out var hello);
                return (hello! with { Suites = ["chacha20-poly1305"] }).Encode();
            },
            onMessage2: bytes =>
            {
                ResponderHello.TryDecode(bytes, out var hello, out var proof);
                return [.. (hello! with { Suites = ["chacha20-poly1305"] }).Encode(), .. proof.Span];
            });

        Assert.Equal(HandshakeRefusal.Tampered, outcome.Refusal!.Reason);
    }

    [Fact]
    public void A_later_version_only_is_refused_before_anything_else_is_read()
    {
        Assert.Equal(HandshakeRefusal.WrongVersion, Reason(HandshakeResponder.Accept(HandshakePair.BobParameters(), new byte[] { 1, 2, 9 }, HandshakePair.Now)));
        Assert.Equal(HandshakeRefusal.WrongVersion, Reason(HandshakeResponder.Accept(HandshakePair.BobParameters(), new byte[] { 1, 0, 0 }, HandshakePair.Now)));
    }

    [Fact]
    public void Another_network_is_refused() => Assert.Equal(
        HandshakeRefusal.WrongNetwork,
        HandshakePair.Run(HandshakePair.AliceParameters() with { NetworkId = "other" }, HandshakePair.BobParameters()).Refusal!.Reason);

    [Fact]
    public void Another_curve_is_refused() => Assert.Equal(
        HandshakeRefusal.WrongCurve,
        HandshakePair.Run(HandshakePair.Parameters(TestPki.Secp256k1.Node(), 1), HandshakePair.BobParameters()).Refusal!.Reason);

    [Fact]
    public void No_suite_in_common_is_refused() => Assert.Equal(
        HandshakeRefusal.NoCommonSuite,
        HandshakePair.Run(
            HandshakePair.AliceParameters() with { Suites = [AeadSuites.Aes128Gcm] },
            HandshakePair.BobParameters() with { Suites = [AeadSuites.ChaCha20Poly1305] }).Refusal!.Reason);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Encryption_on_one_side_only_is_refused(bool atInitiator) => Assert.Equal(
        HandshakeRefusal.EncryptionMismatch,
        HandshakePair.Run(
            HandshakePair.AliceParameters() with { EncryptionEnabled = atInitiator },
            HandshakePair.BobParameters() with { EncryptionEnabled = !atInitiator }).Refusal!.Reason);

    [Fact]
    public void An_invalid_point_in_message_1_is_refused_before_any_key_is_made()
    {
        var counting = new CountingRandom(new SeededRandom(1));

        var outcome = HandshakePair.Run(
            HandshakePair.AliceParameters(),
            HandshakePair.BobParameters() with { Random = counting },
            onMessage1: bytes => Flip(bytes, EphemeralOffset + 63));

        Assert.Equal(HandshakeRefusal.InvalidPoint, outcome.Refusal!.Reason);
        Assert.Equal(0, counting.Draws);
    }

    [Fact]
    public void Garbage_of_every_length_is_refused_without_an_exception()
    {
        var random = new SeededRandom(99);
        for (var length = 0; length < 2000; length += 1 + (length / 50))
        {
            var garbage = new byte[length];
            for (byte type = 0; type < 5; type++)
            {
                random.Fill(garbage);
                if (length > 3)
                {
                    (garbage[0], garbage[1], garbage[2]) = (type, 1, 1);
                }

                Assert.IsType<HandshakeResult.Refused>(HandshakeResponder.Accept(HandshakePair.BobParameters(), garbage, HandshakePair.Now));
            }

            var due = (byte)(2 + (length % 2));
            if (length > 0)
            {
                garbage[0] = due;
            }

            Assert.NotNull(Run(due, _ => garbage).Refusal);
        }
    }

    [Fact]
    public void An_own_certificate_that_has_ended_refuses_every_handshake()
    {
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);

        Assert.Equal(HandshakeRefusal.OwnCertificateEnded, Reason(HandshakeResponder.Accept(HandshakePair.BobParameters(), message1, HandshakePair.Now.AddDays(400))));
    }

    [Fact]
    public void A_node_without_suites_is_a_programming_error() =>
        Assert.Throws<ArgumentException>(() => HandshakeInitiator.Start(HandshakePair.AliceParameters() with { Suites = [] }, out _));

    private static HandshakeOutcome Run(int message, Func<byte[], byte[]> change) => HandshakePair.Run(
        HandshakePair.AliceParameters(),
        HandshakePair.BobParameters(),
        message == 1 ? change : null,
        message == 2 ? change : null,
        message == 3 ? change : null);

    private static byte[] Record(int message)
    {
        byte[] recorded = [];
        Run(message, bytes => recorded = bytes);
        return recorded;
    }

    private static HandshakeRefusal Reason(HandshakeResult result) => Assert.IsType<HandshakeResult.Refused>(result).Reason;

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        if (at < flipped.Length)
        {
            flipped[at] ^= 1;
        }
        else
        {
            // DER signatures vary by a byte or two between runs: past the end means one byte more.
            flipped = [.. flipped, 0];
        }

        return flipped;
    }

    private sealed class CountingRandom(IRandomSource inner) : IRandomSource
    {
        public int Draws { get; private set; }

        public void Fill(Span<byte> destination)
        {
            Draws++;
            inner.Fill(destination);
        }
    }
}
