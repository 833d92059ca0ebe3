using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Gossip;

/// <summary>Canonical forms and limits of both bodies.</summary>
public sealed class StateBodyTests
{
    private static readonly StateLimits Limits = TestSettings.Limits;

    [Fact]
    public void A_link_state_is_read_back_whatever_the_order_it_was_made_in()
    {
        var one = LinkStateBody.Create(["b:2", "a:1", "[::1]:3"], new byte[32], [5, 3, 5, 9], Limits);
        var other = LinkStateBody.Create(["[::1]:3", "a:1", "b:2", "a:1"], new byte[32], [9, 5, 3], Limits);
        Assert.Equal(one.Encode().ToArray(), other.Encode().ToArray());
        Assert.True(LinkStateBody.TryDecode(one.Encode(), Limits, out var read));
        Assert.Equal([3, 5, 9], read.NeighbourReferences);
        Assert.Equal(["[::1]:3", "a:1", "b:2"], read.Addresses);
    }

    [Fact]
    public void A_namespace_state_is_read_back_whatever_the_order_it_was_made_in()
    {
        Assert.True(NamespaceStateBody.TryCreate(["y", "x"], [new("q", 1, 2), new("p", 3, 3)], Entries(("k", [1]), ("j", [])), Limits, out var one, out _));
        Assert.True(NamespaceStateBody.TryCreate(["x", "y"], [new("p", 3, 3), new("q", 1, 2)], Entries(("j", []), ("k", [1])), Limits, out var other, out _));
        Assert.Equal(one.Encode().ToArray(), other.Encode().ToArray());
        Assert.True(NamespaceStateBody.TryDecode(one.Encode(), Limits, out var read));
        Assert.Equal(["x", "y"], read.Topics);
        Assert.Equal([new ProtocolRange("p", 3, 3), new ProtocolRange("q", 1, 2)], read.Protocols);
        Assert.Equal([1], read.Status["k"].ToArray());
        Assert.Equal(0, read.Status["j"].Length);
    }

    [Fact]
    public void Every_cut_body_and_every_longer_one_is_refused()
    {
        Assert.True(NamespaceStateBody.TryCreate(["x"], [new("p", 1, 1)], Entries(("k", [1, 2])), Limits, out var state, out _));
        var link = LinkStateBody.Create(["a:1"], new byte[32], [1, 2], Limits);
        foreach (var bytes in new[] { state.Encode().ToArray(), link.Encode().ToArray() })
        {
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.False(NamespaceStateBody.TryDecode(bytes.AsMemory(0, length), Limits, out _));
                Assert.False(LinkStateBody.TryDecode(bytes.AsMemory(0, length), Limits, out _));
            }

            byte[] longer = [.. bytes, 0];
            Assert.False(NamespaceStateBody.TryDecode(longer, Limits, out _));
            Assert.False(LinkStateBody.TryDecode(longer, Limits, out _));
        }
    }

    [Fact]
    public void A_form_that_is_not_canonical_is_refused()
    {
        byte[] twice = [1, 2, 0, 1, 0, (byte)'x', 1, 0, (byte)'x', 0, 0, 0, 0];
        byte[] descending = [1, 2, 0, 1, 0, (byte)'y', 1, 0, (byte)'x', 0, 0, 0, 0];
        byte[] ascending = [1, 2, 0, 1, 0, (byte)'x', 1, 0, (byte)'y', 0, 0, 0, 0];
        Assert.False(NamespaceStateBody.TryDecode(twice, Limits, out _));
        Assert.False(NamespaceStateBody.TryDecode(descending, Limits, out _));
        Assert.True(NamespaceStateBody.TryDecode(ascending, Limits, out _));
        ascending[0] = 2;
        Assert.False(NamespaceStateBody.TryDecode(ascending, Limits, out _));
    }

    [Theory]
    [InlineData(0, 300, 1, 1, "topics")]
    [InlineData(0, 1, 300, 1, "status entries")]
    [InlineData(0, 1, 1, 5000, "status value")]
    [InlineData(200, 1, 1, 1, "a topic")]
    [InlineData(0, 1, 30, 4000, "longer than")]
    public void A_limit_is_refused_with_its_name(int topicLength, int topics, int entries, int valueBytes, string reason)
    {
        var names = Enumerable.Range(0, topics).Select(number => $"{number}" + new string('t', topicLength));
        var status = Enumerable.Range(0, entries).Select(number => KeyValuePair.Create($"{number}", (ReadOnlyMemory<byte>)new byte[valueBytes]));
        Assert.False(NamespaceStateBody.TryCreate(names, [], status, Limits, out _, out var why));
        Assert.Contains(reason, why);
    }

    [Fact]
    public void A_link_state_over_a_limit_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => LinkStateBody.Create(Enumerable.Range(1, 17).Select(static i => $"h:{i}"), new byte[32], [], Limits));
        Assert.Throws<ArgumentException>(() => LinkStateBody.Create([], new byte[31], [], Limits));
        Assert.Throws<ArgumentException>(() => LinkStateBody.Create(["no port"], new byte[32], [], Limits));
        Assert.Throws<ArgumentException>(() => LinkStateBody.Create([], new byte[32], Enumerable.Range(0, 5000).Select(static i => (ulong)i), Limits));
    }

    [Theory]
    [InlineData("host:1", true)]
    [InlineData("10.0.0.1:65535", true)]
    [InlineData("[2001:db8::1]:30300", true)]
    [InlineData("2001:db8::1:30300", false)]
    [InlineData("host", false)]
    [InlineData("host:0", false)]
    [InlineData("host:65536", false)]
    [InlineData("host:+1", false)]
    [InlineData(":1", false)]
    [InlineData("ho st:1", false)]
    [InlineData("höst:1", false)]
    [InlineData("[::1:1", false)]
    [InlineData("http://host:1", false)]
    public void Addresses_are_host_and_port(string text, bool valid) =>
        Assert.Equal(valid, NetworkAddress.TryParse(text, out _, out _));

    private static IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> Entries(params (string Key, byte[] Value)[] entries) =>
        entries.Select(static entry => KeyValuePair.Create(entry.Key, (ReadOnlyMemory<byte>)entry.Value));
}
