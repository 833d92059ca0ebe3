using System.Diagnostics;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Guomi.Tests;

public sealed class Sm2CurveTests
{
    private static readonly IdentityCurve Curve = GuomiSuites.Sm2;

    [Fact]
    public void Both_sides_agree_on_the_x_coordinate()
    {
        using var one = Curve.GenerateEphemeral(new SeededRandom(1));
        using var two = Curve.GenerateEphemeral(new SeededRandom(2));
        byte[] atOne = new byte[32], atTwo = new byte[32];

        Assert.True(one.TryAgree(two.Public, atOne));
        Assert.True(two.TryAgree(one.Public, atTwo));

        Assert.Equal(atOne, atTwo);
        Assert.NotEqual(new byte[32], atOne);
        Assert.True(Curve.IsValidPoint(one.Public));
    }

    [Fact]
    public void A_point_off_the_curve_of_another_curve_or_out_of_range_is_refused_everywhere()
    {
        using var own = Curve.GenerateEphemeral(new SeededRandom(1));
        using var foreign = IdentityCurves.P256.GenerateEphemeral(new SeededRandom(1));
        using var key = Curve.GenerateKey(new SeededRandom(3));
        var signature = new byte[64];
        key.Sign(SignatureContext.LinkState, "x"u8, signature);
        NodeId[] wrong =
        [
            foreign.Public,
            NodeId.FromPoint(new byte[64]),
            NodeId.FromPoint([.. Enumerable.Repeat((byte)255, 64)]),
            NodeId.FromPoint([.. key.Id.Point[..63], (byte)(key.Id.Point[63] ^ 1)]),
            NodeId.FromPoint([.. key.Id.Point[32..], .. key.Id.Point[..32]]),
        ];

        Assert.All(wrong, point =>
        {
            Assert.False(Curve.IsValidPoint(point));
            Assert.False(own.TryAgree(point, new byte[32]));
            Assert.False(Curve.Verify(point, SignatureContext.LinkState, "x"u8, signature));
        });
    }

    [Fact]
    public void A_signature_is_for_one_context_and_one_text()
    {
        using var key = Curve.GenerateKey(new SeededRandom(3));
        var signature = new byte[64];
        key.Sign(SignatureContext.Publication, "text"u8, signature);

        Assert.True(Curve.Verify(key.Id, SignatureContext.Publication, "text"u8, signature));
        Assert.False(Curve.Verify(key.Id, SignatureContext.LinkState, "text"u8, signature));
        Assert.False(Curve.Verify(key.Id, SignatureContext.Publication, "texT"u8, signature));
        Assert.False(Curve.Verify(key.Id, SignatureContext.Publication, "text"u8, signature[..63]));
        Assert.False(Curve.Verify(key.Id, SignatureContext.Publication, "text"u8, [.. signature, 0]));
    }

    [Fact]
    public void A_key_goes_to_a_file_and_back()
    {
        using var key = Curve.GenerateKey(new SeededRandom(3));
        var pem = ((IIssuingKey)key).ExportPem();

        Assert.True(Curve.TryImportKey(pem, null, out var back, out _));
        Assert.Equal(key.Id, back.Id);
        back.Dispose();
    }

    [Fact]
    public void The_same_seed_gives_the_same_key()
    {
        using var one = Curve.GenerateKey(new SeededRandom(9));
        using var two = Curve.GenerateKey(new SeededRandom(9));
        using var other = Curve.GenerateKey(new SeededRandom(10));

        Assert.Equal(one.Id, two.Id);
        Assert.NotEqual(one.Id, other.Id);
    }

    [Fact]
    public void A_disposed_key_signs_no_more()
    {
        var key = Curve.GenerateKey(new SeededRandom(3));
        var ephemeral = Curve.GenerateEphemeral(new SeededRandom(3));
        key.Dispose();
        ephemeral.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign(SignatureContext.LinkState, "x"u8, new byte[64]));
        Assert.Throws<ObjectDisposedException>(() => ephemeral.TryAgree(key.Id, new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => ((IIssuingKey)key).ExportPem());
    }

    [Fact]
    public async Task Keys_of_OpenSSL_are_read_in_every_form_and_ours_by_it()
    {
        using var files = new TemporaryDirectory();
        await OpenSsl.RunAsync("ecparam", "-name", "SM2", "-genkey", "-out", files["sec1.pem"]);
        await OpenSsl.RunAsync("pkcs8", "-topk8", "-nocrypt", "-in", files["sec1.pem"], "-out", files["pkcs8.pem"]);
        await OpenSsl.RunAsync("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:secret", "-in", files["sec1.pem"], "-out", files["encrypted.pem"]);
        var sec1 = Import(await File.ReadAllTextAsync(files["sec1.pem"]), null);
        var plain = Import(await File.ReadAllTextAsync(files["pkcs8.pem"]), null);
        var encrypted = Import(await File.ReadAllTextAsync(files["encrypted.pem"]), "secret");

        Assert.Equal(sec1.Id, plain.Id);
        Assert.Equal(sec1.Id, encrypted.Id);

        await File.WriteAllTextAsync(files["ours.pem"], plain.ExportPem());
        var shown = await OpenSsl.RunAsync("pkey", "-in", files["ours.pem"], "-text", "-noout");
        Assert.Contains("SM2", shown, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(plain.Id.Point[..4]), shown.Replace(":", "", StringComparison.Ordinal).ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_no_password_and_a_foreign_key_have_a_reason_each()
    {
        using var files = new TemporaryDirectory();
        await OpenSsl.RunAsync("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", files["sm2.pem"]);
        await OpenSsl.RunAsync("pkcs8", "-topk8", "-passout", "pass:secret", "-in", files["sm2.pem"], "-out", files["encrypted.pem"]);
        await OpenSsl.RunAsync("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", files["p256.pem"]);
        await OpenSsl.RunAsync("ecparam", "-name", "SM2", "-genkey", "-noout", "-param_enc", "explicit", "-out", files["explicit.pem"]);
        var encrypted = await File.ReadAllTextAsync(files["encrypted.pem"]);

        Assert.Contains("password is wrong", Reason(encrypted, "guess"), StringComparison.Ordinal);
        Assert.Contains("no password", Reason(encrypted, null), StringComparison.Ordinal);
        Assert.Contains("not on the network's curve", Reason(await File.ReadAllTextAsync(files["p256.pem"]), null), StringComparison.Ordinal);
        Assert.Contains("not on the network's curve", Reason(await File.ReadAllTextAsync(files["explicit.pem"]), null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAMCAQE=\n-----END ENCRYPTED PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n")]
    public void A_file_that_is_no_key_is_refused_in_one_line(string pem)
    {
        var reason = Reason(pem, "secret");

        Assert.NotEmpty(reason);
        Assert.DoesNotContain('\n', reason);
    }

    [Fact]
    public void A_file_whose_public_key_is_anothers_is_refused()
    {
        using var one = (IIssuingKey)Curve.GenerateKey(new SeededRandom(1));
        using var two = (IIssuingKey)Curve.GenerateKey(new SeededRandom(2));
        var der = Convert.FromBase64String(string.Concat(one.ExportPem().Split('\n').Where(static l => !l.StartsWith('-'))));
        two.Id.Point.CopyTo(der.AsSpan(der.Length - 64));

        Assert.Contains("public key", Reason(PemEncoding.WriteString("PRIVATE KEY", der), null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122")]
    [InlineData("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123")]
    public void A_private_key_out_of_range_is_refused(string scalar)
    {
        using var any = Curve.GenerateKey(new SeededRandom(1));
        var pem = Sm2KeyFiles.Write(Convert.FromHexString(scalar), any.Id);

        Assert.Contains("range", Reason(pem, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_takes_the_place_of_a_registered_curve()
    {
        Assert.True(IdentityCurves.Register(Curve));
        Assert.True(IdentityCurves.Register(Curve));
        Assert.False(IdentityCurves.Register(new Sm2Curve()));
        Assert.True(IdentityCurves.TryFind("sm2", out var found));
        Assert.Same(Curve, found);
    }

    private static IIssuingKey Import(string pem, string? password) =>
        Curve.TryImportKey(pem, password, out var key, out var reason) ? (IIssuingKey)key : throw new UnreachableException(reason);

    private static string Reason(string pem, string? password)
    {
        Assert.False(Curve.TryImportKey(pem, password, out var key, out var reason));
        Assert.Null(key);
        return reason;
    }
}
