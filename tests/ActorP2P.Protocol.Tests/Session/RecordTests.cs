using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class RecordTests
{
    [Theory]
    [InlineData("aes-128-gcm")]
    [InlineData("aes-256-gcm")]
    [InlineData("chacha20-poly1305")]
    public void Records_open_in_order_in_both_directions_on_every_lane(string name)
    {
        Assert.True(AeadSuites.TryFind(name, out var suite));
        using var pair = new RecordPair(suite: suite);

        foreach (var lane in Enum.GetValues<Lane>())
        {
            for (var i = 0; i < 5; i++)
            {
                var text = $"{lane} {i}";
                Assert.Equal(text, RecordPair.OpenText(pair.Bob.Opener(lane), RecordPair.Seal(pair.Alice.Sealer(lane), text)));
                Assert.Equal(text, RecordPair.OpenText(pair.Alice.Opener(lane), RecordPair.Seal(pair.Bob.Sealer(lane), text)));
            }
        }
    }

    [Theory]
    [InlineData(true, 16)]
    [InlineData(false, 0)]
    public void The_header_says_what_the_record_is(bool encryption, int overhead)
    {
        using var pair = new RecordPair(encryption);
        var sealer = pair.Alice.Sealer(Lane.Bulk);
        RecordPair.Seal(sealer, "first");

        var header = FrameHeader.Read(RecordPair.Seal(sealer, "chunk", FrameFlags.Chunk | FrameFlags.LastChunk, 7));

        Assert.Equal(overhead, sealer.OverheadBytes);
        Assert.Equal((uint)(5 + overhead), header.BodyLengthBytes);
        Assert.Equal(FrameKind.Record, header.Kind);
        Assert.Equal(Lane.Bulk, header.Lane);
        Assert.Equal(FrameFlags.Chunk | FrameFlags.LastChunk | (encryption ? FrameFlags.Sealed : 0), header.Flags);
        Assert.Equal(7u, header.Chunk);
        Assert.Equal(pair.Alice.Tag, header.Session);
        Assert.Equal(1ul, header.Counter);
    }

    [Fact]
    public void An_empty_plaintext_is_a_record_too()
    {
        using var pair = new RecordPair();

        Assert.Equal("", RecordPair.OpenText(pair.Bob.Opener(Lane.Control), RecordPair.Seal(pair.Alice.Sealer(Lane.Control), "")));
    }

    [Fact]
    public void The_same_plaintext_never_looks_the_same_twice()
    {
        using var pair = new RecordPair();
        var sealer = pair.Alice.Sealer(Lane.Request);

        Assert.NotEqual(RecordPair.Seal(sealer, "again")[FrameHeader.LengthBytes..], RecordPair.Seal(sealer, "again")[FrameHeader.LengthBytes..]);
    }

    [Fact]
    public void Namespaces_lanes_directions_and_restarts_share_no_key()
    {
        var (alice, bob) = HandshakePair.Sessions();
        byte[] one = [.. Enumerable.Repeat((byte)1, 16)];
        byte[] two = [.. Enumerable.Repeat((byte)2, 16)];
        NamespaceSession[] sessions =
        [
            alice.Link, bob.Link,
            alice.Derive("a", one, two), bob.Derive("a", two, one),
            alice.Derive("b", one, two), alice.Derive("a", two, one), alice.Derive("a", one, one),
        ];

        var bodies = new HashSet<string>();
        foreach (var session in sessions)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                // The header differs as well and only feeds the tag: the ciphertext alone shows the key stream.
                var record = RecordPair.Seal(session.Sealer(lane), new string('\0', 32));
                Assert.True(bodies.Add(Convert.ToHexString(record, FrameHeader.LengthBytes, 32)), $"{session.Namespace} {lane}");
            }
        }
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        using var pair = new RecordPair();
        var sealer = pair.Alice.Sealer(Lane.Bulk);
        var opener = pair.Bob.Opener(Lane.Bulk);
        var buffer = new byte[FrameHeader.LengthBytes + 65536 + AeadSuite.TagLengthBytes];
        var verdict = SealAndOpen(sealer, opener, buffer);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            verdict |= SealAndOpen(sealer, opener, buffer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(RecordVerdict.Opened, verdict);
    }

    [Fact]
    public void A_buffer_without_room_for_the_tag_is_a_programming_error()
    {
        using var pair = new RecordPair();

        Assert.Throws<ArgumentException>(() => pair.Alice.Sealer(Lane.Bulk).SealInPlace(new byte[FrameHeader.LengthBytes + 10], 10, FrameFlags.None, 0));
        Assert.Equal(0ul, pair.Alice.Sealer(Lane.Bulk).NextCounter);
    }

    private static RecordVerdict SealAndOpen(RecordSealer sealer, RecordOpener opener, byte[] buffer)
    {
        sealer.SealInPlace(buffer, 65536, FrameFlags.None, 0);
        return opener.Open(new Frame(FrameHeader.Read(buffer), buffer), out _);
    }
}
