using System.Text;

namespace ActorP2P.Hocon.Tests;

public sealed class FileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hocon-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_includes_files_next_to_itself_whatever_the_working_directory()
    {
        var main = Write("main.conf", "include \"sub/one.conf\"\ninclude file(\"sub/two.conf\")");
        Write("sub/one.conf", "include \"three\"\none = 1");
        Write("sub/two.conf", "two = 2");
        Write("sub/three.conf", "three = 3");
        Assert.Equal("""{"three":3,"one":1,"two":2}""", Sample.Compact(ConfigurationFactory.Load(main)));
    }

    [Fact]
    public void A_name_without_extension_loads_every_format_and_hocon_wins()
    {
        Write("x.properties", "a=properties\nb=properties\nc=properties");
        Write("x.json", "{\"b\":\"json\",\"c\":\"json\"}");
        Write("x.conf", "c = conf");
        var main = Write("main.conf", "include \"x\"");
        Assert.Equal("""{"a":"properties","b":"json","c":"conf"}""", Sample.Compact(ConfigurationFactory.Load(main)));
    }

    [Fact]
    public void Absolute_names_and_file_urls_are_files()
    {
        var other = Write("other.conf", "a = 1");
        Assert.Equal(1, ConfigurationFactory.Load(Write("m1.conf", $"include \"{other}\"")).GetInt("a"));
        Assert.Equal(1, ConfigurationFactory.Load(Write("m2.conf", $"include url(\"file://{other}\")")).GetInt("a"));
        Assert.Equal(1, ConfigurationFactory.Load(Write("m3.conf", $"include \"file://{other}\"")).GetInt("a"));
    }

    [Theory]
    [InlineData("include \"http://localhost/x.conf\"")]
    [InlineData("include url(\"https://localhost/x.conf\")")]
    [InlineData("include url(\"x.conf\")")]
    [InlineData("include classpath(\"x.conf\")")]
    [InlineData("include \"\"")]
    [InlineData("include \"a\\u0000b\"")]
    public void What_is_no_file_is_refused(string text)
    {
        var main = Write("main.conf", text);
        Assert.Equal(HoconErrorKind.IncludeUnsupported, Assert.Throws<HoconException>(() => ConfigurationFactory.Load(main)).Kind);
    }

    [Fact]
    public void A_missing_file_is_a_typed_error()
    {
        Assert.False(ConfigurationFactory.TryParseFile(Path.Combine(_directory, "no.conf"), null, out var config, out var errors));
        Assert.True(config.IsEmpty);
        Assert.Equal(HoconErrorKind.NotFound, Assert.Single(errors).Kind);
    }

    [Fact]
    public void A_directory_in_the_place_of_a_file_is_unreadable()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "d.conf"));
        Assert.False(ConfigurationFactory.TryParseFile(Path.Combine(_directory, "d.conf"), null, out _, out var errors));
        Assert.Equal(HoconErrorKind.Unreadable, Assert.Single(errors).Kind);
    }

    [Fact]
    public void Invalid_utf8_is_refused_and_a_byte_order_mark_is_not()
    {
        var bad = Path.Combine(_directory, "bad.conf");
        File.WriteAllBytes(bad, [.. "a = \""u8, 0xC3, 0x28, .. "\""u8]);
        Assert.Equal(HoconErrorKind.InvalidEncoding, Assert.Throws<HoconException>(() => ConfigurationFactory.Load(bad)).Kind);

        var marked = Path.Combine(_directory, "bom.conf");
        File.WriteAllText(marked, "a = ü", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("ü", ConfigurationFactory.Load(marked).GetString("a"));
    }

    [Fact]
    public void A_file_longer_than_the_limit_is_not_read_to_its_end()
    {
        var options = HoconParseOptions.Default with { Limits = new HoconLimits { MaxSourceChars = 1000 } };
        var big = Write("big.conf", new string('#', 100_000));
        Assert.False(ConfigurationFactory.TryParseFile(big, options, out _, out var errors));
        Assert.Equal(HoconErrorKind.SourceTooLarge, errors[0].Kind);
        Assert.False(ConfigurationFactory.TryParseFile(Write("m.conf", "include \"big.conf\""), options, out _, out errors));
        Assert.Equal(HoconErrorKind.SourceTooLarge, errors[0].Kind);
    }

    [Fact]
    public void Files_that_include_each_other_are_a_cycle_under_any_spelling()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "sub"));
        var a = Write("a.conf", "include \"b.conf\"");
        Write("b.conf", "include \"sub/../a.conf\"");
        Assert.Equal(HoconErrorKind.IncludeCycle, Assert.Throws<HoconException>(() => ConfigurationFactory.Load(a)).Kind);
    }

    [Fact]
    public void Load_reads_the_environment_of_the_process()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        Assert.Equal(path, ConfigurationFactory.Load(Write("env.conf", "p = ${PATH}")).GetString("p"));
        var broken = Write("broken.conf", "p = ${no_such_variable_of_this_test}");
        Assert.Equal(HoconErrorKind.UnresolvedSubstitution, Assert.Throws<HoconException>(() => ConfigurationFactory.Load(broken)).Kind);
        Assert.True(ConfigurationFactory.ParseFile(broken).WithFallback(ConfigurationFactory.ParseString("no_such_variable_of_this_test = 1")).HasPath("p"));
    }

    [Fact]
    public void A_value_names_the_file_it_stands_in()
    {
        var main = Write("main.conf", "\n  a = [ 1,\n x ]");
        var error = Assert.Throws<HoconException>(() => ConfigurationFactory.Load(main).GetIntList("a"));
        Assert.Equal(new HoconOrigin(main, 3, 2), error.Origin);
        Assert.Equal("a", error.Errors[0].Path);
        Assert.Contains($"{main}:3:2", error.Message);
    }

    [Fact]
    public void A_properties_file_may_be_the_document() =>
        Assert.Equal("""{"a":{"b":"1"}}""", Sample.Compact(ConfigurationFactory.ParseFile(Write("x.properties", "a.b = 1"))));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
