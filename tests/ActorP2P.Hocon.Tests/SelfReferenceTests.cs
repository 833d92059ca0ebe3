namespace ActorP2P.Hocon.Tests;

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
    [InlineData("a = ${?a}foo${?a}", """{"a":"foo"}""")]
    [InlineData("a = 1, a = ${?a}-${?a}", """{"a":"1-1"}""")]
    [InlineData("a = ${?b}foo, b = ${?a}", """{"a":"foo"}""")]
    [InlineData("a { b = 3 }, a = { b = 2 } ${a}", """{"a":{"b":3}}""")]
    [InlineData("a = 1, a = ${a}, a = 2", """{"a":2}""")]
    [InlineData("a { b = 5 }, a = ${a}, a { c = 6 }", """{"a":{"b":5,"c":6}}""")]
    [InlineData("foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }", """{"foo":{"a":2,"c":1}}""")]
    public void A_self_reference_looks_back(string text, string json) => Sample.Same(json, text);

    [Theory]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }", """{"bar":{"foo":42,"baz":42}}""")]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", """{"bar":{"foo":43,"baz":43}}""")]
    [InlineData(
        "bar : { a : ${foo.d}, b : 1 }, bar.b = 3, foo : { c : ${bar.b}, d : 2 }, foo.d = 4",
        """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}""")]
    public void Objects_may_refer_into_themselves_and_look_forward(string text, string json) => Sample.Same(json, text);

    [Theory]
    [InlineData("""d { x = [0] }, c = ${d}, c { x = ${c.x} [1], x = ${c.x} [2] }""")]
    [InlineData("""d { x = [0] }, c = ${d}, c { x += 1, x += 2 }""")]
    [InlineData("""d { x = [0] }, c = ${d} { x = ${c.x} [1] } { x = ${c.x} [2] }""")]
    [InlineData("""d { x = [0] }, c = ${d}, c { x += 1 }, e = ${c}, c = ${e}, c { x += 2 }""")]
    [InlineData("""r { d { x = [] } }, q = ${r}, q { d { x = [0] }, c = ${q.d}, c { x = ${q.c.x} [1], x = ${q.c.x} [2] } }, c = ${q.c}""")]
    public void Looking_back_inside_a_merged_object_sees_every_older_definition(string text) =>
        Assert.Equal([0, 1, 2], Sample.Parse(text).GetIntList("c.x"));

    [Theory]
    [InlineData("a { b { c = 5 } }, a { x = ${a.b} }, a { b = 2 }", 2)]
    [InlineData("a = 101, a { b = 42, x = ${a.b} }", 42)]
    [InlineData("a { b = 43 }, a { b = 42, x = ${a.b} }", 42)]
    public void Inside_an_object_a_reference_to_it_looks_forward(string text, int expected) =>
        Assert.Equal(expected, Sample.Parse(text).GetInt("a.x"));

    [Fact]
    public void Objects_that_are_built_from_each_other_resolve_field_by_field()
    {
        var config = Sample.Parse("""
            defaults { a = 1, b = 2 }
            one = ${defaults}, one.c = ${two.d}, one.x = ${two.y}
            two = ${defaults}, two.d = ${one.a}, two.y = 15
            """);
        Assert.Equal(1, config.GetInt("one.c"));
        Assert.Equal(1, config.GetInt("two.d"));
        Assert.Equal(15, config.GetInt("one.x"));
    }

    [Fact]
    public void Values_that_refer_to_each_other_over_older_ones_agree()
    {
        var config = Sample.Parse("a = 1, b = 2, a = ${b}, b = ${a}");
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
    [InlineData("a = 1, a = [${a}]")]
    [InlineData("a = 1, a = { x = ${a} }")]
    [InlineData("foo = ${bar}, bar = ${a.b.c}, a { b { c = ${foo} } }")]
    [InlineData("a = { b = ${a} { c = 1 } }")]
    [InlineData("a = { b = ${a} { b { d = 1 } } }")]
    [InlineData("a { b = ${c} }, c { d = ${a} }")]
    public void A_cycle_without_an_older_value_is_an_error(string text) => Sample.Fails(HoconErrorKind.SubstitutionCycle, text);

    [Theory]
    [InlineData("a = { x = 1, b = ${?a} }", """{"a":{"x":1}}""")]
    [InlineData("a = [1, ${?a}]", """{"a":[1]}""")]
    [InlineData("a = ${?b}, b = ${?a}", "{}")]
    public void A_cycle_is_a_missing_value_to_an_optional_substitution(string text, string json) => Sample.Same(json, text);

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
    public void Plus_equals_appends(string text, string json) => Sample.Same(json, text);

    [Theory]
    [InlineData("a = 1, a += 2")]
    [InlineData("a { b = 1 }, a += 2")]
    public void Plus_equals_on_what_is_no_list_is_an_error(string text) => Sample.Fails(HoconErrorKind.ConcatenationMismatch, text);

    [Fact]
    public void Plus_equals_inside_a_list_is_refused() => Sample.Fails(HoconErrorKind.NotAllowedInList, "a = [ { b += 1 } ]");

    [Fact]
    public void Plus_equals_adds_to_a_fallback()
    {
        var config = Sample.Parse("a += 3, a += 4").WithFallback(Sample.Parse("a = [1]").WithFallback(Sample.Parse("a = [0]")));
        Assert.Equal([1, 3, 4], config.GetIntList("a"));
    }
}
