using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>Damage by seed, in clear bytes and inside proofs that are sealed with good keys: always a refusal, never an exception.</summary>
public sealed class HandshakeFuzzTests
{
    // ACTORP2P_FUZZ_ROUNDS raises it for a soak.
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("ACTORP2P_FUZZ_ROUNDS"), out var rounds) ? rounds : 150;

    private static readonly Lazy<NodeIdentity> Mallory = new(() => TestPki.P256.Node("mallory"));

    [Fact]
    public void A_damaged_proof_under_good_keys_is_refused()
    {
        var random = new SeededRandom(815);
        for (var round = 0; round < Rounds; round++)
        {
            var forgery = new Forgery { OnProof = proof => Damage(proof, random) };
            using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
            var message2 = ForgedPeer.Answer(HandshakePair.Parameters(Mallory.Value, round), message1, forgery);

            Assert.IsType<HandshakeResult.Refused>(alice.HandleReply(message2, HandshakePair.Now));
        }
    }

    [Fact]
    public void Damaged_hellos_end_in_a_refusal_at_one_end_or_the_other()
    {
        var random = new SeededRandom(816);
        for (var round = 0; round < Rounds; round++)
        {
            var outcome = round % 2 == 0
                ? HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters(), onMessage1: message => Damage(message, random))
                : HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters(), onMessage2: message => Damage(message, random));

            Assert.NotNull(outcome.Refusal);
        }
    }

    private static byte[] Damage(byte[] message, IRandomSource random)
    {
        var at = random.NextInt(message.Length);
        byte[] damaged = random.NextInt(4) switch
        {
            0 => message[..at],
            1 => [.. message, .. new byte[1 + random.NextInt(64)]],
            2 => [.. message[..at], .. message[random.NextInt(message.Length)..]],
            _ => [.. message[..at], (byte)(message[at] + 1 + random.NextInt(255)), .. message[(at + 1)..]],
        };
        return damaged.AsSpan().SequenceEqual(message) ? [.. message, 0] : damaged;
    }
}
