using ActorP2P.Protocol.Identity;

namespace ActorP2P.AkkaRemoting.Tests;

public sealed class NodeAddressTests
{
    private static readonly NodeId Node = RemotingConsortium.SomeNode();

    [Theory]
    [InlineData("10.0.0.1:30300", "10.0.0.1:30300")]
    [InlineData("node-1.Example.org:1", "node-1.example.org:1")]
    [InlineData("[2001:db8::1]:30300", "[2001:db8::1]:30300")]
    [InlineData("[::1]:65535", "[::1]:65535")]
    public void An_address_carries_the_node_and_the_place_as_Akka_writes_and_reads_it(string place, string back)
    {
        var written = NodeAddress.Of(Node, "orders", place).WithProtocol("akka.p2p").ToString();
        Assert.True(Address.TryParse(written, out var address), written);
        Assert.True(NodeAddress.TryGetNode(address.Host, out var node));
        Assert.Equal(Node, node);
        Assert.True(NodeAddress.TryGetPlace(address, out var found));
        Assert.Equal(back, found);
    }

    [Fact]
    public void An_address_without_a_place_carries_the_node_alone()
    {
        var address = NodeAddress.Of(Node, "orders");
        Assert.True(NodeAddress.TryGetNode(address.Host, out var node));
        Assert.Equal(Node, node);
        Assert.False(NodeAddress.TryGetPlace(address, out _));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("10.0.0.1:0")]
    [InlineData("a@b:1")]
    [InlineData("a/b:1")]
    [InlineData("a..b:1")]
    [InlineData(".a:1")]
    public void What_is_no_place_makes_no_address(string place) =>
        Assert.Throws<ArgumentException>(() => NodeAddress.Of(Node, "orders", place));

    [Fact]
    public void A_host_in_another_form_names_nobody()
    {
        var host = NodeAddress.HostOf(Node);
        string?[] odd =
        [
            null, "", "10.0.0.1", host[1..], host + ".", host + "x", host.ToUpperInvariant(), host + ".UPPER", host + ".a..b", host + ".zz.ip6",
            host + ".00000000000000000000000000000001X.ip6", host + "." + new string('a', 200), Node.ToString(), string.Join('.', Node.ToString().Chunk(32).Select(static label => new string(label))),
        ];
        Assert.All(odd, name => Assert.False(NodeAddress.TryGetNode(name, out _), name));
    }
}
