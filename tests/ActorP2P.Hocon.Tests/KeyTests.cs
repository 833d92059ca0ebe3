namespace ActorP2P.Hocon.Tests;

public class KeyTests
{
    [Theory]
    [InlineData("a.b.c = 1", """{"a":{"b":{"c":1}}}""")]
    [InlineData("a.\"b.c\".d = 1", """{"a":{"b.c":{"d":1}}}""")]
    [InlineData("a.\"\".b = 1", """{"a":{"":{"b":1}}}""")]
    [InlineData("\"\" = 1", """{"":1}""")]
    [InlineData("a b c = 1", """{"a b c":1}""")]
    [InlineData("a \"b\" c = 1", """{"a b c":1}""")]
    [InlineData("foo\"10.0\" = 1", """{"foo10.0":1}""")]
    [InlineData("foo10.0 = 1", """{"foo10":{"0":1}}""")]
    [InlineData("10.0foo = 1", """{"10":{"0foo":1}}""")]
    [InlineData("1.2.3 = 1", """{"1":{"2":{"3":1}}}""")]
    [InlineData("3.14 : 42", """{"3":{"14":42}}""")]
    [InlineData("true : 42", """{"true":42}""")]
    [InlineData("a.b {c = 1}", """{"a":{"b":{"c":1}}}""")]
    [InlineData("a.x = 1, a.y = 2", """{"a":{"x":1,"y":2}}""")]
    [InlineData("\"\"\"a.b\"\"\" = 1", """{"a.b":1}""")]
    [InlineData("foo include = 1", """{"foo include":1}""")]
    [InlineData("\"include\" = 1", """{"include":1}""")]
    [InlineData("a = include", """{"a":"include"}""")]
    [InlineData("a = [ include ]", """{"a":["include"]}""")]
    [InlineData("a- = 1, -b = 2", """{"a-":1,"-b":2}""")]
    public void Keys_are_path_expressions(string text, string json) => Sample.Same(json, text);

    [Theory]
    [InlineData("a..b = 1")]
    [InlineData(".a = 1")]
    [InlineData("a. = 1")]
    [InlineData(". = 1")]
    [InlineData("a = ${b..c}")]
    [InlineData("a = ${.b}")]
    public void An_empty_element_must_be_quoted(string text) => Sample.Fails(HoconErrorKind.InvalidPath, text);

    [Theory]
    [InlineData("include = 1")]
    [InlineData("include a.conf")]
    [InlineData("include { a = 1 }")]
    [InlineData("include")]
    [InlineData("include other(\"x\")")]
    [InlineData("include file(\"x\"")]
    [InlineData("include file(\"x\"))")]
    [InlineData("include ${x}")]
    [InlineData("include required(required(\"x\"))")]
    public void An_unquoted_include_takes_one_quoted_name(string text) => Sample.Fails(HoconErrorKind.Syntax, text);

    [Fact]
    public void A_later_path_replaces_a_simple_value_by_an_object() => Sample.Same("""{"a":{"b":2}}""", "a = 1, a.b = 2");

    [Theory]
    [InlineData("a.b.c", new[] { "a", "b", "c" })]
    [InlineData("a.\"b.c\"", new[] { "a", "b.c" })]
    [InlineData("\"\"", new[] { "" })]
    [InlineData("akka.\"/user/*\".x", new[] { "akka", "/user/*", "x" })]
    [InlineData("akka./user/*", new[] { "akka", "/user/*" })]
    [InlineData("\"q\\\"q\\n\"", new[] { "q\"q\n" })]
    public void A_program_s_path_takes_quotes_where_it_needs_them(string text, string[] elements) =>
        Assert.Equal(elements, HoconPath.Parse(text).Elements);

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a.\"b")]
    public void A_broken_path_of_a_program_is_refused(string text)
    {
        Assert.False(HoconPath.TryParse(text, out _));
        Assert.Equal(HoconErrorKind.InvalidPath, Assert.Throws<HoconException>(() => HoconPath.Parse(text)).Kind);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a.b", "")]
    [InlineData("quote\"d", "back\\slash")]
    [InlineData("tab\t", "ü")]
    public void A_path_renders_to_what_parses_to_it(string first, string second)
    {
        var path = HoconPath.Of(first, second);
        Assert.Equal(path, HoconPath.Parse(path.ToString()));
        Assert.Equal("1", Sample.Parse($"{path} = 1").Root.Find(path)!.GetString());
    }
}
