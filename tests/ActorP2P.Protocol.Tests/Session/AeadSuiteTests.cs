using System.Text;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class AeadSuiteTests
{
    private const string GcmPlaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    private const string GcmAad = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    private const string GcmNonce = "cafebabefacedbaddecaf888";

    // McGrew and Viega, The Galois/Counter Mode of Operation (GCM), submitted to NIST: test cases 4 and 16.
    [Theory]
    [InlineData(
        "aes-128-gcm",
        "feffe9928665731c6d6a8f9467308308",
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
        "5bc94fbc3221a5db94fae95ae7121a47")]
    [InlineData(
        "aes-256-gcm",
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b")]
    public void AES_GCM_gives_the_vectors_submitted_to_NIST(string name, string key, string ciphertext, string tag) =>
        AssertVector(name, key, GcmNonce, GcmAad, Convert.FromHexString(GcmPlaintext), ciphertext, tag);

    // RFC 8439, 2.8.2.
    [Fact]
    public void ChaCha20_Poly1305_gives_the_vector_of_RFC_8439() => AssertVector(
        "chacha20-poly1305",
        "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        "070000004041424344454647",
        "50515253c0c1c2c3c4c5c6c7",
        Encoding.ASCII.GetBytes("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."),
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
        "1ae10b594f09e26a7e902ecbd0600691");

    [Fact]
    public void A_forged_tag_leaves_no_plaintext_behind()
    {
        Assert.True(AeadSuites.TryFind("aes-128-gcm", out var suite));
        using var cipher = suite.CreateCipher(new byte[16]);
        var buffer = "attack at dawn"u8.ToArray();
        var tag = new byte[AeadSuite.TagLengthBytes];
        cipher.Seal(new byte[12], buffer, tag, []);
        tag[0] ^= 1;

        Assert.False(cipher.TryOpen(new byte[12], buffer, tag, []));
        Assert.NotEqual("attack at dawn"u8.ToArray(), buffer);
    }

    [Fact]
    public void A_plug_in_suite_is_found_by_name_and_replaces_nobody()
    {
        var plugIn = new PlugInSuite("plug-in-aead");

        Assert.True(AeadSuites.Register(plugIn));
        Assert.True(AeadSuites.Register(plugIn));
        Assert.False(AeadSuites.Register(new PlugInSuite("plug-in-aead")));
        Assert.False(AeadSuites.Register(new PlugInSuite("aes-128-gcm")));
        Assert.True(AeadSuites.TryFind("plug-in-aead", out var found));
        Assert.Same(plugIn, found);
        Assert.False(AeadSuites.TryFind("rot13", out _));
    }

    [Fact]
    public void A_suite_with_a_name_that_does_not_fit_the_wire_is_refused() =>
        Assert.Throws<ArgumentException>(() => AeadSuites.Register(new PlugInSuite(new string('x', 33))));

    [Fact]
    public void A_suite_that_the_platform_lacks_is_not_found()
    {
        AeadSuites.Register(new PlugInSuite("not-here") { Supported = false });

        Assert.False(AeadSuites.TryFind("not-here", out _));
    }

    private static void AssertVector(string name, string key, string nonce, string aad, byte[] plaintext, string ciphertext, string tag)
    {
        Assert.True(AeadSuites.TryFind(name, out var suite));
        using var cipher = suite.CreateCipher(Convert.FromHexString(key));
        var buffer = plaintext.ToArray();
        var actualTag = new byte[AeadSuite.TagLengthBytes];

        cipher.Seal(Convert.FromHexString(nonce), buffer, actualTag, Convert.FromHexString(aad));

        Assert.Equal(ciphertext, Convert.ToHexStringLower(buffer));
        Assert.Equal(tag, Convert.ToHexStringLower(actualTag));
        Assert.True(cipher.TryOpen(Convert.FromHexString(nonce), buffer, actualTag, Convert.FromHexString(aad)));
        Assert.Equal(plaintext, buffer);
    }

    private sealed class PlugInSuite(string name) : AeadSuite
    {
        public bool Supported { get; init; } = true;

        public override string Name => name;

        public override int KeyLengthBytes => 16;

        public override SuiteHash Hash => SuiteHash.Sha256;

        public override bool IsSupported => Supported;

        public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => AeadSuites.Aes128Gcm.CreateCipher(key);
    }
}
