using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class RecordMisuseTests
{
    private const int LaneOffset = 5;
    private const int GenerationOffset = 8;
    private const int SessionOffset = 16;
    private const int CounterOffset = 24;

    [Fact]
    public void A_record_with_any_one_bit_flipped_never_opens()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "pay bob 10");
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            using var fresh = new RecordPair.Receiver(pair);
            var flipped = record.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.NotEqual(RecordVerdict.Opened, RecordPair.Open(fresh.Opener(Lane.Request), flipped));
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_body_is_tampering()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "pay bob 10");
        record[FrameHeader.LengthBytes] ^= 1;

        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void Chunk_flags_and_index_are_authenticated()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Bulk), "piece", FrameFlags.Chunk, 3);
        record[12] = 4;

        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(pair.Bob.Opener(Lane.Bulk), record));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dropped_record_shows_as_a_gap(bool encryption)
    {
        using var pair = new RecordPair(encryption);
        var sealer = pair.Alice.Sealer(Lane.Request);
        RecordPair.Seal(sealer, "lost");

        Assert.Equal(RecordVerdict.CounterGap, RecordPair.Open(pair.Bob.Opener(Lane.Request), RecordPair.Seal(sealer, "next")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_repeated_record_shows_as_a_repeat(bool encryption)
    {
        using var pair = new RecordPair(encryption);
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "once");
        Assert.Equal(RecordVerdict.Opened, RecordPair.Open(pair.Bob.Opener(Lane.Request), record.ToArray()));

        Assert.Equal(RecordVerdict.CounterRepeated, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void Reordered_records_show_as_a_gap()
    {
        using var pair = new RecordPair();
        var sealer = pair.Alice.Sealer(Lane.Request);
        var first = RecordPair.Seal(sealer, "first");
        var second = RecordPair.Seal(sealer, "second");
        var opener = pair.Bob.Opener(Lane.Request);

        Assert.Equal(RecordVerdict.CounterGap, RecordPair.Open(opener, second));
        Assert.Equal(RecordVerdict.CounterGap, RecordPair.Open(opener, first));
    }

    [Fact]
    public void A_repeat_with_a_rewritten_counter_is_tampering()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "once");
        RecordPair.Open(pair.Bob.Opener(Lane.Request), record.ToArray());
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(CounterOffset), 1);

        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_record_moved_to_another_lane_does_not_open()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Bulk), "slow");

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(pair.Bob.Opener(Lane.Consensus), record.ToArray()));
        using var fresh = new RecordPair.Receiver(pair);
        record[LaneOffset] = (byte)Lane.Consensus;
        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(fresh.Opener(Lane.Consensus), record));
    }

    [Fact]
    public void A_record_moved_to_another_namespace_does_not_open()
    {
        using var pair = new RecordPair();
        using var other = pair.BobPair.Derive("other", new byte[16], new byte[16]);
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "for ns only");

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(other.Opener(Lane.Request), record.ToArray()));
        using var again = pair.BobPair.Derive("other", new byte[16], new byte[16]);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(SessionOffset), again.Tag);
        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(again.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_record_sent_back_to_its_sender_does_not_open()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "mirror");

        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(pair.Alice.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_record_of_before_a_namespace_restart_does_not_open_after_it()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "old");
        byte[] fresh = [.. Enumerable.Repeat((byte)9, 16)];
        using var restarted = pair.BobPair.Derive("ns", fresh, fresh);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(SessionOffset), restarted.Tag);

        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(restarted.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_clear_record_where_encryption_is_on_does_not_pass()
    {
        using var pair = new RecordPair();
        var body = "clear text that is long enough for a tag"u8;
        var record = new byte[FrameHeader.LengthBytes + body.Length];
        new FrameHeader((uint)body.Length, FrameKind.Record, Lane.Request, FrameFlags.None, 0, 0, pair.Bob.Tag, 0).Write(record);
        body.CopyTo(record.AsSpan(FrameHeader.LengthBytes));

        Assert.Equal(RecordVerdict.NotSealed, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_sealed_flag_where_encryption_is_off_does_not_pass()
    {
        using var pair = new RecordPair(encryption: false);
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "clear");
        record[6] |= (byte)FrameFlags.Sealed;

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_body_shorter_than_its_tag_is_malformed()
    {
        using var pair = new RecordPair();
        var record = new byte[FrameHeader.LengthBytes + 15];
        new FrameHeader(15, FrameKind.Record, Lane.Request, FrameFlags.Sealed, 0, 0, pair.Bob.Tag, 0).Write(record);

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void A_handshake_frame_is_no_record()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "x");
        record[4] = (byte)FrameKind.Handshake;

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void Another_generation_is_refused()
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Request), "x");
        record[GenerationOffset] = 1;

        Assert.Equal(RecordVerdict.WrongGeneration, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void After_a_refusal_nothing_opens_any_more()
    {
        using var pair = new RecordPair();
        var sealer = pair.Alice.Sealer(Lane.Request);
        var first = RecordPair.Seal(sealer, "first");
        var broken = first.ToArray();
        broken[^1] ^= 1;
        var opener = pair.Bob.Opener(Lane.Request);

        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(opener, broken));
        Assert.Equal(RecordVerdict.Tampered, RecordPair.Open(opener, first));
    }

    [Fact]
    public void The_record_limit_of_a_key_is_a_hard_stop_at_both_ends()
    {
        using var pair = new RecordPair(rekey: HandshakePair.Rekey with { MaxRecordsPerKey = 3 });
        var sealer = pair.Alice.Sealer(Lane.Request);
        for (var i = 0; i < 3; i++)
        {
            Assert.False(sealer.Exhausted);
            Assert.Equal(RecordVerdict.Opened, RecordPair.Open(pair.Bob.Opener(Lane.Request), RecordPair.Seal(sealer, "x")));
        }

        Assert.True(sealer.Exhausted);
        Assert.Throws<InvalidOperationException>(() => RecordPair.Seal(sealer, "x"));
        var beyond = new FrameHeader(16, FrameKind.Record, Lane.Request, FrameFlags.Sealed, 0, 0, pair.Bob.Tag, 3);
        var record = new byte[FrameHeader.LengthBytes + 16];
        beyond.Write(record);
        Assert.Equal(RecordVerdict.Exhausted, RecordPair.Open(pair.Bob.Opener(Lane.Request), record));
    }

    [Fact]
    public void Records_in_clear_use_up_no_key()
    {
        using var pair = new RecordPair(encryption: false, rekey: HandshakePair.Rekey with { MaxRecordsPerKey = 1 });
        var sealer = pair.Alice.Sealer(Lane.Request);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(RecordVerdict.Opened, RecordPair.Open(pair.Bob.Opener(Lane.Request), RecordPair.Seal(sealer, "x")));
        }

        Assert.False(sealer.Exhausted);
    }

    [Fact]
    public void One_exhausted_lane_leaves_the_others_running()
    {
        using var pair = new RecordPair(rekey: HandshakePair.Rekey with { MaxRecordsPerKey = 1 });
        RecordPair.Seal(pair.Alice.Sealer(Lane.Bulk), "x");

        Assert.True(pair.Alice.Sealer(Lane.Bulk).Exhausted);
        Assert.False(pair.Alice.Sealer(Lane.Control).Exhausted);
        Assert.False(pair.Alice.Opener(Lane.Bulk).NextCounter > 0);
    }
}
