using ActorP2P.Protocol.Identity;

namespace ActorP2P.Guomi.Tests;

public sealed class Sm2SignatureTests
{
    // GB/T 32918.5-2017, annex A.2: the recommended curve, user ID 1234567812345678.
    private const string PrivateKey = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
    private const string PublicKey =
        "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
    private const string Digest = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
    private const string Nonce = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";
    private const string Signature =
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

    private static readonly NodeId Signer = NodeId.FromPoint(Hex(PublicKey));

    [Fact]
    public void The_digest_of_the_standard_comes_out()
    {
        var digest = new byte[32];

        Sm2Signatures.Digest(Signer, [], "message digest"u8, digest);

        Assert.Equal(Digest, Convert.ToHexString(digest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    public void The_signature_of_the_standard_comes_out_whatever_the_blinding(byte blind)
    {
        var signature = new byte[64];
        var factor = new byte[32];
        factor[3] = blind;

        Assert.True(Sm2Signatures.TrySign(Hex(PrivateKey), Hex(Digest), Hex(Nonce), factor, signature));

        Assert.Equal(Signature, Convert.ToHexString(signature));
        Assert.True(Sm2Signatures.Verify(Signer, Hex(Digest), signature));
    }

    [Fact]
    public void The_public_key_of_the_standard_comes_out() =>
        Assert.Equal(Signer, Sm2Domain.Encode(Sm2Domain.MultiplyBase(Sm2Domain.Number(Hex(PrivateKey)))));

    [Fact]
    public void Signing_the_same_twice_gives_the_same_and_anything_else_another()
    {
        var key = Hex(PrivateKey);
        byte[] first = new byte[64], again = new byte[64], other = new byte[64];
        Sm2Signatures.Sign(key, Hex(Digest), first);
        Sm2Signatures.Sign(key, Hex(Digest), again);
        Sm2Signatures.Sign(key, Hex(Nonce), other);

        Assert.Equal(first, again);
        Assert.NotEqual(first[..32], other[..32]);
        Assert.True(Sm2Signatures.Verify(Signer, Hex(Digest), first));
    }

    [Fact]
    public void A_changed_signature_digest_or_signer_does_not_verify()
    {
        var other = GuomiSuites.Sm2.GenerateKey(new SeededRandom(1)).Id;
        for (var at = 0; at < 64; at += 7)
        {
            var signature = Hex(Signature);
            signature[at] ^= 0x10;
            Assert.False(Sm2Signatures.Verify(Signer, Hex(Digest), signature));
        }

        Assert.False(Sm2Signatures.Verify(Signer, Hex(Nonce), Hex(Signature)));
        Assert.False(Sm2Signatures.Verify(other, Hex(Digest), Hex(Signature)));
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        var zero = new byte[32];
        var order = Hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123");
        byte[] r = Hex(Signature)[..32], s = Hex(Signature)[32..];
        byte[][] wrong = [[.. zero, .. s], [.. r, .. zero], [.. order, .. s], [.. r, .. order], [.. Enumerable.Repeat((byte)255, 64)], [.. r, .. Negated(r)]];

        Assert.All(wrong, signature => Assert.False(Sm2Signatures.Verify(Signer, Hex(Digest), signature)));
        Assert.False(Sm2Signatures.Verify(Signer, Hex(Digest), Hex(Signature)[..63]));
        Assert.False(Sm2Signatures.Verify(Signer, Hex(Digest), []));
    }

    /// <summary>ECDSA's second form of a signature is none here: so SM2 needs no rule of the lower s.</summary>
    [Fact]
    public void The_twin_with_n_minus_s_does_not_verify()
    {
        byte[] twin = [.. Hex(Signature)[..32], .. Negated(Hex(Signature)[32..])];

        Assert.False(Sm2Signatures.Verify(Signer, Hex(Digest), twin));
    }

    [Fact]
    public void DER_goes_there_and_back_at_every_length()
    {
        foreach (var (r, s) in new[] { (1, 1), (0x7F, 0x80), (0xFF, 0x0100), (0x7FFF, 0x8000) })
        {
            var plain = new byte[64];
            (plain[30], plain[31], plain[62], plain[63]) = ((byte)(r >> 8), (byte)r, (byte)(s >> 8), (byte)s);
            var back = new byte[64];

            Assert.True(Sm2DerSignature.TryDecode(Sm2DerSignature.Encode(plain), back));
            Assert.Equal(plain, back);
        }

        var full = Hex(Signature);
        var read = new byte[64];
        Assert.True(Sm2DerSignature.TryDecode(Sm2DerSignature.Encode(full), read));
        Assert.Equal(full, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("3006020101020101", true)]
    [InlineData("300602010102010100")]
    [InlineData("3005020101020101")]
    [InlineData("3007020101020101")]
    [InlineData("308106020101020101")]
    [InlineData("30800201010201010000")]
    [InlineData("300702020001020101")]
    [InlineData("3006020181020101")]
    [InlineData("30060201010201FF")]
    [InlineData("30050200020101")]
    [InlineData("3003020101")]
    [InlineData("3009020101020101020101")]
    [InlineData("3106020101020101")]
    [InlineData("3006040101020101")]
    [InlineData("302702210100000000000000000000000000000000000000000000000000000000000000020102")]
    public void Only_canonical_DER_of_two_positive_numbers_is_read(string hex, bool valid = false) =>
        Assert.Equal(valid, Sm2DerSignature.TryDecode(Hex(hex), new byte[64]));

    private static byte[] Negated(byte[] scalar)
    {
        var n = Sm2Domain.Order;
        var result = new byte[32];
        Sm2Domain.Write(n.Subtract(Sm2Domain.Number(scalar)), result);
        return result;
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex);
}
