using System.Text;

namespace ActorP2P.Guomi.Tests;

public sealed class Sm3Tests
{
    /// <summary>GB/T 32905-2016, annex A.1 and A.2.</summary>
    [Theory]
    [InlineData("abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    [InlineData("abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
    public void The_examples_of_the_standard_come_out(string text, string digest) =>
        Assert.Equal(digest, Hash(Encoding.ASCII.GetBytes(text)));

    /// <summary>Lengths around the block and around our own copy buffer; digests by OpenSSL 3.0.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(64)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void Pieces_of_any_length_make_the_same_digest(int length)
    {
        var data = Enumerable.Range(0, length).Select(static i => (byte)(i * 7)).ToArray();
        using var state = new Sm3State();
        foreach (var piece in data.Chunk(13))
        {
            state.Append(piece);
        }

        var digest = new byte[Sm3Hash.DigestLengthBytes];
        state.Finish(digest);

        Assert.Equal(Expected[length], Convert.ToHexStringLower(digest));
        Assert.Equal(Expected[length], Hash(data));
    }

    /// <summary>By Python's hmac over OpenSSL's SM3: keys shorter than a block, of a block, and longer.</summary>
    [Theory]
    [InlineData(20, "f8082c9760a69f582153c8f981e52f4ce8db4f67d0ad7b75f817a6d44955067a")]
    [InlineData(64, "195df51c175e2171ce0e8ab78226f73e08b1602672b3a2261c43c67ed63b7dbc")]
    [InlineData(65, "e4cdd21ff207ab38c59182403dd5cdf98b74788b6af1659df99335b2490754e9")]
    public void HMAC_agrees_with_another_implementation(int keyLength, string expected)
    {
        var key = Enumerable.Range(0, keyLength).Select(static i => (byte)i).ToArray();
        var mac = new byte[Sm3Hash.DigestLengthBytes];

        GuomiSuites.Sm3.Hmac(key, "actorp2p"u8, mac);

        Assert.Equal(expected, Convert.ToHexStringLower(mac));
    }

    [Fact]
    public void HMAC_may_write_over_its_own_key_and_data()
    {
        byte[] key = [.. Enumerable.Repeat((byte)1, 32)];
        byte[] data = [.. Enumerable.Repeat((byte)2, 32)];
        var apart = new byte[32];
        GuomiSuites.Sm3.Hmac(key, data, apart);

        GuomiSuites.Sm3.Hmac(key, data, data);

        Assert.Equal(apart, data);
    }

    private static string Hash(byte[] data)
    {
        var digest = new byte[GuomiSuites.Sm3.LengthBytes];
        GuomiSuites.Sm3.Hash(data, digest);
        return Convert.ToHexStringLower(digest);
    }

    private static readonly Dictionary<int, string> Expected = new()
    {
        [0] = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
        [55] = "bb906f10dc23cd984ab17e9f40aa832ef0b817048ffc23800ab53231d2bd65c5",
        [64] = "05af7742af150e27f389620de2a5d866adc0582a079bb8a45d1067d5847adfdc",
        [1023] = "7b7eddf260efad1ab06494384cc195050a679def2e267bb44dfe93e6f76969c7",
        [1024] = "0af6ff6894e3f6db13f157e8f99f814c41ec889fe40874dcd29b3dfde737f861",
        [5000] = "21fca4a18b559c5d57589ab03c75c707d119e2e5837ccca80155a420e0fe578b",
    };
}
