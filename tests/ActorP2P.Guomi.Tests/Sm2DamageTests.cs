using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Guomi.Tests;

/// <summary>Random damage, reproducible: every outcome is a value, whatever the bytes.</summary>
public sealed class Sm2DamageTests
{
    // OpenSSL's "pkcs8 -topk8 -v2 aes-256-cbc -iter 2048" of an SM2 key made for this test; the password is "secret".
    private const string EncryptedKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiLgKk6w09t7QICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKnijO6SM+IS+Pk4/cDvxNkEgZCP
        7VjOZX+5/xa0Fq7GIJTGhOtijrGyYgTaTichwHbOwiyXzHpd68jSXYA85eJx6qx/
        HZsSFWS+GocZpBmRDhEtC/GhLCBMgD1hRvWDpO+bFqNPGcN8/YYcNhX2q68Ec1Rm
        VQgMAZSoezqgIJZLNTAdUq9p5Po+vKRi4Hk3IQkNPpwz2gapKZEtNU3zGzukDFE=
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_damaged_chain_is_refused_and_never_throws(int seed)
    {
        var random = new SeededRandom(seed);
        var good = Sm2Pki.Chain(Sm2Pki.Shared.IssueNode("damaged").ChainPem);
        var refused = 0;
        for (var round = 0; round < 600; round++)
        {
            byte[][] ders = [.. good.Certificates.Select(static der => der.ToArray())];
            Damage(ders[Next(random, ders.Length)], random);
            if (CertificateChain.TryParseDer([.. ders.Select(static d => (ReadOnlyMemory<byte>)d)], new ChainLimits(5, 16384), out var chain, out _))
            {
                Assert.IsType<CertificateVerdict.Refused>(Sm2Pki.Shared.Judge(chain));
                refused++;
            }
        }

        Assert.InRange(refused, 300, 600);
    }

    [Fact]
    public void A_damaged_key_file_is_a_reason_and_never_an_exception_or_a_long_wait()
    {
        Assert.True(GuomiSuites.Sm2.TryImportKey(EncryptedKey, "secret", out var whole, out var unread), unread);
        var random = new SeededRandom(4);
        var der = Convert.FromBase64String(string.Concat(EncryptedKey.Split('\n').Where(static l => !l.StartsWith('-'))));
        for (var round = 0; round < 300; round++)
        {
            var damaged = der.ToArray();
            Damage(damaged, random);
            var read = GuomiSuites.Sm2.TryImportKey(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", damaged), "secret", out var key, out var reason);
            Assert.Equal(read, reason.Length == 0);
            Assert.True(key is null || key.Id == whole.Id);
            key?.Dispose();
        }

        whole.Dispose();
    }

    [Theory]
    [InlineData("7fffffff")]
    [InlineData("00ffffffffffffffff")]
    public void Iterations_beyond_reason_are_refused_before_they_are_begun(string count)
    {
        var der = Convert.FromBase64String(string.Concat(EncryptedKey.Split('\n').Where(static l => !l.StartsWith('-'))));
        var number = Convert.FromHexString(count);
        byte[] was = [0x02, 0x02, 0x08, 0x00];
        var at = der.AsSpan().IndexOf(was);
        byte[] grown = [.. der[..at], 0x02, (byte)number.Length, .. number, .. der[(at + was.Length)..]];

        // The lengths of the four structures around the number: outer, PBES2, its parameters and PBKDF2's.
        foreach (var length in EnclosingLengths(der, at))
        {
            grown[length] += (byte)(number.Length - 2);
        }

        Assert.False(GuomiSuites.Sm2.TryImportKey(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", grown), "secret", out _, out var reason));
        Assert.Contains("iterations", reason, StringComparison.Ordinal);
    }

    private static List<int> EnclosingLengths(byte[] der, int target)
    {
        var found = new List<int>();
        for (var at = 0; at < target;)
        {
            var longForm = der[at + 1] >= 0x80;
            var header = longForm ? 2 + (der[at + 1] & 0x7f) : 2;
            var length = longForm ? der[at + 2] : der[at + 1];
            if (at + header + length > target && der[at] == 0x30)
            {
                found.Add(longForm ? at + 2 : at + 1);
                at += header;
            }
            else
            {
                at += header + length;
            }
        }

        return found;
    }

    private static void Damage(byte[] bytes, SeededRandom random)
    {
        for (var times = 1 + Next(random, 4); times > 0; times--)
        {
            bytes[Next(random, bytes.Length)] ^= (byte)(1 + Next(random, 255));
        }
    }

    private static int Next(SeededRandom random, int exclusiveMax)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return (int)(BitConverter.ToUInt32(bytes) % (uint)exclusiveMax);
    }
}
