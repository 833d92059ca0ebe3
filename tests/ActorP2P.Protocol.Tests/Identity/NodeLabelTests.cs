using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class NodeLabelTests
{
    // The base points: SEC 2, 2.4.2 and 2.4.1; GB/T 32918.5, annex A.
    [Theory]
    [InlineData("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 'b')]
    [InlineData("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8", 'c')]
    [InlineData("32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0", 'e')]
    public void The_base_point_of_each_curve_has_a_label_that_reads_back(string hex, char first)
    {
        Assert.True(NodeId.TryParse(hex, out var node));
        var label = NodeLabel.Of(node);
        Assert.Equal(NodeLabel.Length, label.Length);
        Assert.Equal(first, label[0]);
        Assert.True(NodeLabel.TryGetNode(label, out var back));
        Assert.Equal(node, back);
    }

    [Fact]
    public void Keys_of_both_parities_read_back_and_flipping_the_parity_names_another_node()
    {
        for (var i = 0; i < 40; i++)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var q = key.ExportParameters(false).Q;
            var node = NodeId.FromPoint([.. q.X!, .. q.Y!]);
            var label = NodeLabel.Of(node);
            Assert.True(NodeLabel.TryGetNode(label, out var back));
            Assert.Equal(node, back);
            var flipped = (label[0] == 'a' ? 'b' : 'a') + label[1..];
            Assert.True(NodeLabel.TryGetNode(flipped, out var other));
            Assert.NotEqual(node, other);
        }
    }

    [Fact]
    public void What_names_no_point_in_the_one_form_is_refused()
    {
        Assert.True(NodeId.TryParse("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", out var node));
        var label = NodeLabel.Of(node);
        string[] odd =
        [
            "", label[1..], label + "a", label.ToUpperInvariant(), '1' + label[1..], "g" + label[1..], "7" + label[1..],
            // X is not below p, and bits stand behind its last byte.
            "a" + new string('7', 51) + "q", label[..^1] + (char)(label[^1] + 1),
        ];
        Assert.All(odd, text => Assert.False(NodeLabel.TryGetNode(text, out _), text));
        Assert.Contains(Enumerable.Range(0, 64), x => !NodeLabel.TryGetNode("a" + new string('a', 50) + "abcdefghijklmnopqrstuvwxyz234567"[x / 2] + (x % 2 == 0 ? "a" : "q"), out _));
    }

    [Fact]
    public void A_point_of_no_curve_has_no_label() =>
        Assert.Throws<ArgumentException>(() => NodeLabel.Of(NodeId.FromPoint(new byte[NodeId.LengthBytes])));
}
