namespace ActorP2P.Hocon.Tests;

public class PropertiesTests
{
    private sealed class Properties(string text) : IIncludeResolver
    {
        public IncludeResult Resolve(IncludeRequest request) =>
            IncludeResult.Found(new IncludedSource("x.properties", text, HoconFormat.Properties));
    }

    [Theory]
    [InlineData("a=1", """{"a":"1"}""")]
    [InlineData("a = true\r\nb:2\r\nc 3", """{"a":"true","b":"2","c":"3"}""")]
    [InlineData("# c\n! c\n\n  a=1", """{"a":"1"}""")]
    [InlineData("a=x # y", """{"a":"x # y"}""")]
    [InlineData("a=1 \\\n   2\\\n3", """{"a":"1 23"}""")]
    [InlineData("a=1\\\\\nb=2", """{"a":"1\\","b":"2"}""")]
    [InlineData("a\\=b=\\u0041\\t\\q", """{"a=b":"A\tq"}""")]
    [InlineData("a", """{"a":""}""")]
    [InlineData("a.b=1\na.c=2", """{"a":{"b":"1","c":"2"}}""")]
    [InlineData(".=1", """{"":{"":"1"}}""")]
    [InlineData("a=hello\na.b=world", """{"a":{"b":"world"}}""")]
    [InlineData("a.b=world\na=hello", """{"a":{"b":"world"}}""")]
    [InlineData("a=${x}", """{"a":"${x}"}""")]
    public void Properties_map_to_objects_of_strings(string text, string json) =>
        Sample.Same(json, Sample.Parse("include \"x\"", new Properties(text)));

    [Fact]
    public void Numbered_keys_are_a_list_to_who_asks_for_one()
    {
        var config = Sample.Parse("include \"x\"", new Properties("l.10=c\nl.0=a\nl.2=b\nl.x=ignored"));
        Assert.Equal(["a", "b", "c"], config.GetStringList("l"));
    }

    [Fact]
    public void A_broken_unicode_escape_is_an_error() =>
        Assert.Equal(
            HoconErrorKind.InvalidEscape,
            Assert.Throws<HoconException>(() => Sample.Parse("include \"x\"", new Properties("a=\\u12"))).Kind);

    [Fact]
    public void A_key_of_a_thousand_dots_is_refused() =>
        Assert.Equal(
            HoconErrorKind.NestingTooDeep,
            Assert.Throws<HoconException>(() => Sample.Parse("include \"x\"", new Properties(new string('.', 1000)))).Kind);
}
