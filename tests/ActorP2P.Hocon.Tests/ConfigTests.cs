namespace ActorP2P.Hocon.Tests;

public class ConfigTests
{
    [Fact]
    public void A_missing_setting_gives_the_default_and_so_does_null()
    {
        var config = Sample.Parse("n = null");
        foreach (var path in new[] { "none", "none.deeper", "n", "n.deeper" })
        {
            Assert.False(config.HasPath(path));
            Assert.Null(config.GetValue(path));
            Assert.Null(config.GetString(path));
            Assert.Null(config.GetConfig(path));
            Assert.Equal("d", config.GetString(path, "d"));
            Assert.Equal(0, config.GetInt(path));
            Assert.Equal(3, config.GetLong(path, 3));
            Assert.True(config.GetBoolean(path, true));
            Assert.Empty(config.GetStringList(path));
            Assert.Equal(["d"], config.GetStringList(path, ["d"]));
        }
    }

    [Fact]
    public void A_fallback_fills_what_is_missing_and_merges_objects()
    {
        var config = Sample.Parse("a = 1, o { x = 1 }, l = [1]").WithFallback(Sample.Parse("a = 2, b = 2, o { x = 2, y = 2 }, l = [2]"));
        Assert.Equal("""{"a":1,"b":2,"o":{"x":1,"y":2},"l":[1]}""", Sorted(config, "a", "b", "o", "l"));
    }

    [Fact]
    public void Fallbacks_merge_in_pairs_of_neighbours()
    {
        var x = Sample.Parse("a { x = 1 }");
        var number = Sample.Parse("a = 42");
        var y = Sample.Parse("a { y = 2 }");
        Assert.Equal("""{"a":{"x":1}}""", Sample.Compact(x.WithFallback(number).WithFallback(y)));
        Assert.Equal("""{"a":{"x":1}}""", Sample.Compact(x.WithFallback(number.WithFallback(y))));
        Assert.Equal("""{"a":{"y":2,"x":1}}""", Sample.Compact(x.WithFallback(y).WithFallback(number)));
        Assert.Equal("""{"a":42}""", Sample.Compact(number.WithFallback(x)));
    }

    [Fact]
    public void Substitutions_reach_over_fallbacks_in_both_directions()
    {
        var config = Sample.Parse("a = ${base}, name = app, list = ${list} [2]")
            .WithFallback(Sample.Parse("base = ${name}-1, name = reference, list = [1]"));
        Assert.Equal("app-1", config.GetString("a"));
        Assert.Equal([1, 2], config.GetIntList("list"));
    }

    [Fact]
    public void Adding_a_fallback_changes_neither_configuration()
    {
        var one = Sample.Parse("a { x = 1 }, l = [1]");
        var two = Sample.Parse("a { y = 2 }, l += 2");
        _ = one.WithFallback(two).Root;
        _ = two.WithFallback(one).Root;
        Assert.Equal("""{"a":{"x":1},"l":[1]}""", Sample.Compact(one));
        Assert.Equal("""{"a":{"y":2},"l":[2]}""", Sample.Compact(two));
        Assert.Equal([1, 2], two.WithFallback(one).GetIntList("l"));
    }

    [Fact]
    public void The_environment_of_a_parsed_configuration_survives_fallbacks()
    {
        var parsed = ConfigurationFactory.ParseString("a = ${X}", Sample.WithEnvironment(("X", "env")));
        Assert.Equal("env", parsed.WithFallback(Config.Empty).GetString("a"));
        Assert.Equal("env", Config.Empty.WithFallback(parsed).GetString("a"));
        Assert.Equal("env", Sample.Parse("o { b = 1 }").GetConfig("o")!.WithFallback(parsed).GetString("a"));
        Assert.Equal("env", parsed.WithFallback(Sample.Parse("c = 1")).GetString("a"));
    }

    [Fact]
    public void A_section_is_a_configuration_of_its_own()
    {
        var section = Sample.Parse("a { b { c = ${x} }, d = 1 }, x = 5").GetConfig("a")!;
        Assert.Equal(5, section.GetInt("b.c"));
        Assert.Equal(["b", "d"], section.AsEnumerable().Select(f => f.Key));
        Assert.Equal(7, section.WithFallback(Sample.Parse("b.e = 7")).GetInt("b.e"));
        Assert.Equal(5, section.WithFallback(Sample.Parse("b.e = 7")).GetInt("b.c"));
        Assert.Equal(5, section.GetValue("b")!.AtKey("z").GetInt("z.c"));
    }

    [Fact]
    public void Leaves_name_every_setting_with_its_place()
    {
        var config = Sample.Parse("a { b = 1\n \"c.d\" = [1, { x = 1 }]\n e {}\n f = null }\ng = 2");
        Assert.Equal(["a.b", "a.\"c.d\"", "a.e", "a.f", "g"], config.Leaves().Select(l => l.Key.ToString()));
        Assert.Equal(["a.b", "a.\"c.d\"", "a.e", "a.f"], config.Leaves("a").Select(l => l.Key.ToString()));
        Assert.Equal([1, 2, 3, 4, 5], config.Leaves().Select(l => l.Value.Origin.Line));
        Assert.Empty(config.Leaves("g"));
        Assert.Empty(config.Leaves("none"));
        Assert.Empty(Config.Empty.Leaves());
    }

    [Fact]
    public void Emptiness_is_known_without_resolving()
    {
        Assert.True(Config.Empty.IsEmpty);
        Assert.True(ConfigurationFactory.Empty.IsEmpty);
        Assert.True(Sample.Parse("").IsEmpty);
        Assert.False(Sample.Parse("a = ${x}").IsEmpty);
        Assert.Same(Config.Empty, Config.Empty.WithFallback(null));
    }

    [Fact]
    public void A_section_that_is_missing_may_still_have_fallbacks()
    {
        var config = Sample.Parse("a { b = 1 }");
        Assert.True(config.GetConfig("none").IsNullOrEmpty());
        Assert.False(config.GetConfig("a").IsNullOrEmpty());
        Assert.Equal(1, config.GetConfig("none").SafeWithFallback(config).GetInt("a.b"));
        Assert.Equal(1, config.GetConfig("a").SafeWithFallback(null).GetInt("b"));
        Assert.True(config.GetConfig("none").SafeWithFallback(null).IsEmpty);
    }

    [Fact]
    public void Text_converts_where_a_configuration_is_expected()
    {
        Config config = "a = 1";
        Assert.Equal(1, config.GetInt("a"));
    }

    [Fact]
    public void What_is_rendered_parses_to_the_same()
    {
        var config = Sample.Parse(""""
            a { "b.c" = "x\ny\"z\\", d = [1, { e = null }, []], f {}, "include" = on }
            include-me = """ t """, "" = 1, number = 1e5
            "include" = 2
            """");
        Assert.Equal(config.Root.ToJson(), Sample.Parse(config.ToString()).Root.ToJson());
        Assert.Equal(config.Root.ToJson(), Sample.Parse(config.Root.ToJson()).Root.ToJson());
        Assert.Equal(HoconValueKind.Number, Sample.Parse(config.ToString()).GetValue("number")!.Kind);
    }

    [Fact]
    public void Rendering_what_cannot_be_resolved_says_so_and_does_not_throw() =>
        Assert.StartsWith("# unresolved: test:1:5: ${x}", Sample.Parse("a = ${x}").ToString());

    [Fact]
    public void Resources_of_an_assembly_are_configurations_too()
    {
        const string Name = "ActorP2P.Hocon.Tests.Resources.main.conf";
        var config = ConfigurationFactory.FromResource<ConfigTests>(Name);
        Assert.Equal("main", config.GetString("from.main"));
        Assert.Equal("other", config.GetString("from.other"));
        Assert.Equal(Name, config.GetValue("from.main")!.Origin.Source);
        Assert.Equal(HoconErrorKind.NotFound, Assert.Throws<HoconException>(() => ConfigurationFactory.FromResource<ConfigTests>("none")).Kind);
    }

    [Fact]
    public void Many_threads_may_read_one_configuration_first()
    {
        var config = Sample.Parse(string.Concat(Enumerable.Range(0, 100).Select(i => $"k{i} = ${{k{i + 1}}}\n")) + "k100 = 7");
        var read = Enumerable.Range(0, 64).AsParallel().WithDegreeOfParallelism(8).Select(i => config.GetInt($"k{i}")).ToArray();
        Assert.All(read, value => Assert.Equal(7, value));
    }

    private static string Sorted(Config config, params string[] keys) =>
        "{" + string.Join(",", keys.Select(k => $"\"{k}\":{config.GetValue(k)!.ToJson().Replace("\n", "").Replace(" ", "")}")) + "}";
}
