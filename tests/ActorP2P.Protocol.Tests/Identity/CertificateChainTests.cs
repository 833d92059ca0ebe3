using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class CertificateChainTests
{
    private static readonly ChainLimits Limits = new(4, 8192);

    [Fact]
    public void A_chain_survives_its_wire_form_and_its_PEM_form()
    {
        var chain = TestPki.Chain(TestPki.P256.IssueNode().ChainPem);

        Assert.True(CertificateChain.TryDecode(chain.Encoded, Limits, out var decoded, out _));
        Assert.True(CertificateChain.TryParsePem(chain.ToPem(), Limits, out var parsed, out _));
        Assert.Equal(chain.Hash, decoded.Hash);
        Assert.Equal(chain.LeafHash, decoded.LeafHash);
        Assert.Equal(chain.Hash, parsed.Hash);
        Assert.Equal(2, decoded.Certificates.Count);
    }

    [Fact]
    public void Text_between_the_blocks_and_other_blocks_are_skipped()
    {
        var node = TestPki.P256.IssueNode();

        Assert.True(CertificateChain.TryParsePem("subject=node\n" + node.KeyPem + node.ChainPem, Limits, out var chain, out _));
        Assert.Equal(TestPki.Chain(node.ChainPem).Hash, chain.Hash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_text_without_a_certificate_is_refused(string pem)
    {
        Assert.False(CertificateChain.TryParsePem(pem, Limits, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Every_truncation_of_the_wire_form_is_refused()
    {
        var encoded = TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Encoded;
        for (var length = 0; length < encoded.Length; length++)
        {
            Assert.False(CertificateChain.TryDecode(encoded[..length], Limits, out _, out _));
        }

        Assert.False(CertificateChain.TryDecode((byte[])[.. encoded.Span, 0], Limits, out _, out _));
    }

    [Fact]
    public void A_claimed_count_or_length_buys_nothing()
    {
        Assert.False(CertificateChain.TryDecode(new byte[] { 255, 255, 255 }, Limits, out _, out _));
        Assert.False(CertificateChain.TryDecode(new byte[] { 1, 255, 255 }, Limits, out _, out _));
        Assert.False(CertificateChain.TryDecode(new byte[] { 0 }, Limits, out _, out _));
    }

    [Fact]
    public void Limits_hold_for_count_and_bytes()
    {
        var node = TestPki.P256.IssueNode();

        Assert.False(CertificateChain.TryParsePem(node.ChainPem, new ChainLimits(1, 8192), out _, out var count));
        Assert.False(CertificateChain.TryParsePem(node.ChainPem, new ChainLimits(4, 600), out _, out var bytes));
        Assert.Equal("more than 1 certificates", count);
        Assert.Equal("more than 600 bytes of certificates", bytes);
    }

    [Fact]
    public void Bytes_behind_a_certificate_are_refused()
    {
        var leaf = TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Certificates[0];

        Assert.False(CertificateChain.TryParseDer([(byte[])[.. leaf.Span, 0]], Limits, out _, out _));
    }

    [Fact]
    public void A_chain_keeps_its_own_copy()
    {
        var leaf = TestPki.Chain(TestPki.P256.IssueNode().ChainPem).Certificates[0].ToArray();
        Assert.True(CertificateChain.TryParseDer([leaf], Limits, out var chain, out _));

        leaf[10] ^= 1;

        Assert.NotEqual(leaf, chain.Certificates[0].ToArray());
    }
}
