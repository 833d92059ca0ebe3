namespace ActorP2P.Hocon.Tests;

public class UnitTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500", 500 * TimeSpan.TicksPerMillisecond)]
    [InlineData("100 ns", 1)]
    [InlineData("99 ns", 0)]
    [InlineData("1us", 10)]
    [InlineData("2 micros", 20)]
    [InlineData("3 millis", 3 * TimeSpan.TicksPerMillisecond)]
    [InlineData(" 10 s ", 10 * TimeSpan.TicksPerSecond)]
    [InlineData("0.5s", TimeSpan.TicksPerSecond / 2)]
    [InlineData("1e1 seconds", 10 * TimeSpan.TicksPerSecond)]
    [InlineData("1 minute", TimeSpan.TicksPerMinute)]
    [InlineData("2h", 2 * TimeSpan.TicksPerHour)]
    [InlineData("1 day", TimeSpan.TicksPerDay)]
    [InlineData("9223372036854775807 ns", 92233720368547758)]
    public void Durations_have_units(string text, long ticks)
    {
        Assert.True(HoconDuration.TryParse(text, out var value));
        Assert.Equal(ticks, value.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("s")]
    [InlineData("10 S")]
    [InlineData("10 sec")]
    [InlineData("10 s s")]
    [InlineData("1_0 s")]
    [InlineData("1,5 s")]
    [InlineData("ten seconds")]
    [InlineData("infinite")]
    public void What_is_no_duration_is_refused(string? text)
    {
        Assert.False(HoconDuration.TryParse(text, out _, out var error));
        Assert.Equal(HoconErrorKind.WrongType, error!.Value.Kind);
    }

    [Theory]
    [InlineData("-1 s")]
    [InlineData("-1")]
    [InlineData("10675200 d")]
    [InlineData("1e30 s")]
    [InlineData("1e300 s")]
    [InlineData("99999999999999999999999999999999999 ns")]
    public void A_duration_that_does_not_fit_is_refused(string text)
    {
        Assert.False(HoconDuration.TryParse(text, out var value, out var error));
        Assert.Equal(TimeSpan.Zero, value);
        Assert.Equal(HoconErrorKind.OutOfRange, error!.Value.Kind);
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("0B", 0)]
    [InlineData("1 byte", 1)]
    [InlineData("1kB", 1000)]
    [InlineData("2 megabytes", 2_000_000)]
    [InlineData("1 GB", 1_000_000_000)]
    [InlineData("1TB", 1_000_000_000_000)]
    [InlineData("9EB", 9_000_000_000_000_000_000)]
    [InlineData("1k", 1024)]
    [InlineData("1K", 1024)]
    [InlineData("64 KiB", 65536)]
    [InlineData("1.5 MiB", 1_572_864)]
    [InlineData("0.1 KiB", 102)]
    [InlineData("2 gibibytes", 2_147_483_648)]
    [InlineData("7 EiB", 7L << 60)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("0.000001 YB", 1_000_000_000_000_000_000)]
    public void Sizes_have_units(string text, long bytes)
    {
        Assert.True(HoconByteSize.TryParse(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("KiB")]
    [InlineData("1 KB")]
    [InlineData("1 kib")]
    [InlineData("1 X")]
    [InlineData("1 2")]
    public void What_is_no_size_is_refused(string? text)
    {
        Assert.False(HoconByteSize.TryParse(text, out _, out var error));
        Assert.Equal(HoconErrorKind.WrongType, error!.Value.Kind);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("8 EiB")]
    [InlineData("9223372036854775808")]
    [InlineData("1 YiB")]
    [InlineData("1e28 YiB")]
    [InlineData("1e400")]
    public void A_size_that_does_not_fit_is_refused(string text)
    {
        Assert.False(HoconByteSize.TryParse(text, out var value, out var error));
        Assert.Equal(0, value);
        Assert.Equal(HoconErrorKind.OutOfRange, error!.Value.Kind);
    }
}
