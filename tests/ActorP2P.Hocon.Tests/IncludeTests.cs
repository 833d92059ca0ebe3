namespace ActorP2P.Hocon.Tests;

public class IncludeTests
{
    private static string Json(string text, params (string, string)[] sources) =>
        Sample.Compact(Sample.Parse(text, new MemoryIncludes(sources)));

    private static HoconError Failure(string text, params (string, string)[] sources) =>
        Sample.Failure(text, Sample.WithEnvironment() with { Includes = new MemoryIncludes(sources) });

    [Fact]
    public void An_include_stands_for_the_fields_of_its_source()
    {
        Assert.Equal("""{"a":1,"b":2}""", Json("a = 1\ninclude \"x\"", ("x", "b = 2")));
        Assert.Equal("""{"a":1,"b":2}""", Json("a = 1, include \"x\",", ("x", "{ b = 2 }")));
        Assert.Equal("""{"a":{"b":2}}""", Json("a { include \"x\" }", ("x", "b = 2")));
        Assert.Equal("""{"a":[{"b":2}]}""", Json("a = [{ include \"x\" }]", ("x", "b = 2")));
    }

    [Fact]
    public void Order_decides_between_including_and_included()
    {
        Assert.Equal("""{"a":2}""", Json("a = 1\ninclude \"x\"", ("x", "a = 2")));
        Assert.Equal("""{"a":1}""", Json("include \"x\"\na = 1", ("x", "a = 2")));
        Assert.Equal("""{"a":{"p":1,"q":3}}""", Json("a { p = 1, q = 2 }\ninclude \"x\"", ("x", "a.q = 3")));
        Assert.Equal("""{"a":[1,2]}""", Json("a = [1]\ninclude \"x\"", ("x", "a += 2")));
    }

    [Theory]
    [InlineData("include \"x\"", IncludeTarget.Adjacent)]
    [InlineData("include\n\n\"x\"", IncludeTarget.Adjacent)]
    [InlineData("include file(\"x\")", IncludeTarget.File)]
    [InlineData("include url( \"x\" )", IncludeTarget.Url)]
    [InlineData("include classpath(\"x\")", IncludeTarget.Classpath)]
    [InlineData("include required(\"x\")", IncludeTarget.Adjacent)]
    [InlineData("include required(file(\"x\"))", IncludeTarget.File)]
    [InlineData("include required( classpath( \"x\" ) )", IncludeTarget.Classpath)]
    public void Every_form_of_the_statement_is_understood(string statement, IncludeTarget target)
    {
        var includes = new MemoryIncludes(("x", "a = 1"));
        Assert.Equal(1, Sample.Parse(statement, includes).GetInt("a"));
        Assert.Equal([new IncludeRequest("x", target, "test")], includes.Asked);
    }

    [Fact]
    public void A_missing_source_is_ignored_unless_it_is_required()
    {
        Assert.Equal("""{"a":1}""", Json("include \"no\"\na = 1"));
        Assert.Equal("""{"a":1}""", Sample.Json("include \"no\"\na = 1"));
        Assert.Equal(HoconErrorKind.NotFound, Failure("\n include required(\"no\")").Kind);
        Assert.Equal(2, Failure("\n include required(\"no\")").Origin.Line);
        Sample.Fails(HoconErrorKind.NotFound, "include required(file(\"no\"))");
    }

    [Fact]
    public void A_source_that_cannot_be_read_is_an_error_even_when_it_is_not_required() =>
        Assert.Equal(HoconErrorKind.Unreadable, Failure("include \"locked\"").Kind);

    [Fact]
    public void An_error_in_an_included_source_names_that_source()
    {
        var error = Failure("include \"x\"", ("x", "a = 1\nb = $"));
        Assert.Equal(new HoconOrigin("x", 2, 5), error.Origin);
        Assert.Equal(HoconErrorKind.RootNotObject, Failure("include \"x\"", ("x", "[1]")).Kind);
    }

    [Fact]
    public void A_substitution_of_an_included_source_is_tried_where_it_stands_first()
    {
        Assert.Equal("""{"a":{"x":10,"y":10}}""", Json("a { include \"f\" }", ("f", "x = 10, y = ${x}")));
        Assert.Equal("""{"a":{"x":42,"y":42}}""", Json("a { include \"f\" }\na { x = 42 }", ("f", "x = 10, y = ${x}")));
        Assert.Equal("""{"x":7,"a":{"y":7}}""", Json("x = 7, a { include \"f\" }", ("f", "y = ${x}")));
        Assert.Equal("""{"x":7,"a":{"b":{"y":1,"x":1}}}""", Json("x = 7, a.b { include \"f\" }", ("f", "include \"g\"\nx = 1"), ("g", "y = ${x}")));
        Assert.Equal("""{"a":{"p":"12"}}""", Json("a { p = 1, include \"f\" }", ("f", "p = ${p}2")));
    }

    [Fact]
    public void A_substitution_of_a_source_included_inside_a_list_is_refused() =>
        Assert.Equal(HoconErrorKind.NotAllowedInList, Failure("a = [{ include \"f\" }]", ("f", "x = 1, y = ${x}")).Kind);

    [Fact]
    public void A_source_that_includes_itself_is_a_cycle()
    {
        Assert.Equal(HoconErrorKind.IncludeCycle, Failure("include \"a\"", ("a", "include \"a\"")).Kind);
        Assert.Equal(HoconErrorKind.IncludeCycle, Failure("include \"a\"", ("a", "include \"b\""), ("b", "x { include \"a\" }")).Kind);
        Assert.Equal(HoconErrorKind.IncludeCycle, Failure("include \"a\"", ("a", "include \"test\""), ("test", "x = 1")).Kind);
    }

    [Fact]
    public void The_same_source_twice_is_no_cycle() =>
        Assert.Equal("""{"a":{"v":1},"b":{"v":1}}""", Json("a { include \"x\" }, b { include \"x\" }", ("x", "v = 1")));

    [Fact]
    public void Depth_and_number_of_includes_are_limited()
    {
        var options = Sample.WithEnvironment() with { Limits = new HoconLimits { MaxIncludeDepth = 3, MaxIncludes = 6 } };
        var chain = new MemoryIncludes(("1", "include \"2\""), ("2", "include \"3\""), ("3", "include \"4\""), ("4", "x = 1"));
        Assert.True(ConfigurationFactory.TryParse("include \"2\"", options with { Includes = chain }, out _, out _));
        Assert.Equal(HoconErrorKind.TooManyIncludes, Sample.Failure("include \"1\"", options with { Includes = chain }).Kind);

        var one = new MemoryIncludes(("4", "x = 1"));
        Assert.True(ConfigurationFactory.TryParse(Repeat(6), options with { Includes = one }, out _, out _));
        Assert.Equal(HoconErrorKind.TooManyIncludes, Sample.Failure(Repeat(7), options with { Includes = one }).Kind);

        static string Repeat(int times) => string.Concat(Enumerable.Repeat("include \"4\"\n", times));
    }

    [Fact]
    public void Nesting_is_counted_through_includes()
    {
        var options = Sample.WithEnvironment() with
        {
            Limits = new HoconLimits { MaxDepth = 4 },
            Includes = new MemoryIncludes(("x", "c { d { e { f = 1 } } }")),
        };
        Assert.True(ConfigurationFactory.TryParse("a { include \"x\" }", options, out _, out _));
        Assert.Equal(HoconErrorKind.NestingTooDeep, Sample.Failure("a { b { include \"x\" } }", options).Kind);
    }
}
