using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Identity;

/// <summary>Byte-level damage by seed: whatever arrives, the answer is a verdict and never an exception.</summary>
public sealed class CertificateFuzzTests
{
    // ACTORP2P_FUZZ_ROUNDS raises it for a soak.
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("ACTORP2P_FUZZ_ROUNDS"), out var rounds) ? rounds : 1500;

    [Fact]
    public void Damaged_chains_get_a_verdict_and_prove_nothing()
    {
        IRandomSource random = new SeededRandom(4711);
        var validator = TestPki.P256.Validator();
        var encoded = TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Encoded.ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var damaged = Damage(encoded, random);
            if (!CertificateChain.TryDecode(damaged, new ChainLimits(4, 8192), out var chain, out _) || damaged.AsSpan().SequenceEqual(encoded))
            {
                continue;
            }

            var verdict = validator.Validate(chain, TestPki.Now);
            Assert.True(verdict is CertificateVerdict.Refused, $"round {round}: {Convert.ToHexString(damaged)}");
        }
    }

    private static byte[] Damage(byte[] encoded, IRandomSource random)
    {
        var damaged = encoded.ToArray();
        for (var changes = 1 + random.NextInt(4); changes > 0; changes--)
        {
            var at = random.NextInt(damaged.Length);
            switch (random.NextInt(3))
            {
                case 0:
                    damaged[at] = (byte)random.NextInt(256);
                    break;
                case 1:
                    damaged[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                default:
                    // A run copied elsewhere keeps DER plausible far more often than noise does.
                    var length = Math.Min(1 + random.NextInt(40), damaged.Length - at);
                    var from = random.NextInt(damaged.Length - length);
                    Array.Copy(damaged, from, damaged, at, length);
                    break;
            }
        }

        return damaged;
    }
}
