namespace ActorP2P.Hocon.Tests;

public class SubstitutionTests
{
    [Theory]
    [InlineData("a = ${b}, b = 1", """{"a":1,"b":1}""")]
    [InlineData("a = ${b.c}, b { c = [1] }", """{"a":[1],"b":{"c":[1]}}""")]
    [InlineData("a = ${b}, b = 1, b = 2", """{"a":2,"b":2}""")]
    [InlineData("a = ${\"x.y\".z}, \"x.y\" { z = 1 }", """{"a":1,"x.y":{"z":1}}""")]
    [InlineData("a = ${ b }, b = 1", """{"a":1,"b":1}""")]
    [InlineData("a = ${b c}, b c = 1", """{"a":1,"b c":1}""")]
    [InlineData("a = ${b}, b = ${c}, c = { d = 1 }", """{"a":{"d":1},"b":{"d":1},"c":{"d":1}}""")]
    [InlineData("a { x = ${b}, y = 2 }, b = { c = ${a.y} }", """{"a":{"x":{"c":2},"y":2},"b":{"c":2}}""")]
    [InlineData("a = ${n}, n = null", """{"a":null,"n":null}""")]
    public void A_substitution_sees_the_final_value(string text, string json) => Sample.Same(json, text);

    [Theory]
    [InlineData("a = ${?b}", "{}")]
    [InlineData("a = ${?b}${?c}", "{}")]
    [InlineData("a = 1, a = ${?b}", """{"a":1}""")]
    [InlineData("a = [1, ${?b}, 2]", """{"a":[1,2]}""")]
    [InlineData("a { x = 1 }, a = ${?b}", """{"a":{"x":1}}""")]
    [InlineData("a = ${?b.c}, b = 1", """{"b":1}""")]
    [InlineData("a = ${?b}, b = ${?c}", "{}")]
    public void An_optional_substitution_without_value_leaves_no_trace(string text, string json) => Sample.Same(json, text);

    [Fact]
    public void A_required_substitution_without_value_is_an_error_with_its_place()
    {
        var error = Sample.Failure("a = 1\nb = [\n  ${no.such}\n]");
        Assert.Equal(HoconErrorKind.UnresolvedSubstitution, error.Kind);
        Assert.Equal(new HoconOrigin("test", 3, 3), error.Origin);
        Assert.Contains("no.such", error.Message);
    }

    [Fact]
    public void All_unresolved_substitutions_are_reported_together()
    {
        var errors = Sample.Parse("a = ${x}\nb = ${y}\nc = ${z}").Resolve();
        Assert.Equal([1, 2, 3], errors.Select(e => e.Origin.Line));
    }

    [Fact]
    public void What_is_hidden_is_never_evaluated()
    {
        Sample.Same("""{"a":42}""", "a = ${does-not-exist}, a = 42");
        Sample.Same("""{"a":42}""", "a = ${a}, a = 42");
        Sample.Same("""{"a":[1]}""", "a = ${does-not-exist}, a = [1]");
        Sample.Same("""{"a":2,"b":2}""", "a = ${does-not-exist}, b = 2, a = ${b}");
    }

    [Fact]
    public void An_object_over_a_substituted_object_merges_with_it()
    {
        Sample.Same("""{"b":{"x":1,"y":1},"a":{"x":1,"y":2,"z":3}}""", "b { x = 1, y = 1 }, a = ${b}, a { y = 2, z = 3 }");
        Sample.Same(
            """{"g":{"size":6},"east":{"size":6,"name":"east"}}""",
            "g = { size = 6 }\neast = ${g} { name = \"east\" }");
    }

    [Fact]
    public void A_simple_value_between_two_objects_keeps_them_apart_also_in_a_merged_object() =>
        Sample.Same(
            """{"y":{"a":{"b":1}},"x":{"a":{"c":1}}}""",
            "y { a { b = 1 } }, x = ${y} { a = 42, a { c = 1 } }");

    [Fact]
    public void The_environment_is_asked_last()
    {
        var options = Sample.WithEnvironment(("HOME", "/h"), ("EMPTY", ""), ("SET", "env"), ("a.b", "dotted"));
        var config = ConfigurationFactory.ParseString(
            "home = ${HOME}, empty = ${EMPTY}, set = ${SET}, SET = file, none = ${?NONE}, d = ${a.b}, port = ${?PORT}", options);
        Assert.Equal("/h", config.GetString("home"));
        Assert.Equal("", config.GetString("empty"));
        Assert.Equal("file", config.GetString("set"));
        Assert.Equal("dotted", config.GetString("d"));
        Assert.False(config.HasPath("none"));
        Assert.Equal("environment variable HOME", config.GetValue("home")!.Origin.ToString());
    }

    [Fact]
    public void A_null_in_the_configuration_hides_the_environment()
    {
        var options = Sample.WithEnvironment(("HOME", "/h"));
        var config = ConfigurationFactory.ParseString("HOME = null, a = ${HOME}", options);
        Assert.Equal(HoconValueKind.Null, config.Root["a"].Kind);
    }

    [Fact]
    public void An_environment_variable_converts_to_the_type_asked_for() =>
        Assert.Equal(8080, ConfigurationFactory.ParseString("p = 1, p = ${?PORT}", Sample.WithEnvironment(("PORT", "8080"))).GetInt("p"));

    [Fact]
    public void Parsing_alone_reads_no_environment_and_reports_no_substitution()
    {
        var asked = false;
        var options = Sample.WithEnvironment() with { Environment = _ => { asked = true; return null; } };
        Assert.True(ConfigurationFactory.TryParse("a = ${x}", options, out var config, out _));
        Assert.False(asked);
        Assert.Throws<HoconException>(() => config.GetString("a"));
        Assert.True(asked);
    }
}
