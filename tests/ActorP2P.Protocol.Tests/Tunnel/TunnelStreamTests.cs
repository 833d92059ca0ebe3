using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P.Protocol.Tests.Tunnel;

/// <summary>Frames in order and once, whatever the relays do to the packets.</summary>
public sealed class TunnelStreamTests
{
    private const int SegmentBytes = 1000;
    private const int MaxBodyBytes = 64 * 1024;

    [Fact]
    public void Frames_arrive_as_they_were_written_however_they_are_cut()
    {
        var net = new Net(seed: 1);
        var frames = Enumerable.Range(0, 50).Select(i => FrameOf(i, i * 97 % 5000)).ToArray();
        foreach (var frame in frames)
        {
            net.A.Stream.Write(frame);
        }

        net.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(frames.Select(Convert.ToHexString), net.B.Received.Select(frame => Convert.ToHexString(frame.Bytes.Span)));
        Assert.Equal(0, net.A.Stalls);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    public void Loss_doubling_and_reordering_change_nothing_but_the_time_it_takes(double loss)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var net = new Net(seed) { Loss = loss, Doubling = 0.1, JitterMs = 40 };
            for (var i = 0; i < 100; i++)
            {
                net.A.Stream.Write(FrameOf(i, 900));
                net.B.Stream.Write(FrameOf(i, 300));
            }

            net.RunUntil(() => net.A.Received.Count == 100 && net.B.Received.Count == 100, TimeSpan.FromMinutes(2));
            Assert.Equal(Enumerable.Range(0, 100), net.B.Received.Select(NumberOf));
            Assert.Equal(Enumerable.Range(0, 100), net.A.Received.Select(NumberOf));
        }
    }

    [Fact]
    public void A_way_that_swallows_everything_is_noticed_within_two_seconds_and_left_without_loss()
    {
        var net = new Net(seed: 3);
        for (var i = 0; i < 30; i++)
        {
            net.A.Stream.Write(FrameOf(i, 900));
        }

        net.Run(TimeSpan.FromMilliseconds(35));
        net.Loss = 1;
        var since = net.Now;
        for (var i = 30; i < 60; i++)
        {
            net.A.Stream.Write(FrameOf(i, 900));
        }

        net.RunUntil(() => net.A.Stalls > 0, TimeSpan.FromSeconds(10));
        Assert.InRange((net.Now - since).TotalSeconds, 0.3, 2);
        net.Loss = 0;
        net.Step(net.A, (stream, effects) => stream.Resend(net.Now, effects));
        net.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(Enumerable.Range(0, 60), net.B.Received.Select(NumberOf));
    }

    [Fact]
    public void A_way_that_swallows_only_acknowledgements_is_noticed_by_their_sender()
    {
        var net = new Net(seed: 4) { LossFromB = 1 };
        net.A.Stream.Write(FrameOf(0, 900));
        net.RunUntil(() => net.B.Stalls > 0, TimeSpan.FromSeconds(10));
        Assert.Equal(0, NumberOf(Assert.Single(net.B.Received)));
    }

    [Fact]
    public void A_receiver_that_stops_holds_the_sender_back_without_a_suspicion_and_goes_on_where_it_was()
    {
        var net = new Net(seed: 5);
        net.Step(net.B, (stream, effects) => stream.SetReading(false, effects));
        for (var i = 0; i < 300; i++)
        {
            net.A.Stream.Write(FrameOf(i, 900));
        }

        net.Run(TimeSpan.FromSeconds(20));
        Assert.Empty(net.B.Received);
        Assert.Equal(0, net.A.Stalls);
        Assert.InRange(net.A.Stream.WaitingBytes, 200_000, 300_000);
        net.Step(net.B, (stream, effects) => stream.SetReading(true, effects));
        net.RunUntil(() => net.B.Received.Count == 300, TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(0, 300), net.B.Received.Select(NumberOf));
    }

    [Fact]
    public void A_lost_word_that_there_is_room_again_blocks_nobody_for_long()
    {
        var net = new Net(seed: 6);
        net.Step(net.B, (stream, effects) => stream.SetReading(false, effects));
        net.A.Stream.Write(FrameOf(0, 900));
        net.Run(TimeSpan.FromSeconds(1));
        net.LossFromB = 1;
        net.Step(net.B, (stream, effects) => stream.SetReading(true, effects));
        net.Run(TimeSpan.FromSeconds(1));
        net.LossFromB = 0;
        net.A.Stream.Write(FrameOf(1, 900));
        net.RunUntil(() => net.B.Received.Count == 2, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void The_end_comes_after_everything_and_is_acknowledged()
    {
        var net = new Net(seed: 7) { Loss = 0.2 };
        for (var i = 0; i < 20; i++)
        {
            net.A.Stream.Write(FrameOf(i, 900));
        }

        net.A.Stream.End();
        net.RunUntil(() => net.A.Stream.IsDone, TimeSpan.FromMinutes(1));
        Assert.True(net.B.HasEnded);
        Assert.Equal(20, net.B.Received.Count);
        Assert.False(net.A.HasEnded);
    }

    [Theory]
    [InlineData("malformed-segment", 9, 0, 0, 0)]
    [InlineData("acknowledged-unsent", 0, 0, 5, 0)]
    [InlineData("acknowledged-unsent", 0, 0, 0, 1)]
    public void A_far_side_that_breaks_the_rules_ends_the_stream(string reason, byte flags, ulong number, ulong next, ulong later)
    {
        var stream = new TunnelStream(SegmentBytes, MaxBodyBytes);
        var effects = new List<TunnelStreamEffect>();
        byte[] segment = [flags, .. BitConverter.GetBytes(number), .. BitConverter.GetBytes(next), .. BitConverter.GetBytes(later), 64];
        stream.Receive(segment, DateTimeOffset.UnixEpoch, effects);
        Assert.Equal(reason, Assert.Single(effects.OfType<TunnelStreamEffect.Fatal>()).Reason);
    }

    [Fact]
    public void What_is_no_frame_and_an_end_within_a_frame_end_the_stream()
    {
        var net = new Net(seed: 8);
        net.A.Stream.Write(FrameOf(0, 900).AsMemory(0, 500));
        net.A.Stream.End();
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("cut-off-frame", Assert.Single(net.B.Fatals));

        net = new Net(seed: 9);
        net.A.Stream.Write(Enumerable.Repeat((byte)255, 64).ToArray());
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("bad-frame", Assert.Single(net.B.Fatals));
    }

    [Fact]
    public void Segments_far_ahead_are_not_kept()
    {
        var stream = new TunnelStream(SegmentBytes, MaxBodyBytes);
        var effects = new List<TunnelStreamEffect>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong number = 64; number < 1064; number++)
        {
            byte[] segment = [1, .. BitConverter.GetBytes(number), .. new byte[16], 64, .. new byte[1000]];
            stream.Receive(segment, DateTimeOffset.UnixEpoch, effects);
        }

        Assert.Empty(effects.OfType<TunnelStreamEffect.Received>());
        Assert.Equal(1000, effects.OfType<TunnelStreamEffect.Send>().Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    private static byte[] FrameOf(int number, int bodyBytes)
    {
        var bytes = new byte[FrameHeader.LengthBytes + bodyBytes];
        new FrameHeader((uint)bodyBytes, FrameKind.Record, Lane.Bulk, FrameFlags.None, 0, 0, 1, (ulong)number).Write(bytes);
        new Random(number).NextBytes(bytes.AsSpan(FrameHeader.LengthBytes));
        return bytes;
    }

    private static int NumberOf(Frame frame) => (int)frame.Header.Counter;

    /// <summary>Two streams and a wire with virtual time.</summary>
    private sealed class Net(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly PriorityQueue<(End To, byte[] Segment), (DateTimeOffset At, long Order)> _wire = new();
        private long _order;

        public End A { get; } = new();

        public End B { get; } = new();

        public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;

        public double Loss { get; set; }

        public double LossFromB { get; set; }

        public double Doubling { get; set; }

        public int JitterMs { get; set; }

        public void Run(TimeSpan time) => RunUntil(static () => false, time, mustHold: false);

        public void RunUntil(Func<bool> condition, TimeSpan limit, bool mustHold = true)
        {
            var end = Now + limit;
            while (!condition())
            {
                Step(A, (stream, effects) => stream.Flush(Now, effects));
                Step(B, (stream, effects) => stream.Flush(Now, effects));
                var next = new[] { A.Stream.NextTimer, B.Stream.NextTimer, _wire.TryPeek(out _, out var due) ? due.At : null }.Min();
                if (next is not { } at || at > end)
                {
                    Now = end;
                    Assert.True(!mustHold || condition(), $"not within {limit}");
                    return;
                }

                Now = at > Now ? at : Now;
                while (_wire.TryPeek(out var packet, out due) && due.At <= Now)
                {
                    _wire.Dequeue();
                    Step(packet.To, (stream, effects) => stream.Receive(packet.Segment, Now, effects));
                }

                foreach (var side in new[] { A, B })
                {
                    if (side.Stream.NextTimer <= Now)
                    {
                        Step(side, (stream, effects) => stream.TimerFired(Now, effects));
                    }
                }
            }
        }

        public void Step(End end, Action<TunnelStream, List<TunnelStreamEffect>> step)
        {
            var effects = new List<TunnelStreamEffect>();
            step(end.Stream, effects);
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case TunnelStreamEffect.Send send:
                        Transmit(end, send.Segment);
                        break;
                    case TunnelStreamEffect.Received received:
                        end.Received.AddRange(received.Frames);
                        break;
                    case TunnelStreamEffect.Stalled:
                        end.Stalls++;
                        break;
                    case TunnelStreamEffect.Ended:
                        end.HasEnded = true;
                        break;
                    case TunnelStreamEffect.Fatal fatal:
                        end.Fatals.Add(fatal.Reason);
                        break;
                }
            }
        }

        private void Transmit(End from, byte[] segment)
        {
            var loss = from == B && LossFromB > 0 ? LossFromB : Loss;
            for (var copies = _random.NextDouble() < Doubling ? 2 : 1; copies > 0; copies--)
            {
                if (_random.NextDouble() >= loss)
                {
                    var at = Now + TimeSpan.FromMilliseconds(10 + _random.Next(JitterMs + 1));
                    _wire.Enqueue((from == A ? B : A, segment), (at, _order++));
                }
            }
        }
    }

    private sealed class End
    {
        public TunnelStream Stream { get; } = new(SegmentBytes, MaxBodyBytes);

        public List<Frame> Received { get; } = [];

        public List<string> Fatals { get; } = [];

        public int Stalls { get; set; }

        public bool HasEnded { get; set; }
    }
}
