using ActorP2P.Protocol.Session;

namespace ActorP2P.Guomi.Tests;

public sealed class Sm4GcmTests
{
    /// <summary>RFC 8998, appendix A.1.</summary>
    [Fact]
    public void The_example_of_RFC_8998_comes_out_and_opens()
    {
        var text = Hex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA");
        var nonce = Hex("00001234567800000000ABCD");
        var header = Hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        using var cipher = GuomiSuites.Sm4Gcm.CreateCipher(Hex("0123456789ABCDEFFEDCBA9876543210"));
        var sealedText = text.ToArray();
        var tag = new byte[AeadSuite.TagLengthBytes];

        cipher.Seal(nonce, sealedText, tag, header);

        Assert.Equal(
            Hex("17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"),
            sealedText);
        Assert.Equal(Hex("83DE3541E4C2B58177E065A9BF7B62EC"), tag);
        Assert.True(cipher.TryOpen(nonce, sealedText, tag, header));
        Assert.Equal(text, sealedText);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(65536)]
    public void Any_length_opens_again_with_another_nonce_each_time(int length)
    {
        var key = Bytes(16, 1);
        using var sealer = GuomiSuites.Sm4Gcm.CreateCipher(key);
        using var opener = GuomiSuites.Sm4Gcm.CreateCipher(key);
        for (byte round = 0; round < 3; round++)
        {
            var text = Bytes(length, round);
            var nonce = Bytes(12, round);
            var buffer = text.ToArray();
            var tag = new byte[AeadSuite.TagLengthBytes];
            sealer.Seal(nonce, buffer, tag, [round]);

            Assert.True(opener.TryOpen(nonce, buffer, tag, [round]));
            Assert.Equal(text, buffer);
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("tag")]
    [InlineData("nonce")]
    [InlineData("header")]
    [InlineData("key")]
    public void One_changed_bit_anywhere_is_refused_and_leaves_no_plaintext(string changed)
    {
        byte[] key = Bytes(16, 1), nonce = Bytes(12, 2), header = Bytes(32, 3), buffer = Bytes(40, 4);
        var text = buffer.ToArray();
        var tag = new byte[AeadSuite.TagLengthBytes];
        using (var sealer = GuomiSuites.Sm4Gcm.CreateCipher(key))
        {
            sealer.Seal(nonce, buffer, tag, header);
        }

        var victim = changed switch { "text" => buffer, "tag" => tag, "nonce" => nonce, "header" => header, _ => key };
        victim[5] ^= 1;
        using var opener = GuomiSuites.Sm4Gcm.CreateCipher(key);

        Assert.False(opener.TryOpen(nonce, buffer, tag, header));
        Assert.DoesNotContain(text[8..24], Windows(buffer, 16));
        Assert.All(buffer, static b => Assert.Equal(0, b));

        victim[5] ^= 1;
    }

    [Fact]
    public void A_refused_record_does_not_spoil_the_cipher()
    {
        byte[] key = Bytes(16, 1), nonce = Bytes(12, 2), good = Bytes(33, 4), text = Bytes(33, 4);
        var tag = new byte[AeadSuite.TagLengthBytes];
        using var cipher = GuomiSuites.Sm4Gcm.CreateCipher(key);
        cipher.Seal(nonce, good, tag, []);

        Assert.False(cipher.TryOpen(nonce, good.ToArray(), Bytes(16, 9), []));
        Assert.True(cipher.TryOpen(nonce, good, tag, []));
        Assert.Equal(text, good);
    }

    [Fact]
    public void The_suite_fits_the_protocol()
    {
        Assert.True(AeadSuites.Register(GuomiSuites.Sm4Gcm));
        Assert.True(AeadSuites.TryFind("sm4-gcm", out var found));
        Assert.Same(GuomiSuites.Sm4Gcm, found);
        Assert.Equal("sm3", found.Hash.Name);
    }

    private static IEnumerable<byte[]> Windows(byte[] bytes, int length) =>
        Enumerable.Range(0, bytes.Length - length + 1).Select(i => bytes[i..(i + length)]);

    private static byte[] Bytes(int length, byte seed) => [.. Enumerable.Range(1, length).Select(i => (byte)((i * 31) + seed))];

    private static byte[] Hex(string hex) => Convert.FromHexString(hex);
}
