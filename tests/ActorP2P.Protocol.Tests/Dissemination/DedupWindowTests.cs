using ActorP2P.Protocol.Dissemination;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>The window against a plain set, and its edges.</summary>
public sealed class DedupWindowTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_agrees_with_a_set_over_any_order_and_any_slides(int seed)
    {
        const int MaxBits = 4096;
        var random = new Random(seed);
        var floor = (ulong)random.Next(1, 1000);
        var window = new DedupWindow(MaxBits, floor);
        var seen = new HashSet<ulong>();
        for (var i = 0; i < 50_000; i++)
        {
            var seq = floor + (ulong)random.Next(0, i % 100 == 0 ? MaxBits : 300);
            Assert.Equal(seen.Contains(seq) ? WindowVerdict.Seen : WindowVerdict.New, window.Judge(seq));
            if (seen.Add(seq))
            {
                window.Mark(seq);
            }

            if (i % 50 == 0)
            {
                floor += (ulong)random.Next(0, i % 5000 == 0 ? 5000 : 80);
                window.SlideTo(floor);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_next_new_seq_is_the_one_that_judging_each_would_find(int seed)
    {
        const int MaxBits = 1024;
        var random = new Random(seed);
        var floor = (ulong)random.Next(1, 1000);
        var window = new DedupWindow(MaxBits, floor);
        for (var i = 0; i < 20_000; i++)
        {
            var seq = floor + (ulong)random.Next(0, random.Next(1, MaxBits));
            if (window.Judge(seq) == WindowVerdict.New && random.Next(20) > 0)
            {
                window.Mark(seq);
            }

            var from = floor - 1 + (ulong)random.Next(0, MaxBits + 100);
            var end = from + (ulong)random.Next(0, 300);
            Assert.Equal(FirstNew(window, from, end), window.NextNew(from, end));
            if (i % 40 == 0)
            {
                window.SlideTo(floor += (ulong)random.Next(0, 60));
            }
        }
    }

    [Fact]
    public void Below_the_floor_and_beyond_the_window_are_told_apart()
    {
        var window = new DedupWindow(128, 1000);
        Assert.Equal(WindowVerdict.BelowFloor, window.Judge(999));
        Assert.Equal(WindowVerdict.New, window.Judge(1000));
        Assert.Equal(WindowVerdict.New, window.Judge(1127));
        Assert.Equal(WindowVerdict.Beyond, window.Judge(1128));
    }

    [Fact]
    public void A_lower_floor_changes_nothing()
    {
        var window = new DedupWindow(128, 1000);
        window.Mark(1001);
        window.SlideTo(5);
        Assert.Equal(1000ul, window.Floor);
        Assert.Equal(WindowVerdict.Seen, window.Judge(1001));
    }

    [Fact]
    public void The_end_of_the_number_range_is_a_window_like_any_other()
    {
        var window = new DedupWindow(1024, ulong.MaxValue - 500);
        window.Mark(ulong.MaxValue - 500);
        window.Mark(ulong.MaxValue);
        Assert.Equal(WindowVerdict.Seen, window.Judge(ulong.MaxValue));
        Assert.Equal(WindowVerdict.Seen, window.Judge(ulong.MaxValue - 500));
        Assert.Equal(WindowVerdict.New, window.Judge(ulong.MaxValue - 1));
    }

    private static ulong? FirstNew(DedupWindow window, ulong from, ulong end)
    {
        for (var seq = from; seq < end; seq++)
        {
            if (window.Judge(seq) == WindowVerdict.New)
            {
                return seq;
            }
        }

        return null;
    }
}
