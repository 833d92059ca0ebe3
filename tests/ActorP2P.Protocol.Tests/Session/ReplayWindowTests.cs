using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class ReplayWindowTests
{
    private static readonly RecordOrder Window = RecordOrder.Window(100, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1000)]
    public void It_agrees_with_a_set_of_all_that_was_seen(int records)
    {
        var random = new Random(records);
        var window = new ReplayWindow(records);
        var seen = new HashSet<ulong>();
        ulong top = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var jump = random.Next(100) == 0 ? random.Next(3 * records) : random.Next(3);
            var counter = random.Next(2) == 0 ? top + (ulong)jump : top - Math.Min(top, (ulong)random.Next(records + 10));
            var expected = !seen.Contains(counter) && (counter >= window.Next || window.Next - counter <= (ulong)records);
            Assert.Equal(expected, window.IsFresh(counter));
            if (expected)
            {
                window.Mark(counter);
                seen.Add(counter);
                top = Math.Max(top, counter);
            }
        }
    }

    [Fact]
    public void The_last_counter_of_all_does_not_make_the_old_ones_fresh_again()
    {
        var window = new ReplayWindow(64);
        window.Mark(5);
        Assert.False(window.IsFresh(ulong.MaxValue));
        Assert.True(window.IsFresh(ulong.MaxValue - 1));
        window.Mark(ulong.MaxValue - 1);
        Assert.False(window.IsFresh(5));
        Assert.False(window.IsFresh(ulong.MaxValue - 1));
    }

    [Fact]
    public void Lost_and_reordered_records_open_once()
    {
        using var pair = new RekeyPair(order: Window);
        for (ulong i = 0; i < 10; i++)
        {
            pair.Alice.Send(Lane.Request, i);
        }

        var frames = Enumerable.Range(0, 10).Select(_ => pair.Alice.TakeFromWire()!).ToList();
        int[] order = [4, 2, 9, 0];
        foreach (var i in order)
        {
            Assert.Equal(RecordVerdict.Opened, pair.Bob.Open(frames[i].ToArray()));
        }

        Assert.Equal(RecordVerdict.CounterRepeated, pair.Bob.Open(frames[2]));
        Assert.Equal([4, 2, 9, 0], pair.Bob.Received[(int)Lane.Request]);
    }

    [Fact]
    public void What_somebody_on_the_way_adds_ends_nothing()
    {
        using var pair = new RekeyPair(order: Window);
        pair.Alice.Send(Lane.Request, 1);
        var record = pair.Alice.TakeFromWire()!;
        var forged = record.ToArray();
        forged[^1] ^= 1;

        Assert.Equal(RecordVerdict.Tampered, pair.Bob.Open(forged));
        Assert.Equal(RecordVerdict.Opened, pair.Bob.Open(record));
    }

    [Fact]
    public void A_forged_counter_far_ahead_moves_no_window()
    {
        using var pair = new RekeyPair(order: Window);
        pair.Alice.Send(Lane.Request, 1);
        var record = pair.Alice.TakeFromWire()!;
        var forged = record.ToArray();
        forged[29] = 0x7F;

        Assert.Equal(RecordVerdict.Tampered, pair.Bob.Open(forged));
        Assert.Equal(0ul, pair.Bob.Session.Opener(Lane.Request).NextCounter);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Keys_change_over_relays_that_lose_repeat_and_reorder(int seed)
    {
        var random = new Random(seed);
        using var pair = new RekeyPair(RekeyPair.Settings with { AfterRecords = 200 }, Window);
        RekeyPair.End[] ends = [pair.Alice, pair.Bob];
        List<byte[]>[] wires = [[], []];
        var opened = 0;
        for (var step = 0; step < 30_000; step++)
        {
            var side = random.Next(2);
            var (end, other) = (ends[side], ends[1 - side]);
            pair.Now += TimeSpan.FromMilliseconds(random.Next(20));
            switch (random.Next(4))
            {
                case 0:
                    end.Send((Lane)random.Next(1, Lanes.Count), (ulong)step);
                    break;
                case 1:
                    end.Renew(pair.Now);
                    break;
                case 2 when end.TakeFromWire(random.Next(Lanes.Count)) is { } frame && random.Next(10) > 0:
                    wires[side].Add(frame);
                    break;
                case 3 when wires[side].Count > 0:
                    var at = random.Next(Math.Min(8, wires[side].Count));
                    var verdict = other.Open(wires[side][at].ToArray());
                    Assert.True(verdict is RecordVerdict.Opened or RecordVerdict.CounterRepeated or RecordVerdict.WrongGeneration, verdict.ToString());
                    opened += verdict == RecordVerdict.Opened ? 1 : 0;
                    if (random.Next(10) > 0)
                    {
                        wires[side].RemoveAt(at);
                    }

                    break;
            }
        }

        Assert.Null(pair.Alice.Failure ?? pair.Bob.Failure);
        Assert.InRange(pair.Alice.Session.Generation, 5u, uint.MaxValue);
        Assert.InRange(pair.Bob.Session.Generation, pair.Alice.Session.Generation - 1, pair.Alice.Session.Generation + 1);
        Assert.All(ends, end => Assert.All(end.Received, lane => Assert.Equal(lane.Count, lane.Distinct().Count())));
        Assert.InRange(opened, 3000, int.MaxValue);
    }
}
