using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;

namespace ActorP2P.Protocol.Tests.Links;

public sealed class LinkEntriesTests
{
    private static readonly byte[] Nonce = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    [Fact]
    public void Entries_come_out_of_a_record_as_they_went_in()
    {
        LinkEntry[] entries =
        [
            new(LinkEntryKind.Ping, ulong.MaxValue, default),
            new(LinkEntryKind.Pong, 7, default),
            new(LinkEntryKind.Beat, 0, default),
            new(LinkEntryKind.Confirm, 0, default),
            new(LinkEntryKind.Offer, 0x1122334455667788, Nonce),
            new(LinkEntryKind.Withdraw, 5, default),
            LinkEntries.Goodbye("remote-leaving.2"),
        ];

        var read = Read(Write(entries), Lane.Control, out var error);

        Assert.Equal(LinkEntryError.None, error);
        Assert.Equal(entries.Select(entry => (entry.Kind, entry.Number)), read.Select(entry => (entry.Kind, entry.Number)));
        Assert.Equal(Nonce, read[4].Bytes.ToArray());
        Assert.Equal("remote-leaving.2", LinkEntries.Reason(read[6]));
    }

    [Fact]
    public void The_bytes_are_those_of_the_specification()
    {
        var record = Write(new LinkEntry(LinkEntryKind.Offer, 0x0102030405060708, Nonce), LinkEntries.Goodbye("bye"));
        Assert.Equal("05" + "0807060504030201" + "0102030405060708090A0B0C0D0E0F10" + "0703627965", Convert.ToHexString(record));
        Assert.Equal("08" + "02000000" + "AABB", Convert.ToHexString(Write(new LinkEntry(LinkEntryKind.Topology, 0, new byte[] { 0xAA, 0xBB }))));
    }

    [Theory]
    [InlineData("00", LinkEntryError.UnknownKind)]
    [InlineData("0C", LinkEntryError.UnknownKind)]
    [InlineData("0B", LinkEntryError.Truncated)]
    [InlineData("0A01000000AA", LinkEntryError.WrongLane)]
    [InlineData("FF", LinkEntryError.UnknownKind)]
    [InlineData("0801000000AA", LinkEntryError.WrongLane)]
    [InlineData("01", LinkEntryError.Truncated)]
    [InlineData("01010203040506", LinkEntryError.Truncated)]
    [InlineData("0501020304050607080102", LinkEntryError.Truncated)]
    [InlineData("07", LinkEntryError.Truncated)]
    [InlineData("070461", LinkEntryError.Truncated)]
    [InlineData("0700", LinkEntryError.BadReason)]
    [InlineData("07024142", LinkEntryError.BadReason)]
    [InlineData("0702610A", LinkEntryError.BadReason)]
    public void A_malformed_record_is_refused_with_its_reason(string hex, LinkEntryError expected)
    {
        Assert.Empty(Read(Convert.FromHexString(hex), Lane.Control, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_topology_length_beyond_the_record_allocates_nothing_and_is_refused()
    {
        Read(Convert.FromHexString("08FFFFFFFFAA"), Lane.Gossip, out var error);
        Assert.Equal(LinkEntryError.Truncated, error);
        Read(Convert.FromHexString("09FFFFFF7FAA"), Lane.Gossip, out error);
        Assert.Equal(LinkEntryError.Truncated, error);
    }

    [Theory]
    [InlineData(Lane.Gossip)]
    [InlineData(Lane.Bulk)]
    public void Control_entries_are_refused_on_other_lanes(Lane lane)
    {
        Read(new[] { (byte)LinkEntryKind.Confirm }, lane, out var error);
        Assert.Equal(LinkEntryError.WrongLane, error);
    }

    [Fact]
    public void A_reason_that_is_no_token_is_sent_as_unspecified()
    {
        Assert.Equal("unspecified", LinkEntries.Reason(LinkEntries.Goodbye("two words")));
        Assert.Equal("unspecified", LinkEntries.Reason(LinkEntries.Goodbye(new string('a', 65))));
        Assert.Equal("unspecified", LinkEntries.Reason(LinkEntries.Goodbye("")));
    }

    [Fact]
    public void Any_bytes_are_entries_or_a_typed_error()
    {
        var random = new Random(1);
        var bytes = new byte[64];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(11);
            Read(bytes[..random.Next(1, bytes.Length)], i % 2 == 0 ? Lane.Control : Lane.Gossip, out _);
        }
    }

    private static byte[] Write(params LinkEntry[] entries)
    {
        var record = new byte[entries.Sum(entry => LinkEntries.LengthBytes(entry))];
        var written = 0;
        foreach (var entry in entries)
        {
            written += LinkEntries.Write(entry, record.AsSpan(written));
        }

        Assert.Equal(record.Length, written);
        return record;
    }

    private static List<LinkEntry> Read(ReadOnlyMemory<byte> record, Lane lane, out LinkEntryError error)
    {
        var entries = new List<LinkEntry>();
        while (LinkEntries.TryRead(ref record, lane, out var entry, out error))
        {
            entries.Add(entry);
        }

        Assert.True(record.IsEmpty || error != LinkEntryError.None);
        return entries;
    }
}
