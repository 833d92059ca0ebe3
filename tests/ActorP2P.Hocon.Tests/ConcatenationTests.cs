namespace ActorP2P.Hocon.Tests;

public class ConcatenationTests
{
    [Theory]
    [InlineData("a =  foo bar  baz  ", """{"a":"foo bar  baz"}""")]
    [InlineData("a = null bar 42 \"baz\" true 3.14 hi", """{"a":"null bar 42 baz true 3.14 hi"}""")]
    [InlineData("a = \" x \" y", """{"a":" x  y"}""")]
    [InlineData("a = 1e5 x", """{"a":"1e5 x"}""")]
    [InlineData("a = x # comment", """{"a":"x"}""")]
    [InlineData("a = [ 1 2 3 4 ]", """{"a":["1 2 3 4"]}""")]
    [InlineData("a = -foo", """{"a":"-foo"}""")]
    [InlineData("a = \"x\"\"y\"", """{"a":"xy"}""")]
    public void Simple_values_on_one_line_are_one_string(string text, string json) => Sample.Same(json, text);

    [Theory]
    [InlineData("a : { b : 1, c : 2 }")]
    [InlineData("a : { b : 1 } { c : 2 }")]
    [InlineData("a : { b : 1 }{ c : 2 }")]
    [InlineData("a { b : 1 } { c : 2 }")]
    [InlineData("o = {b : 1}, a : ${o} { c : 2 }", "o")]
    [InlineData("o = {b : 1}, p = {c : 2}, a : ${o} ${p}", "o", "p")]
    [InlineData("o = {b : 1}, a : ${?none} ${o} ${?none}{ c : 2 }", "o")]
    public void Objects_on_one_line_merge(string text, params string[] without) =>
        Assert.Equal("""{"b":1,"c":2}""", Without(text, without)["a"].ToJson().Replace("\n", "").Replace(" ", ""));

    [Theory]
    [InlineData("a = [1, 2] [3, 4]", "[1, 2, 3, 4]")]
    [InlineData("b = [1, 2], a = ${b} [3, 4]", "[1, 2, 3, 4]")]
    [InlineData("b = [1, 2], c = [3], a = ${b}${c}[4]", "[1, 2, 3, 4]")]
    [InlineData("b = [1, 2], a = [${b} ${b}, 3]", "[[1, 2, 1, 2], 3]")]
    [InlineData("a = [[1, 2] [3, 4]]", "[[1, 2, 3, 4]]")]
    [InlineData("a = [[1, 2]\n[3, 4]]", "[[1, 2], [3, 4]]")]
    [InlineData("a = ${?none} [1]", "[1]")]
    [InlineData("b { 1 = y, 0 = x, other = z }, a = ${b} [z]", "[\"x\", \"y\", \"z\"]")]
    public void Arrays_on_one_line_are_joined(string text, string json) =>
        Assert.Equal(json, Sample.Parse(text).GetValue("a")!.ToJson());

    [Theory]
    [InlineData("a = [1] x")]
    [InlineData("a = x [1]")]
    [InlineData("a = { b = 1 } x")]
    [InlineData("a = x { b = 1 }")]
    [InlineData("a = [1] { b = 1 }")]
    [InlineData("b = [1], a = ${b} x")]
    [InlineData("b { c = 1 }, a = ${b} x")]
    [InlineData("b { c = 1 }, a = ${b} [1]")]
    [InlineData("b {}, a = ${b} [1]")]
    [InlineData("b = x, a = ${b} [1]")]
    [InlineData("b = x, a = ${b} { c = 1 }")]
    [InlineData("b { c = 1 }, a = ${b} \" \" ${b}")]
    public void Mixing_kinds_is_an_error(string text) => Sample.Fails(HoconErrorKind.ConcatenationMismatch, text);

    [Theory]
    [InlineData("x = 1, a = ${x}", """{"x":1,"a":1}""")]
    [InlineData("x = 1, a = ${x}0", """{"x":1,"a":"10"}""")]
    [InlineData("x = 1, a = ${x} ${x}", """{"x":1,"a":"1 1"}""")]
    [InlineData("x = cat, a = ${x} is  my \"pet\"", """{"x":"cat","a":"cat is  my pet"}""")]
    [InlineData("x = cat, a = my ${x}", """{"x":"cat","a":"my cat"}""")]
    [InlineData("a = <${?none}>", """{"a":"<>"}""")]
    [InlineData("a = < ${?none} >", """{"a":"<  >"}""")]
    [InlineData("a = ${?none} ${?none}", """{"a":" "}""")]
    [InlineData("a = \"\"${?none}", """{"a":""}""")]
    [InlineData("x = null, a = ${x}s", """{"x":null,"a":"nulls"}""")]
    [InlineData("x = true, a = \"${x}\"", """{"x":true,"a":"${x}"}""")]
    [InlineData("x = cat, a = [ ${x} ${x}, Hello ${x} ]", """{"x":"cat","a":["cat cat","Hello cat"]}""")]
    public void Substitutions_are_parts_of_text(string text, string json) => Sample.Same(json, text);

    private static HoconObject Without(string text, string[] keys)
    {
        var root = Sample.Parse(text).Root;
        Assert.All(keys, key => Assert.True(root.ContainsKey(key)));
        return root;
    }
}
