using System.Buffers.Binary;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>A valid member that lies: its records are genuine, their contents are not.</summary>
public sealed class PeerChannelMisuse
{
    [Fact]
    public void An_unknown_entry_ends_the_link() => AssertFatal("MalformedEntry", Lane.Request, [99, 0, 0, 0, 0, 0]);

    [Fact]
    public void An_entry_longer_than_its_record_ends_the_link() => AssertFatal("MalformedEntry", Lane.Request, [2, 0, 0xFF, 0xFF, 0xFF, 0x7F, 1, 2]);

    [Fact]
    public void A_control_entry_on_a_payload_lane_ends_the_link() => AssertFatal("MalformedEntry", Lane.Bulk, Acknowledgement(Lane.Request, 0));

    [Fact]
    public void A_payload_entry_on_the_control_lane_ends_the_link() => AssertFatal("MalformedEntry", Lane.Control, [6, 0, 1, 0, 0, 0, 1]);

    [Fact]
    public void An_acknowledgement_of_records_never_sent_ends_the_link() => AssertFatal("MalformedEntry", Lane.Control, Acknowledgement(Lane.Request, 5));

    /// <summary>Its window would open again and again, and what it does not call handled would be kept for ever.</summary>
    [Fact]
    public void An_acknowledgement_of_records_without_the_messages_in_them_ends_the_link()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100]), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100]), pair.Now);
        pair.A.Channel.Flush(pair.Now, pair.A.Effects);
        Assert.Single(pair.A.Take<ChannelEffect.SendFrames>());
        pair.A.Channel.Receive([Seal(pair, Lane.Control, Acknowledgement(Lane.Request, handled: 1, messages: 1))], pair.Now, pair.A.Effects);
        Assert.Equal("MalformedEntry", Assert.Single(pair.A.Take<ChannelEffect.Fatal>()).Reason);
    }

    [Fact]
    public void A_type_name_that_is_no_UTF8_ends_the_link() => AssertFatal("MalformedEntry", Lane.Request, [2, 0, 4, 0, 0, 0, 2, 0, 0xC3, 0x28]);

    [Fact]
    public void A_chunk_that_does_not_start_at_zero_ends_the_link() =>
        AssertFatal("MalformedChunk", Lane.Request, [2, 0, 0, 0, 1, 0, 1, 1], FrameFlags.Chunk, chunk: 1);

    [Fact]
    public void A_sender_that_ignores_its_window_ends_the_link()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.HandlesAtOnce = false;
        var entry = new byte[30_000];
        byte[] header = [(byte)EntryKind.Dissemination, 0];
        header.CopyTo(entry, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(2), (uint)(entry.Length - 6));
        for (var i = 0; i < 100; i++)
        {
            pair.A.Channel.Receive([Seal(pair, Lane.Bulk, entry)], pair.Now, pair.A.Effects);
            if (pair.A.Effects.OfType<ChannelEffect.Fatal>().FirstOrDefault() is { } fatal)
            {
                Assert.Equal("WindowExceeded", fatal.Reason);
                return;
            }
        }

        Assert.Fail("Three megabytes went through a window of one.");
    }

    [Fact]
    public void A_claimed_length_allocates_nothing_before_its_chunks_arrive()
    {
        using var pair = ChannelPair.Greeted();
        var start = new byte[64];
        start[0] = (byte)EntryKind.Unicast;
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(2), 32 * 1024 * 1024);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pair.A.Channel.Receive([Seal(pair, Lane.Bulk, start, FrameFlags.Chunk)], pair.Now, pair.A.Effects);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512 * 1024);
        Assert.Empty(pair.A.Take<ChannelEffect.Fatal>());
    }

    [Fact]
    public void A_lane_whose_key_may_seal_no_more_asks_for_a_new_link()
    {
        using var pair = new ChannelPair(rekey: HandshakePair.Rekey with { MaxRecordsPerKey = 3 });
        SendOneByOne(pair, pair.A, 3);
        Assert.Contains(pair.A.Take<ChannelEffect.Fatal>(), fatal => fatal.Reason == "Exhausted");
        Assert.Equal(3, pair.B.Messages.Count());
    }

    [Fact]
    public void Acknowledging_with_a_key_that_may_seal_no_more_asks_for_a_new_link_and_throws_nothing()
    {
        using var pair = new ChannelPair(rekey: HandshakePair.Rekey with { MaxRecordsPerKey = 3 });
        Assert.Empty(pair.A.Take<ChannelEffect.Fatal>());
        SendOneByOne(pair, pair.B, 3);
        Assert.Contains(pair.A.Take<ChannelEffect.Fatal>(), fatal => fatal.Reason == "Exhausted");
        Assert.Equal(3, pair.A.Sent.Where(send => send.Lane == Lane.Control).Sum(send => send.Frames.Count));
    }

    [Fact]
    public void A_message_beyond_the_reassembly_budget_is_refused_as_busy_and_the_lane_goes_on()
    {
        using var pair = new ChannelPair(budgetBytes: 100_000);
        pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[200_000], context: "large"), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "small", confirm: true), pair.Now);
        pair.Advance(TimeSpan.FromSeconds(1));
        var failed = Assert.Single(pair.A.Take<ChannelEffect.Failed>());
        Assert.Equal(("large", ChannelFailure.Busy), ((string)failed.Context, failed.Reason));
        Assert.Equal("small", Assert.Single(pair.A.Take<ChannelEffect.Delivered>()).Context);
        Assert.Equal("reassembly-budget", Assert.Single(pair.B.Take<ChannelEffect.Dropped>()).Reason);
        Assert.Equal(0, pair.Budget.ReservedBytes);
    }

    [Fact]
    public void A_half_sent_large_message_returns_its_memory_when_the_session_ends()
    {
        using var pair = ChannelPair.Greeted();
        var start = new byte[64];
        start[0] = (byte)EntryKind.Unicast;
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(2), 1024 * 1024);
        pair.A.Channel.Receive([Seal(pair, Lane.Bulk, start, FrameFlags.Chunk)], pair.Now, pair.A.Effects);
        Assert.NotEqual(0, pair.Budget.ReservedBytes);
        pair.A.Channel.Close(pair.A.Effects);
        Assert.Equal(0, pair.Budget.ReservedBytes);
    }

    [Fact]
    public void A_large_message_that_never_ends_loses_its_link_at_the_deadline()
    {
        using var pair = ChannelPair.Greeted();
        var start = new byte[64];
        start[0] = (byte)EntryKind.Unicast;
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(2), 1024 * 1024);
        pair.A.Channel.Receive([Seal(pair, Lane.Bulk, start, FrameFlags.Chunk)], pair.Now, pair.A.Effects);
        pair.A.Channel.TimerFired(pair.Now + TimeSpan.FromSeconds(119), pair.A.Effects);
        Assert.Empty(pair.A.Take<ChannelEffect.Fatal>());
        Assert.Contains(pair.A.Take<ChannelEffect.Schedule>(), schedule => schedule.At == pair.Now + TimeSpan.FromSeconds(120));
        pair.A.Channel.TimerFired(pair.Now + TimeSpan.FromSeconds(120), pair.A.Effects);
        Assert.Equal("ReassemblyTimedOut", Assert.Single(pair.A.Take<ChannelEffect.Fatal>()).Reason);
    }

    private static void SendOneByOne(ChannelPair pair, ChannelPair.End from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            from.Channel.Enqueue(ChannelPair.Unicast([1]), pair.Now);
            pair.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static byte[] Acknowledgement(Lane lane, ulong handled, ulong messages = 0)
    {
        var entry = new byte[27];
        entry[0] = (byte)EntryKind.Acknowledge;
        entry[2] = 21;
        entry[6] = (byte)lane;
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(7), handled);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(15), messages);
        return entry;
    }

    private static Frame Seal(ChannelPair pair, Lane lane, byte[] plaintext, FrameFlags flags = FrameFlags.None, uint chunk = 0)
    {
        var sealer = pair.Raw.Sealer(lane);
        var buffer = new byte[FrameHeader.LengthBytes + plaintext.Length + sealer.OverheadBytes];
        plaintext.CopyTo(buffer, FrameHeader.LengthBytes);
        return ChannelPair.Parse(sealer.SealInPlace(buffer, plaintext.Length, flags, chunk));
    }

    private static void AssertFatal(string reason, Lane lane, byte[] plaintext, FrameFlags flags = FrameFlags.None, uint chunk = 0)
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Receive([Seal(pair, lane, plaintext, flags, chunk)], pair.Now, pair.A.Effects);
        Assert.Equal(reason, Assert.Single(pair.A.Take<ChannelEffect.Fatal>()).Reason);
    }
}
