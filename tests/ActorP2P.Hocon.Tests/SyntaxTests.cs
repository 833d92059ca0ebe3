namespace ActorP2P.Hocon.Tests;

public class SyntaxTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("{\"a\":1,\"b\":[true,false,null,-1.5e+3,\"x\"],\"c\":{\"d\":{}}}")]
    [InlineData("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}")]
    public void Json_means_what_a_json_parser_says(string json) => Sample.Same(json, json);

    [Theory]
    [InlineData("")]
    [InlineData("  \n\t ")]
    [InlineData("# only a comment")]
    [InlineData("\uFEFF{}")]
    public void A_document_without_fields_is_an_empty_object(string text) => Sample.Same("{}", text);

    [Theory]
    [InlineData("a = 1 // one\n# two\nb = \"# no // comment\"")]
    [InlineData("a=1,b:\"# no // comment\",")]
    [InlineData("{ a = 1\r\n b = \"# no // comment\" }\r\n")]
    [InlineData("a\n=\n1\nb\n:\n\"# no // comment\"")]
    public void Comments_separators_and_newlines_are_free(string text) =>
        Sample.Same("""{"a":1,"b":"# no // comment"}""", text);

    [Fact]
    public void A_brace_needs_no_separator() => Sample.Same("""{"a":{"b":{"c":1}}}""", "a { b { c = 1 } }");

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[1,2,3,]")]
    [InlineData("[1\n2\n3]")]
    [InlineData("[\n1,\n2\n,3\n,\n]")]
    [InlineData("[ 1 # one\n 2 // two\n 3 ]")]
    public void Commas_may_be_newlines_and_one_may_trail(string list) => Sample.Same("""{"a":[1,2,3]}""", "a = " + list);

    [Theory]
    [InlineData("a = [1,2,,]")]
    [InlineData("a = [,1]")]
    [InlineData("a = [1,,2]")]
    [InlineData("{ a = 1,, b = 2 }")]
    [InlineData("{ , a = 1 }")]
    [InlineData("a = 1,,")]
    public void Two_commas_or_a_leading_one_are_errors(string text) => Sample.Fails(HoconErrorKind.Syntax, text);

    [Theory]
    [InlineData("{ a = 1")]
    [InlineData("a = 1 }")]
    [InlineData("a = { b = 1")]
    [InlineData("a = [1")]
    [InlineData("a = [1}")]
    [InlineData("{} {}")]
    [InlineData("{} a = 1")]
    [InlineData("a")]
    [InlineData("a =")]
    [InlineData("= 1")]
    [InlineData("a = }")]
    [InlineData("a = b = c")]
    [InlineData("a : b : c")]
    [InlineData("[1] = a")]
    [InlineData("a = ${b")]
    [InlineData("a = ${}")]
    [InlineData("a = ${b ${c}}")]
    [InlineData("${a} = 1")]
    public void Broken_structure_is_an_error(string text) =>
        Assert.Contains(Sample.Failure(text).Kind, new[] { HoconErrorKind.Syntax, HoconErrorKind.RootNotObject });

    [Fact]
    public void A_list_at_the_root_is_refused() => Sample.Fails(HoconErrorKind.RootNotObject, "[1, 2]");

    [Theory]
    [InlineData("a = b$c")]
    [InlineData("a = b@c")]
    [InlineData("a = *")]
    [InlineData("a = b\\c")]
    [InlineData("a = 1 + 2")]
    [InlineData("a = `x`")]
    [InlineData("a&b = 1")]
    [InlineData("a = ${ ?b}")]
    public void Reserved_characters_outside_quotes_are_errors(string text) => Sample.Fails(HoconErrorKind.ReservedCharacter, text);

    [Theory]
    [InlineData("a = \"x", HoconErrorKind.UnterminatedString)]
    [InlineData("a = \"x\ny\"", HoconErrorKind.UnterminatedString)]
    [InlineData("a = \"\"\"x\"\"", HoconErrorKind.UnterminatedString)]
    [InlineData("a = \"x\u0001\"", HoconErrorKind.UnterminatedString)]
    [InlineData("a = \"\\x\"", HoconErrorKind.InvalidEscape)]
    [InlineData("a = \"\\u12G4\"", HoconErrorKind.InvalidEscape)]
    [InlineData("a = \"\\u12", HoconErrorKind.InvalidEscape)]
    [InlineData("a = \"\\", HoconErrorKind.InvalidEscape)]
    public void Broken_strings_are_errors(string text, HoconErrorKind kind) => Sample.Fails(kind, text);

    [Theory]
    [InlineData("\"\"\"x\"\"\"", "x")]
    [InlineData("\"\"\"x\\n\"\"\"", "x\\n")]
    [InlineData("\"\"\"x\ny\"\"\"", "x\ny")]
    [InlineData("\"\"\"x\"\"\"\"", "x\"")]
    [InlineData("\"\"\"x\"\"\"\"\"", "x\"\"")]
    [InlineData("\"\"\"\"x\"\"\"", "\"x")]
    [InlineData("\"\"\"\"\"\"", "")]
    [InlineData("\"\"\"a\"\"b\"\"\"", "a\"\"b")]
    public void Triple_quotes_take_everything_as_it_is(string text, string expected) =>
        Assert.Equal(expected, Sample.Parse("a = " + text).GetString("a"));

    [Theory]
    [InlineData("\u00A0")]
    [InlineData("\u2007")]
    [InlineData("\u202F")]
    [InlineData("\u2028")]
    [InlineData("\u3000")]
    [InlineData("\uFEFF")]
    [InlineData("\u000B")]
    [InlineData("\u001F")]
    public void Every_unicode_separator_is_whitespace(string blank) =>
        Sample.Same("""{"a":1}""", $"{blank}a{blank}={blank}1{blank}");

    [Fact]
    public void A_unicode_line_separator_is_no_newline() => Sample.Same("""{"a":"1\u2028b"}""", "a = 1\u2028b");

    [Theory]
    [InlineData("true", HoconValueKind.Boolean)]
    [InlineData("false", HoconValueKind.Boolean)]
    [InlineData("null", HoconValueKind.Null)]
    [InlineData("12", HoconValueKind.Number)]
    [InlineData("-0.5", HoconValueKind.Number)]
    [InlineData("1e+5", HoconValueKind.Number)]
    [InlineData("1E-5", HoconValueKind.Number)]
    [InlineData("007", HoconValueKind.String)]
    [InlineData("1.", HoconValueKind.String)]
    [InlineData("1.2.3", HoconValueKind.String)]
    [InlineData("-", HoconValueKind.String)]
    [InlineData("10.0bar", HoconValueKind.String)]
    [InlineData("truefoo", HoconValueKind.String)]
    [InlineData("footrue", HoconValueKind.String)]
    [InlineData("\"true\"", HoconValueKind.String)]
    [InlineData("\"1\"", HoconValueKind.String)]
    [InlineData("true foo", HoconValueKind.String)]
    [InlineData("/a/b:8080", null)]
    [InlineData("a/b", HoconValueKind.String)]
    public void Single_values_keep_their_type(string text, HoconValueKind? kind)
    {
        if (kind is null)
            Sample.Fails(HoconErrorKind.Syntax, "a = " + text);
        else
            Assert.Equal(kind, Sample.Parse("a = " + text).Root["a"].Kind);
    }

    [Fact]
    public void A_double_slash_ends_unquoted_text() => Sample.Same("""{"a":"http"}""", "a = http// comment");

    [Fact]
    public void Duplicate_keys_override_and_objects_merge()
    {
        Sample.Same("""{"a":2}""", "a = 1, a = 2");
        Sample.Same("""{"a":{"b":1,"c":3,"d":4}}""", "a { b = 1, c = 2 }, a { c = 3, d = 4 }");
        Sample.Same("""{"a":{"b":43}}""", "a : { x : 42 }, a : null, a : { b : 43 }");
        Sample.Same("""{"a":[2]}""", "a = [1], a = [2]");
    }
}
