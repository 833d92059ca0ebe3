using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class EcdsaCurveTests
{
    public static TheoryData<string> CurveNames => ["p256", "secp256k1"];

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void A_signature_verifies_from_the_node_ID_alone(string name)
    {
        var curve = Find(name);
        using var key = curve.GenerateKey(new SeededRandom(1));
        Span<byte> signature = stackalloc byte[64];

        key.Sign(SignatureContext.Publication, "data"u8, signature);

        Assert.True(curve.Verify(NodeId.FromPoint(key.Id.Point), SignatureContext.Publication, "data"u8, signature));
    }

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void A_signature_stands_for_nothing_else(string name)
    {
        var curve = Find(name);
        using var key = curve.GenerateKey(new SeededRandom(1));
        using var other = curve.GenerateKey(new SeededRandom(2));
        Span<byte> signature = stackalloc byte[64];
        key.Sign(SignatureContext.Publication, "data"u8, signature);

        Assert.False(curve.Verify(key.Id, SignatureContext.LinkState, "data"u8, signature));
        Assert.False(curve.Verify(key.Id, SignatureContext.Publication, "datb"u8, signature));
        Assert.False(curve.Verify(other.Id, SignatureContext.Publication, "data"u8, signature));
        Assert.False(curve.Verify(key.Id, SignatureContext.Publication, "data"u8, signature[..63]));
        Assert.False(curve.Verify(key.Id, SignatureContext.Publication, "data"u8, [.. signature, 0]));
    }

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void Every_signature_has_a_low_s_and_its_high_twin_is_refused(string name)
    {
        var curve = Find(name);
        using var key = curve.GenerateKey(new SeededRandom(1));
        for (var i = 0; i < 64; i++)
        {
            var signature = new byte[64];
            key.Sign(SignatureContext.Publication, BitConverter.GetBytes(i), signature);
            var twin = HighTwin(name, signature);

            Assert.True(curve.Verify(key.Id, SignatureContext.Publication, BitConverter.GetBytes(i), signature));
            Assert.False(curve.Verify(key.Id, SignatureContext.Publication, BitConverter.GetBytes(i), twin));
            ((EcdsaCurve)curve).NormaliseToLowS(twin);
            Assert.Equal(signature, twin);
        }
    }

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void Zero_and_over_large_signature_numbers_are_refused(string name)
    {
        var curve = Find(name);
        using var key = curve.GenerateKey(new SeededRandom(1));
        var signature = new byte[64];
        key.Sign(SignatureContext.Publication, "data"u8, signature);

        foreach (var (from, to, value) in new[] { (0, 32, (byte)0), (32, 64, (byte)0), (0, 32, (byte)0xFF), (32, 64, (byte)0xFF) })
        {
            var bad = signature.ToArray();
            bad.AsSpan(from, to - from).Fill(value);
            Assert.False(curve.Verify(key.Id, SignatureContext.Publication, "data"u8, bad));
        }
    }

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void Long_data_is_signed_like_short_data(string name)
    {
        var curve = Find(name);
        using var key = curve.GenerateKey(new SeededRandom(1));
        foreach (var length in new[] { 0, 900, 992, 993, 994, 995, 996, 1023, 1024, 1025, 100_000 })
        {
            var data = new byte[length];
            var signature = new byte[64];
            key.Sign(SignatureContext.Publication, data, signature);
            Assert.True(curve.Verify(key.Id, SignatureContext.Publication, data, signature));

            var digest = new byte[32];
            SignatureContexts.Sha256(SignatureContext.Publication, data, digest);
            Assert.Equal(SHA256.HashData([.. "actorp2p/1 publication"u8, 0, .. data]), digest);
        }
    }

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void Keys_follow_from_the_random_source_alone(string name)
    {
        var curve = Find(name);

        Assert.Equal(curve.GenerateKey(new SeededRandom(5)).Id, curve.GenerateKey(new SeededRandom(5)).Id);
        Assert.Equal(curve.GenerateEphemeral(new SeededRandom(5)).Public, curve.GenerateEphemeral(new SeededRandom(5)).Public);
        Assert.NotEqual(curve.GenerateKey(new SeededRandom(5)).Id, curve.GenerateKey(new SeededRandom(6)).Id);
    }

    [Fact]
    public void A_random_draw_that_is_no_scalar_is_drawn_again()
    {
        var one = new byte[32];
        one[31] = 1;
        byte[] tooLarge = [.. Enumerable.Repeat((byte)0xFF, 32)];
        using var key = IdentityCurves.P256.GenerateKey(new ScriptedRandom(new byte[32], tooLarge, one));

        // 1·G is the generator (SEC 2 v2.0, 2.4.2).
        Assert.Equal("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", key.Id.ToString());
    }

    // RFC 5903, 8.1: 256-bit random ECP group.
    [Fact]
    public void ECDH_gives_the_vector_of_RFC_5903()
    {
        using var initiator = IdentityCurves.P256.GenerateEphemeral(new ScriptedRandom(Convert.FromHexString("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433")));
        using var responder = IdentityCurves.P256.GenerateEphemeral(new ScriptedRandom(Convert.FromHexString("C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53")));
        var secret = new byte[32];
        var same = new byte[32];

        Assert.True(initiator.TryAgree(responder.Public, secret));
        Assert.True(responder.TryAgree(initiator.Public, same));
        Assert.Equal("DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C37725811805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3", Convert.ToHexString(initiator.Public.Point));
        Assert.Equal("D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE", Convert.ToHexString(secret));
        Assert.Equal(secret, same);
    }

    [Theory]
    [MemberData(nameof(CurveNames))]
    public void Points_off_the_curve_are_refused_everywhere(string name)
    {
        var curve = Find(name);
        using var key = curve.GenerateKey(new SeededRandom(1));
        var shifted = key.Id.Point.ToArray();
        shifted[63] ^= 1;
        NodeId[] bad = [NodeId.FromPoint(shifted), NodeId.FromPoint(new byte[64]), NodeId.FromPoint([.. Enumerable.Repeat((byte)0xFF, 64)])];
        var otherCurve = name == "p256" ? Find("secp256k1") : Find("p256");

        foreach (var point in bad.Append(otherCurve.GenerateKey(new SeededRandom(1)).Id))
        {
            using var ephemeral = curve.GenerateEphemeral(new SeededRandom(2));
            Assert.False(curve.IsValidPoint(point));
            Assert.False(ephemeral.TryAgree(point, new byte[32]));
            Assert.False(curve.Verify(point, SignatureContext.Publication, "data"u8, [.. new byte[31], 1, .. new byte[31], 1]));
        }
    }

    [Fact]
    public void The_key_cache_stays_within_its_bound()
    {
        var cache = new VerificationKeyCache(3, _ => ECDsa.Create());
        for (var i = 0; i < 10; i++)
        {
            cache.Find(NodeId.FromPoint([.. BitConverter.GetBytes(i), .. new byte[60]]));
        }

        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void The_key_cache_keeps_nothing_for_a_point_that_is_none()
    {
        var cache = new VerificationKeyCache(3, _ => null);

        Assert.Null(cache.Find(NodeId.FromPoint(new byte[64])));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Curves_are_found_by_exact_name_and_never_replaced()
    {
        Assert.Same(IdentityCurves.P256, Find("p256"));
        Assert.False(IdentityCurves.TryFind("P256", out _));
        Assert.True(IdentityCurves.Register(IdentityCurves.P256));
        Assert.False(IdentityCurves.Register(new EcdsaCurve("p256", "1.3.132.0.10", WeierstrassParameters.Secp256k1)));
        Assert.Contains("secp256k1", IdentityCurves.Names);
    }

    private static IdentityCurve Find(string name) =>
        IdentityCurves.TryFind(name, out var curve) ? curve : throw new InvalidOperationException(name);

    private static byte[] HighTwin(string name, byte[] signature)
    {
        var order = System.Numerics.BigInteger.Parse(
            name == "p256"
                ? "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
                : "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141",
            System.Globalization.NumberStyles.AllowHexSpecifier);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var high = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. signature[..32], .. new byte[32 - high.Length], .. high];
    }

    private sealed class ScriptedRandom(params byte[][] draws) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination) => draws[_next++].CopyTo(destination);
    }
}
