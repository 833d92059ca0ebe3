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
    public void Interests_are_read_back_whatever_the_order_they_were_made_in()
    {
        Assert.True(InterestsBody.TryCreate(["y", "x", "y"], [new("q", 1, 2), new("p", 3, 3)], Limits, out var one, out _));
        Assert.True(InterestsBody.TryCreate(["x", "y"], [new("p", 3, 3), new("q", 1, 2)], Limits, out var other, out _));
        Assert.Equal(one.Encode().ToArray(), other.Encode().ToArray());
        Assert.True(InterestsBody.TryDecode(one.Encode(), Limits, out var read));
        Assert.Equal(["x", "y"], read.Topics);
        Assert.Equal([new ProtocolRange("p", 3, 3), new ProtocolRange("q", 1, 2)], read.Protocols);
    }

    [Fact]
    public void A_status_is_read_back_whatever_the_order_it_was_made_in()
    {
        Assert.True(StatusBody.TryCreate(Entries(("k", [1]), ("j", [])), Limits, out var one, out _));
        Assert.True(StatusBody.TryCreate(Entries(("j", []), ("k", [1])), Limits, out var other, out _));
        Assert.Equal(one.Encode().ToArray(), other.Encode().ToArray());
        Assert.True(StatusBody.TryDecode(one.Encode(), Limits, out var read));
        Assert.Equal([1], read.Entries["k"].ToArray());
        Assert.Equal(0, read.Entries["j"].Length);
    }

    [Fact]
    public void The_bytes_of_each_section_are_those_of_the_specification()
    {
        Assert.True(InterestsBody.TryCreate(["ab", "c"], [new("p", 1, 258)], Limits, out var interests, out _));
        Assert.True(StatusBody.TryCreate(Entries(("k", [7, 8])), Limits, out var status, out _));
        Assert.Equal("020200" + "02006162" + "010063" + "0100" + "010070" + "01000000" + "02010000", Convert.ToHexStringLower(interests.Encode().Span));
        Assert.Equal("030100" + "01006b" + "02000708", Convert.ToHexStringLower(status.Encode().Span));
        Assert.Equal(interests.Encode().Length, InterestsBody.LengthBytes(interests.Topics, interests.Protocols));
        var links = LinkStateBody.Create(["a:1"], new byte[32], [5], Limits);
        Assert.Equal("0101" + "0300613a31" + new string('0', 64) + "0100" + "0500000000000000", Convert.ToHexStringLower(links.Encode().Span));
    }

    [Fact]
    public void Every_cut_body_and_every_longer_one_is_refused()
    {
        Assert.True(InterestsBody.TryCreate(["x"], [new("p", 1, 1)], Limits, out var interests, out _));
        Assert.True(StatusBody.TryCreate(Entries(("k", [1, 2])), Limits, out var status, out _));
        var link = LinkStateBody.Create(["a:1"], new byte[32], [1, 2], Limits);
        foreach (var bytes in new StateBody[] { interests, status, link }.Select(static body => body.Encode().ToArray()))
        {
            Assert.Equal(1, ReadAs(bytes));
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Equal(0, ReadAs(bytes.AsMemory(0, length)));
            }

            Assert.Equal(0, ReadAs((byte[])[.. bytes, 0]));
        }
    }

    [Fact]
    public void A_form_that_is_not_canonical_is_refused()
    {
        byte[] twice = [2, 2, 0, 1, 0, (byte)'x', 1, 0, (byte)'x', 0, 0];
        byte[] descending = [2, 2, 0, 1, 0, (byte)'y', 1, 0, (byte)'x', 0, 0];
        byte[] ascending = [2, 2, 0, 1, 0, (byte)'x', 1, 0, (byte)'y', 0, 0];
        Assert.Equal(0, ReadAs(twice));
        Assert.Equal(0, ReadAs(descending));
        Assert.Equal(1, ReadAs(ascending));
        ascending[0] = 4;
        Assert.Equal(0, ReadAs(ascending));
        byte[] keysTwice = [3, 2, 0, 1, 0, (byte)'x', 0, 0, 1, 0, (byte)'x', 0, 0];
        byte[] keysAscending = [3, 2, 0, 1, 0, (byte)'x', 0, 0, 1, 0, (byte)'y', 0, 0];
        Assert.Equal(0, ReadAs(keysTwice));
        Assert.Equal(1, ReadAs(keysAscending));
    }

    [Theory]
    [InlineData(0, 300, 1, 1, "topics")]
    [InlineData(0, 1, 300, 1, "status entries")]
    [InlineData(0, 1, 1, 5000, "status value")]
    [InlineData(200, 1, 1, 1, "a topic")]
    [InlineData(0, 1, 30, 4000, "the status entries together")]
    [InlineData(120, 250, 1, 1, "topics and protocols")]
    public void A_limit_is_refused_with_its_name(int topicLength, int topics, int entries, int valueBytes, string reason)
    {
        var names = Enumerable.Range(0, topics).Select(number => $"{number}" + new string('t', topicLength));
        var status = Enumerable.Range(0, entries).Select(number => KeyValuePair.Create($"{number}", (ReadOnlyMemory<byte>)new byte[valueBytes]));
        var limits = Limits with { MaxInterestsBytes = 16 * 1024 };
        var isRefused = !InterestsBody.TryCreate(names, [], limits, out _, out var why);
        var isStatusRefused = !StatusBody.TryCreate(status, limits, out _, out var statusWhy);
        Assert.NotEqual(isRefused, isStatusRefused);
        Assert.Contains(reason, why + statusWhy);
    }

    [Fact]
    public void A_status_key_that_is_set_twice_or_is_no_text_is_refused()
    {
        Assert.False(StatusBody.TryCreate(Entries(("k", [1]), ("k", [2])), Limits, out _, out var why));
        Assert.Contains("twice", why);
        Assert.False(StatusBody.TryCreate(Entries(("\ud800", [1]), ("\ud801", [2])), Limits, out _, out _));
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

    // In how many ways it can be read.
    private static int ReadAs(ReadOnlyMemory<byte> bytes) =>
        (LinkStateBody.TryDecode(bytes, Limits, out _) ? 1 : 0)
        + (InterestsBody.TryDecode(bytes, Limits, out _) ? 1 : 0)
        + (StatusBody.TryDecode(bytes, Limits, out _) ? 1 : 0);

    private static IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> Entries(params (string Key, byte[] Value)[] entries) =>
        entries.Select(static entry => KeyValuePair.Create(entry.Key, (ReadOnlyMemory<byte>)entry.Value));
}
