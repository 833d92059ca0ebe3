using ActorP2P.Hocon;

namespace ActorP2P.HoconTests;

public class SelfReferenceTests
{
    [Theory]
    [InlineData("path = \"a:b\", path = ${path}\":c\"", """{"path":"a:b:c"}""")]
    [InlineData("path = [ /bin ], path = ${path} [ /usr ]", """{"path":["/bin","/usr"]}""")]
    [InlineData("a { x = 1 }, a = ${a}", """{"a":{"x":1}}""")]
    [InlineData("a { x = 1 }, a = ${a} { y = 2 }", """{"a":{"x":1,"y":2}}""")]
    [InlineData("a = 1, a = ${a}2, a = ${a}3, a = ${a}4", """{"a":"1234"}""")]
    [InlineData("a.b = 1, a.b = ${a.b}2", """{"a":{"b":"12"}}""")]
    [InlineData("a { b = 1 }, a { b = ${a.b}2 }", """{"a":{"b":"12"}}""")]
    [InlineData("a = ${?a}foo", """{"a":"foo"}""")]
    [InlineData("a = ${?a}", "{}")]
    [InlineData("foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }", """{"foo":{"a":2,"c":1}}""")]
    public void A_self_reference_looks_back(string text, string json) => Hocon.Same(json, text);

    [Theory]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }", """{"bar":{"foo":42,"baz":42}}""")]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", """{"bar":{"foo":43,"baz":43}}""")]
    [InlineData(
        "bar : { a : ${foo.d}, b : 1 }, bar.b = 3, foo : { c : ${bar.b}, d : 2 }, foo.d = 4",
        """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}""")]
    public void Objects_may_refer_into_themselves_and_look_forward(string text, string json) => Hocon.Same(json, text);

    [Fact]
    public void Values_that_refer_to_each_other_over_older_ones_agree()
    {
        var config = Hocon.Parse("a = 1, b = 2, a = ${b}, b = ${a}");
        Assert.Equal(config.GetInt("a"), config.GetInt("b"));
    }

    [Theory]
    [InlineData("a = ${a}")]
    [InlineData("a = ${a}bc")]
    [InlineData("path = ${path} [ /usr/bin ]")]
    [InlineData("a = ${a}, a { x = 1 }")]
    [InlineData("bar = ${foo}, foo = ${bar}")]
    [InlineData("a = ${b}, b = ${c}, c = ${a}")]
    [InlineData("a = { b = ${a} }")]
    [InlineData("a = [${a}]")]
    [InlineData("a = { b = ${a} { c = 1 } }")]
    [InlineData("a = { b = ${a} { b { d = 1 } } }")]
    [InlineData("a { b = ${c} }, c { d = ${a} }")]
    public void A_cycle_without_an_older_value_is_an_error(string text) => Hocon.Fails(HoconErrorKind.SubstitutionCycle, text);

    [Theory]
    [InlineData("a = { x = 1, b = ${?a} }", """{"a":{"x":1}}""")]
    [InlineData("a = [1, ${?a}]", """{"a":[1]}""")]
    [InlineData("a = ${?b}, b = ${?a}", "{}")]
    public void A_cycle_is_a_missing_value_to_an_optional_substitution(string text, string json) => Hocon.Same(json, text);

    [Theory]
    [InlineData("a += 1", """{"a":[1]}""")]
    [InlineData("a += 1, a += 2", """{"a":[1,2]}""")]
    [InlineData("a = [1], a += 2, a += [3]", """{"a":[1,2,[3]]}""")]
    [InlineData("a { b = [1] }, a.b += 2", """{"a":{"b":[1,2]}}""")]
    [InlineData("a { b += 1, b += { c = 2 } }", """{"a":{"b":[1,{"c":2}]}}""")]
    [InlineData("x = [1], a = ${x}, a += 2", """{"x":[1],"a":[1,2]}""")]
    [InlineData("x = 1, a += ${x}, a += ${?none}, a += ${x}", """{"x":1,"a":[1,1]}""")]
    [InlineData("y { l = [1] }, x = ${y} { l += 2 }", """{"y":{"l":[1]},"x":{"l":[1,2]}}""")]
    [InlineData("a += 1, a = [5], a += 6", """{"a":[5,6]}""")]
    [InlineData("a += 1, a = [5] ${a}", """{"a":[5,1]}""")]
    public void Plus_equals_appends(string text, string json) => Hocon.Same(json, text);

    [Theory]
    [InlineData("a = 1, a += 2")]
    [InlineData("a { b = 1 }, a += 2")]
    public void Plus_equals_on_what_is_no_list_is_an_error(string text) => Hocon.Fails(HoconErrorKind.ConcatenationMismatch, text);

    [Fact]
    public void Plus_equals_inside_a_list_is_refused() => Hocon.Fails(HoconErrorKind.NotAllowedInList, "a = [ { b += 1 } ]");

    [Fact]
    public void Plus_equals_adds_to_a_fallback()
    {
        var config = Hocon.Parse("a += 3, a += 4").WithFallback(Hocon.Parse("a = [1]").WithFallback(Hocon.Parse("a = [0]")));
        Assert.Equal([1, 3, 4], config.GetIntList("a"));
    }
}
