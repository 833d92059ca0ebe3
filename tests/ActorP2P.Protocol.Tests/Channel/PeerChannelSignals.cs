using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>Small messages of modules in the control lane.</summary>
public sealed class PeerChannelSignals
{
    [Fact]
    public void A_signal_overtakes_payload_that_waited_before_it()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Enqueue(ChannelPair.Unicast(new byte[100_000]), pair.Now);
        pair.A.Channel.Enqueue(Signal([7]), pair.Now);
        pair.A.Run(channel => channel.Flush(pair.Now, pair.A.Effects));
        var frames = pair.A.Take<ChannelEffect.SendFrames>().SelectMany(static send => send.Frames).Select(ChannelPair.Parse).ToList();
        Assert.Equal(Lane.Control, frames[0].Header.Lane);

        pair.B.Channel.Receive(frames, pair.Now, pair.B.Effects);

        var first = pair.B.Effects.First(static effect => effect is ChannelEffect.Signalled or ChannelEffect.Received);
        var signal = Assert.Single(Assert.IsType<ChannelEffect.Signalled>(first).Messages);
        Assert.Equal((EntryKind.Signal, Lane.Control, "beat", 7), (signal.Kind, signal.Lane, signal.Type, signal.Payload.Span[0]));
    }

    [Fact]
    public void Signals_arrive_in_order_and_take_no_position_of_other_messages()
    {
        using var pair = ChannelPair.Greeted();
        for (byte i = 0; i < 3; i++)
        {
            pair.A.Channel.Enqueue(Signal([i]), pair.Now);
            pair.A.Channel.Enqueue(ChannelPair.Unicast([i], confirm: true, context: i), pair.Now);
        }

        pair.Settle();
        Assert.Equal([0, 1, 2], Signals(pair).Select(static signal => (int)signal.Payload.Span[0]));
        Assert.Equal([0ul, 1ul, 2ul], pair.B.Messages.Select(static message => message.Id));
        Assert.Equal(3, pair.A.Effects.OfType<ChannelEffect.Delivered>().Count());
    }

    [Fact]
    public void A_signal_that_is_too_long_is_refused()
    {
        using var pair = ChannelPair.Greeted();
        Assert.Equal(EnqueueResult.TooLarge, pair.A.Channel.Enqueue(Signal(new byte[1024]), pair.Now));
        Assert.Equal(EnqueueResult.Queued, pair.A.Channel.Enqueue(Signal(new byte[1024 - 2 - 4]), pair.Now));
        pair.Settle();
        Assert.Single(Signals(pair));
    }

    [Fact]
    public void While_there_is_no_session_a_bounded_number_waits_and_the_lane_says_when_there_is_room()
    {
        using var pair = ChannelPair.Greeted();
        pair.Lose();
        var results = Enumerable.Range(0, 65).Select(i => pair.A.Channel.Enqueue(Signal([(byte)i]), pair.Now)).ToList();
        Assert.All(results[..64], static result => Assert.Equal(EnqueueResult.Queued, result));
        Assert.Equal(EnqueueResult.Busy, results[64]);

        pair.Reconnect();
        pair.Settle();
        Assert.Equal(64, Signals(pair).Count);
        Assert.Equal(Lane.Control, Assert.Single(pair.A.Take<ChannelEffect.LaneReady>()).Lane);
    }

    [Fact]
    public void A_signal_that_was_lost_with_its_session_does_not_come_again()
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Enqueue(Signal([1]), pair.Now);
        pair.A.Run(channel => channel.Flush(pair.Now, pair.A.Effects));
        pair.Lose();
        pair.Reconnect();
        pair.A.Channel.Enqueue(Signal([2]), pair.Now);
        pair.Settle();
        Assert.Equal(2, Assert.Single(Signals(pair)).Payload.Span[0]);
    }

    [Fact]
    public void A_sender_keeps_to_its_rate_and_goes_on_by_itself()
    {
        using var pair = ChannelPair.Greeted();
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(EnqueueResult.Queued, pair.A.Channel.Enqueue(Signal([1]), pair.Now));
            pair.Settle();
        }

        Assert.Equal(256, Signals(pair).Count);
        pair.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(300, Signals(pair).Count);
    }

    [Fact]
    public void While_the_link_does_not_write_few_bytes_of_signals_are_handed_to_it()
    {
        using var pair = ChannelPair.Greeted();
        for (var i = 0; i < 64; i++)
        {
            pair.A.Channel.Enqueue(Signal(new byte[1000]), pair.Now);
        }

        pair.A.Run(channel => channel.Flush(pair.Now, pair.A.Effects));
        var sends = pair.A.Take<ChannelEffect.SendFrames>();
        Assert.InRange(sends.Sum(static send => send.Bytes), 16 * 1024, 18 * 1024);
        pair.A.Channel.RecordsWritten(Lane.Control, sends.Sum(static send => send.Bytes));
        pair.A.Run(channel => channel.Flush(pair.Now, pair.A.Effects));
        Assert.NotEmpty(pair.A.Take<ChannelEffect.SendFrames>());
    }

    [Fact]
    public void A_flood_is_dropped_and_counted_and_the_session_stays()
    {
        using var pair = ChannelPair.Greeted();
        var sealer = pair.Raw.Sealer(Lane.Control);
        for (var i = 0; i < 600; i++)
        {
            pair.A.Channel.Receive([Record(sealer, [9, 0, 7, 0, 0, 0, 4, 0, .. "beat"u8, 1])], pair.Now, pair.A.Effects);
        }

        Assert.Equal(512, pair.A.Effects.OfType<ChannelEffect.Signalled>().Sum(static effect => effect.Messages.Count));
        Assert.All(pair.A.Take<ChannelEffect.Dropped>(), static dropped => Assert.Equal("signal-flood", dropped.Reason));
        Assert.DoesNotContain(pair.A.Effects, static effect => effect is ChannelEffect.Fatal);
    }

    [Fact]
    public void A_signal_beyond_its_size_or_in_another_lane_ends_the_link()
    {
        byte[] tooLong = [9, 0, 1, 4, 0, 0, 4, 0, .. "beat"u8, .. new byte[1019]];
        Assert.Equal("MalformedEntry", FatalOf(Lane.Control, tooLong));
        Assert.Equal("MalformedEntry", FatalOf(Lane.Request, [9, 0, 7, 0, 0, 0, 4, 0, .. "beat"u8, 1]));
        Assert.Equal("MalformedEntry", FatalOf(Lane.Control, [9, 0, 3, 0, 0, 0, 9, 0, 1]));
    }

    [Fact]
    public void What_waits_when_the_channel_closes_has_failed()
    {
        using var pair = ChannelPair.Greeted();
        pair.Lose();
        pair.A.Channel.Enqueue(Signal([1]) with { Context = "mine" }, pair.Now);
        pair.A.Channel.Close(pair.A.Effects, ChannelFailure.PeerDown);
        Assert.Equal("mine", Assert.Single(pair.A.Take<ChannelEffect.Failed>()).Context);
        Assert.Equal(EnqueueResult.Closed, pair.A.Channel.Enqueue(Signal([1]), pair.Now));
    }

    [Fact]
    public void Only_signals_may_use_the_control_lane_and_signals_no_other()
    {
        using var pair = ChannelPair.Greeted();
        Assert.Throws<ArgumentException>(() => pair.A.Channel.Enqueue(ChannelPair.Unicast([1], Lane.Control), pair.Now));
        Assert.Throws<ArgumentException>(() => pair.A.Channel.Enqueue(Signal([1]) with { Lane = Lane.Request }, pair.Now));
    }

    private static OutboundMessage Signal(byte[] payload) => new(EntryKind.Signal, Lane.Control, "beat", default, payload);

    private static List<InboundMessage> Signals(ChannelPair pair) => [.. pair.B.Effects.OfType<ChannelEffect.Signalled>().SelectMany(static effect => effect.Messages)];

    private static string FatalOf(Lane lane, byte[] plaintext)
    {
        using var pair = ChannelPair.Greeted();
        pair.A.Channel.Receive([Record(pair.Raw.Sealer(lane), plaintext)], pair.Now, pair.A.Effects);
        return Assert.Single(pair.A.Take<ChannelEffect.Fatal>()).Reason;
    }

    private static Frame Record(RecordSealer sealer, byte[] plaintext)
    {
        var buffer = new byte[FrameHeader.LengthBytes + plaintext.Length + sealer.OverheadBytes];
        plaintext.CopyTo(buffer, FrameHeader.LengthBytes);
        sealer.SealInPlace(buffer, plaintext.Length, FrameFlags.None, 0);
        return ChannelPair.Parse(buffer);
    }
}
