namespace ActorP2P.Hocon.Tests;

public class ConversionTests
{
    [Fact]
    public void Text_numbers_and_booleans_convert_into_each_other()
    {
        var config = Sample.Parse("n = 5, s = \"5\", f = 5.0, e = 5e0, t = on, b = true, h = \"0.5\"");
        Assert.All(new[] { "n", "s", "f", "e" }, key => Assert.Equal(5, config.GetInt(key)));
        Assert.Equal("5", config.GetString("n"));
        Assert.Equal("5e0", config.GetString("e"));
        Assert.Equal("true", config.GetString("b"));
        Assert.True(config.GetBoolean("t"));
        Assert.Equal(0.5, config.GetDouble("h"));
        Assert.Equal(0.5f, config.GetFloat("h"));
        Assert.Equal(0.5m, config.GetDecimal("h"));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    [InlineData("false", false)]
    [InlineData("no", false)]
    [InlineData("off", false)]
    public void Six_words_are_booleans(string text, bool expected) => Assert.Equal(expected, Sample.Parse("a = " + text).GetBoolean("a"));

    [Theory]
    [InlineData("TRUE")]
    [InlineData("1")]
    [InlineData("enabled")]
    public void Other_words_are_not(string text) => WrongType(() => Sample.Parse("a = " + text).GetBoolean("a"));

    [Theory]
    [InlineData("1.5", HoconErrorKind.WrongType)]
    [InlineData("x", HoconErrorKind.WrongType)]
    [InlineData("\"\"", HoconErrorKind.WrongType)]
    [InlineData("0x10", HoconErrorKind.WrongType)]
    [InlineData("[1]", HoconErrorKind.WrongType)]
    [InlineData("{}", HoconErrorKind.WrongType)]
    [InlineData("2147483648", HoconErrorKind.OutOfRange)]
    [InlineData("-2147483649", HoconErrorKind.OutOfRange)]
    [InlineData("1e300", HoconErrorKind.OutOfRange)]
    [InlineData("99999999999999999999", HoconErrorKind.OutOfRange)]
    public void A_bad_int_is_refused(string text, HoconErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<HoconException>(() => Sample.Parse("a = " + text).GetInt("a")).Kind);

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("1e18", 1_000_000_000_000_000_000)]
    public void A_long_takes_its_whole_range(string text, long expected) => Assert.Equal(expected, Sample.Parse("a = " + text).GetLong("a"));

    [Theory]
    [InlineData("NaN", HoconErrorKind.WrongType)]
    [InlineData("Infinity", HoconErrorKind.WrongType)]
    [InlineData("1e999", HoconErrorKind.OutOfRange)]
    [InlineData("1,5", HoconErrorKind.Syntax)]
    public void A_double_is_finite(string text, HoconErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<HoconException>(() => Sample.Parse("a = " + text).GetDouble("a")).Kind);

    [Fact]
    public void A_float_and_a_decimal_have_their_own_range()
    {
        var config = Sample.Parse("a = 1e39, b = 1e30");
        Assert.Equal(HoconErrorKind.OutOfRange, Assert.Throws<HoconException>(() => config.GetFloat("a")).Kind);
        Assert.Equal(HoconErrorKind.OutOfRange, Assert.Throws<HoconException>(() => config.GetDecimal("b")).Kind);
        WrongType(() => Sample.Parse("a = x").GetDecimal("a"));
    }

    [Fact]
    public void Objects_and_lists_are_never_text()
    {
        var config = Sample.Parse("o { a = 1 }, l = [1]");
        WrongType(() => config.GetString("o"));
        WrongType(() => config.GetString("l"));
        WrongType(() => config.GetConfig("l"));
        WrongType(() => config.GetStringList("o"));
        WrongType(() => Sample.Parse("a = 1").GetStringList("a"));
        WrongType(() => Sample.Parse("a = [null]").GetStringList("a"));
    }

    [Fact]
    public void Lists_convert_element_by_element()
    {
        var config = Sample.Parse("a = [1, \"2\", 3.0], b = [on, off], n { 1 = y, 0 = x }");
        Assert.Equal([1, 2, 3], config.GetIntList("a"));
        Assert.Equal([1L, 2L, 3L], config.GetLongList("a"));
        Assert.Equal([1.0, 2.0, 3.0], config.GetDoubleList("a"));
        Assert.Equal([1f, 2f, 3f], config.GetFloatList("a"));
        Assert.Equal([1m, 2m, 3m], config.GetDecimalList("a"));
        Assert.Equal(["1", "2", "3.0"], config.GetStringList("a"));
        Assert.Equal([true, false], config.GetBooleanList("b"));
        Assert.Equal(["x", "y"], config.GetStringList("n"));
    }

    [Fact]
    public void Infinite_is_a_duration_where_it_is_allowed()
    {
        var config = Sample.Parse("a = infinite, b = 10 s, c = 1500");
        Assert.Equal(Timeout.InfiniteTimeSpan, config.GetTimeSpan("a"));
        WrongType(() => config.GetTimeSpan("a", allowInfinite: false));
        Assert.Equal(TimeSpan.FromSeconds(10), config.GetTimeSpan("b"));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), config.GetTimeSpan("c"));
        Assert.Equal(TimeSpan.FromDays(1), config.GetTimeSpan("none", TimeSpan.FromDays(1)));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("none"));
    }

    [Fact]
    public void Sizes_are_bytes()
    {
        var config = Sample.Parse("a = 64 KiB, b = 128000b");
        Assert.Equal(65536, config.GetByteSize("a"));
        Assert.Equal(128_000, config.GetByteSize("b"));
        Assert.Null(config.GetByteSize("none"));
        Assert.Equal(7, config.GetByteSize("none", 7));
    }

    [Fact]
    public void The_try_forms_hand_out_the_error_with_its_place()
    {
        var value = Sample.Parse("a = 1\nb = x").GetValue("b")!;
        Assert.False(value.TryGetInt(out _, out var error));
        Assert.Equal(new HoconOrigin("test", 2, 5), error.Origin);
        Assert.False(value.TryGetLong(out _, out error));
        Assert.False(value.TryGetDouble(out _, out error));
        Assert.False(value.TryGetDecimal(out _, out error));
        Assert.False(value.TryGetBoolean(out _, out error));
        Assert.False(value.TryGetTimeSpan(true, out _, out error));
        Assert.False(value.TryGetByteSize(out _, out error));
        Assert.False(value.TryGetList(out _, out error));
        Assert.Equal(HoconErrorKind.WrongType, error.Kind);
        Assert.True(value.TryGetString(out var text, out error));
        Assert.Equal("x", text);
        Assert.Null(error);
    }

    private static void WrongType(Func<object?> read) => Assert.Equal(HoconErrorKind.WrongType, Assert.Throws<HoconException>(read).Kind);

    private static void WrongType(Func<bool> read) => WrongType(() => (object)read());

    private static void WrongType(Func<TimeSpan> read) => WrongType(() => (object)read());

    private static void WrongType(Func<decimal> read) => WrongType(() => (object)read());
}
