using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>The bytes of a publication's head.</summary>
public sealed class PublicationHeaderTests
{
    private static readonly PublicationScope Scope = new("net", "ns");
    private static readonly PublicationProof Proof = new(Scope, SimulatedCurve.Instance, isSigned: true);

    [Theory]
    [InlineData(null, "t", 0)]
    [InlineData("topic", "type", 1000)]
    [InlineData("τόπος", "τύπος", 3)]
    public void What_is_signed_is_read_back_and_verifies(string? topic, string type, int length)
    {
        var payload = new byte[length];
        var written = Sign(topic, type, payload);
        Assert.True(PublicationHeader.TryRead(written.Bytes.ToArray().Concat(payload).ToArray(), 128, 128, out var read, out var rest));
        Assert.Equal(written.Id, read.Id);
        Assert.Equal(topic, read.Topic);
        Assert.Equal(type, read.Type);
        Assert.Equal(5ul, read.Floor);
        Assert.Equal(Lane.Bulk, read.Lane);
        Assert.Equal(length, rest.Length);
        Assert.True(Proof.Verify(read, rest.Span));
        Assert.True(read.HasSameContent(written));
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        var head = Sign("ab", "xyz", [1, 2, 3]).Bytes.Span;
        Assert.Equal([1, 4, 2, 0, 3, 0, 65, 0], head[..8].ToArray());
        Assert.Equal(SimulatedCurve.IdOf(1).Point.ToArray(), head[8..72].ToArray());
        Assert.Equal([7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0], head[72..100].ToArray());
        Assert.Equal(Convert.FromHexString("039058C6F2C0CB492C533B0A4D14EF77CC0F78ABCCCED5287D84A1A2011CFB81"), head[100..132].ToArray());
        Assert.Equal("abxyz"u8.ToArray(), head[132..137].ToArray());
        Assert.Equal(1, head[137]);
        Assert.Equal(137 + 65, head.Length);
    }

    [Fact]
    public void A_signature_kind_of_a_later_version_is_not_taken_for_one_of_ours()
    {
        var bytes = Sign(null, "type", []).Bytes.ToArray();
        bytes[^65] = 3;
        Assert.True(PublicationHeader.TryRead(bytes, 128, 128, out var read, out var payload));
        Assert.False(Proof.Verify(read, payload.Span));
    }

    [Fact]
    public void Texts_over_their_limits_are_not_read()
    {
        var bytes = Sign("topic", "type", []).Bytes;
        Assert.True(PublicationHeader.TryRead(bytes, 5, 4, out _, out _));
        Assert.False(PublicationHeader.TryRead(bytes, 4, 4, out _, out _));
        Assert.False(PublicationHeader.TryRead(bytes, 5, 3, out _, out _));
    }

    [Fact]
    public void A_real_curve_signs_and_refuses_the_changed_head()
    {
        using var key = IdentityCurves.P256.GenerateKey(new SeededRandom(1));
        var header = TestPublication.Sign(Scope, key, new MessageId(key.Id, 1, 1), 1, Lane.Gossip, null, "type", [1, 2]);
        Assert.True(new PublicationProof(Scope, IdentityCurves.P256, isSigned: true).Verify(header, [1, 2]));
        Assert.False(new PublicationProof(Scope, IdentityCurves.P256, isSigned: true).Verify(header, [1, 3]));
        Assert.False(new PublicationProof(new PublicationScope("net", "n2"), IdentityCurves.P256, isSigned: true).Verify(header, [1, 2]));
    }

    private static PublicationHeader Sign(string? topic, string type, byte[] payload) => TestPublication.Sign(
        Scope, SimulatedCurve.Key(1), new MessageId(SimulatedCurve.IdOf(1), 7, 9), 5, Lane.Bulk, topic, type, payload);
}
