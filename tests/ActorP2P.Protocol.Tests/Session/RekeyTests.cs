using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class RekeyTests
{
    [Fact]
    public void Age_brings_fresh_keys_in_every_lane_of_both_directions()
    {
        using var pair = new RekeyPair();
        pair.Rekey();

        Assert.Equal(1u, pair.Alice.Session.Generation);
        Assert.Equal(1u, pair.Bob.Session.Generation);
        foreach (var lane in Enum.GetValues<Lane>())
        {
            Assert.Equal(1u, pair.Alice.Session.Sealer(lane).Generation);
            Assert.Equal(1u, pair.Bob.Session.Opener(lane).Generation);
            Assert.Equal(1u, pair.Bob.Session.Sealer(lane).Generation);
            Assert.Equal(1u, pair.Alice.Session.Opener(lane).Generation);
        }
    }

    [Fact]
    public void A_clock_that_is_set_back_by_a_day_does_not_put_off_fresh_keys()
    {
        using var pair = new RekeyPair();
        pair.Alice.Renew(pair.Now);
        pair.Bob.Renew(pair.Now);
        pair.Now -= TimeSpan.FromDays(1);
        pair.Alice.Renew(pair.Now);
        pair.Bob.Renew(pair.Now);
        Assert.Equal(0u, pair.Alice.Session.Generation);

        pair.Now += RekeyPair.Settings.After;
        pair.Alice.Renew(pair.Now);
        pair.Settle();
        Assert.Equal((1u, 1u), (pair.Alice.Session.Generation, pair.Bob.Session.Generation));
    }

    [Theory]
    [InlineData(100, 1L << 30)]
    [InlineData(1 << 20, 5600)]
    public void Records_or_bytes_bring_fresh_keys(long afterRecords, long afterBytes)
    {
        using var pair = new RekeyPair(RekeyPair.Settings with { AfterRecords = afterRecords, AfterBytes = afterBytes });
        pair.Alice.Renew(pair.Now);
        for (ulong i = 0; i < 99; i++)
        {
            pair.Alice.Send(Lane.Request, i);
            pair.Settle();
            Assert.Equal(0u, pair.Alice.Session.Generation);
        }

        pair.Alice.Send(Lane.Request, 99);
        pair.Alice.Renew(pair.Now);
        pair.Settle();

        Assert.Equal(1u, pair.Alice.Session.Generation);
        Assert.Equal(100, pair.Bob.Received[(int)Lane.Request].Count);
    }

    [Fact]
    public void What_is_received_wears_keys_out_too()
    {
        using var pair = new RekeyPair(RekeyPair.Settings with { AfterRecords = 10 });
        pair.Bob.Renew(pair.Now);
        for (ulong i = 0; i < 10; i++)
        {
            pair.Alice.Send(Lane.Bulk, i);
            Assert.True(pair.Step(pair.Alice, pair.Bob));
        }

        Assert.Equal(1, pair.Bob.Waiting);
    }

    [Fact]
    public void Both_sides_at_once_agree_on_one_generation()
    {
        using var pair = new RekeyPair();
        pair.Start();
        pair.Bob.Renew(pair.Now);
        Assert.Equal((1, 1), (pair.Alice.Waiting, pair.Bob.Waiting));

        pair.Settle();

        Assert.Equal((1u, 1u), (pair.Alice.Session.Generation, pair.Bob.Session.Generation));
        pair.Alice.Send(Lane.Request, 7);
        Assert.True(pair.Step(pair.Alice, pair.Bob));
    }

    [Fact]
    public void Counters_go_on_over_generations()
    {
        using var pair = new RekeyPair();
        pair.Alice.Send(Lane.Request, 1);
        pair.Alice.Send(Lane.Request, 2);
        pair.Rekey();
        pair.Alice.Send(Lane.Request, 3);

        var header = FrameHeader.Read(pair.Alice.TakeFromWire());

        Assert.Equal((1u, 2ul), (header.Generation, header.Counter));
    }

    [Fact]
    public void Nothing_is_sealed_that_the_far_side_could_not_open()
    {
        using var pair = new RekeyPair();
        pair.Start();
        pair.Alice.Send(Lane.Request, 1);
        Assert.Equal(0u, pair.Alice.Session.Sealer(Lane.Request).Generation);
        Assert.True(pair.Step(pair.Alice, pair.Bob));
        pair.Bob.Send(Lane.Request, 2);

        // Bob has both shares and waits for Alice to say that she has them too.
        Assert.Equal(0u, pair.Bob.Session.Sealer(Lane.Request).Generation);
        pair.Settle();
        Assert.Equal(1u, pair.Bob.Session.Sealer(Lane.Request).Generation);
        Assert.Equal([2ul], pair.Alice.Received[(int)Lane.Request]);
    }

    [Fact]
    public void Old_keys_stay_only_as_long_as_the_lane_carries_records_under_them()
    {
        using var pair = new RekeyPair();
        pair.Start();
        pair.Alice.Send(Lane.Bulk, 1);
        pair.Alice.Send(Lane.Bulk, 2);
        while (pair.Bob.Session.Opener(Lane.Request).Generation == 0)
        {
            Assert.True(MoveControl(pair));
        }

        Assert.Equal(0u, pair.Bob.Session.Opener(Lane.Bulk).Generation);
        Assert.Equal(0u, pair.Bob.Session.Generation);
        Assert.True(pair.Step(pair.Alice, pair.Bob));
        Assert.Equal(0u, pair.Bob.Session.Opener(Lane.Bulk).Generation);
        Assert.True(pair.Step(pair.Alice, pair.Bob));
        Assert.Equal(1u, pair.Bob.Session.Opener(Lane.Bulk).Generation);
        Assert.Equal(1u, pair.Bob.Session.Generation);
    }

    [Fact]
    public void The_next_change_waits_until_the_last_one_left_every_lane()
    {
        using var pair = new RekeyPair(RekeyPair.Settings with { After = TimeSpan.FromMinutes(1) });
        pair.Start();
        pair.Alice.Send(Lane.Bulk, 1);
        while (MoveControl(pair))
        {
        }

        Assert.Equal((1u, 0u), (pair.Alice.Session.Generation, pair.Bob.Session.Generation));
        pair.Now += TimeSpan.FromMinutes(1);
        pair.Alice.Renew(pair.Now);
        Assert.True(MoveControl(pair));
        Assert.False(MoveControl(pair));
        pair.Settle();

        Assert.Equal((2u, 2u), (pair.Alice.Session.Generation, pair.Bob.Session.Generation));
    }

    [Fact]
    public void A_side_that_asks_more_often_than_allowed_waits()
    {
        var settings = RekeyPair.Settings with { AfterRecords = 64, MinInterval = TimeSpan.FromSeconds(10) };
        using var pair = new RekeyPair(settings);
        pair.Alice.Renew(pair.Now);
        for (ulong i = 0; i < 1000; i++)
        {
            pair.Alice.Send(Lane.Request, i);
            pair.Alice.Renew(pair.Now);
            pair.Settle();
        }

        Assert.Equal(1u, pair.Bob.Session.Generation);
        pair.Now += settings.MinInterval;
        pair.Alice.Renew(pair.Now);
        pair.Settle();
        Assert.Equal(2u, pair.Bob.Session.Generation);
        Assert.Equal(1000, pair.Bob.Received[(int)Lane.Request].Count);
    }

    [Fact]
    public void A_far_side_that_never_answers_ends_the_session()
    {
        using var pair = new RekeyPair();
        pair.Start();
        Assert.Equal(pair.Now + RekeyPair.Settings.Timeout, pair.Alice.Session.RenewAt);

        pair.Now += RekeyPair.Settings.Timeout;
        pair.Alice.Renew(pair.Now);

        Assert.Equal(RekeyFailure.RekeyTimedOut, pair.Alice.Failure);
    }

    [Fact]
    public void A_far_side_that_never_uses_its_new_key_ends_the_session()
    {
        using var pair = new RekeyPair();
        pair.Start();
        pair.Alice.Send(Lane.Bulk, 1);
        while (MoveControl(pair))
        {
        }

        pair.Now += RekeyPair.Settings.Timeout;
        pair.Bob.Renew(pair.Now);

        Assert.Equal(RekeyFailure.RekeyTimedOut, pair.Bob.Failure);
    }

    [Fact]
    public void With_encryption_off_there_are_no_keys_to_renew()
    {
        var (alice, _) = HandshakePair.Sessions(encryption: false);
        var frames = new List<ReadOnlyMemory<byte>>();

        Assert.Null(alice.Link.Renew(HandshakePair.Now, frames));
        Assert.Null(alice.Link.Renew(HandshakePair.Now.AddDays(1), frames));
        Assert.Null(alice.Link.RenewAt);
        Assert.Empty(frames);
    }

    [Fact]
    public void Sessions_that_began_together_do_not_renew_together()
    {
        using var pair = new RekeyPair();
        pair.Alice.Renew(pair.Now);
        using var other = pair.AlicePair.Derive("other", new byte[16], new byte[16]);
        other.Renew(pair.Now, []);

        Assert.NotEqual(pair.Alice.Session.RenewAt, other.RenewAt);
        Assert.InRange(other.RenewAt!.Value, pair.Now + (RekeyPair.Settings.After * 0.9), pair.Now + RekeyPair.Settings.After);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void In_any_interleaving_every_record_opens_in_order(int seed)
    {
        var random = new Random(seed);
        using var pair = new RekeyPair(RekeyPair.Settings with { AfterRecords = 64 });
        var sent = new ulong[2, Lanes.Count];
        RekeyPair.End[] ends = [pair.Alice, pair.Bob];
        Queue<byte[]>[] wires = [new(), new()];
        for (var step = 0; step < 20_000 || wires.Any(wire => wire.Count > 0) || ends.Any(end => end.Waiting > 0); step++)
        {
            var side = random.Next(2);
            var (end, other) = (ends[side], ends[1 - side]);
            pair.Now += TimeSpan.FromMilliseconds(random.Next(3));
            switch (random.Next(4))
            {
                case 0 when step < 20_000:
                    var lane = (Lane)random.Next(Lanes.Count);
                    end.Send(lane, sent[side, (int)lane]++);
                    break;
                case 1:
                    end.Renew(pair.Now);
                    break;
                case 2 when end.TakeFromWire(random.Next(Lanes.Count)) is { } frame:
                    wires[side].Enqueue(frame);
                    break;
                case 3 when wires[side].TryDequeue(out var arrived):
                    Assert.Equal(RecordVerdict.Opened, other.Open(arrived));
                    break;
            }
        }

        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            Assert.Equal(Enumerable.Range(0, (int)sent[0, lane]).Select(number => (ulong)number), pair.Bob.Received[lane]);
            Assert.Equal(Enumerable.Range(0, (int)sent[1, lane]).Select(number => (ulong)number), pair.Alice.Received[lane]);
        }

        Assert.Null(pair.Alice.Failure ?? pair.Bob.Failure);
        Assert.InRange(pair.Alice.Session.Generation, 5u, uint.MaxValue);
    }

    // Control records alone: the other lanes are slow.
    private static bool MoveControl(RekeyPair pair) => MoveControl(pair, pair.Alice, pair.Bob) | MoveControl(pair, pair.Bob, pair.Alice);

    private static bool MoveControl(RekeyPair pair, RekeyPair.End from, RekeyPair.End to)
    {
        if (from.TakeControl() is not { } frame)
        {
            return false;
        }

        Assert.Equal(RecordVerdict.Opened, to.Open(frame));
        to.Renew(pair.Now);
        return true;
    }
}
