using System.Text;

namespace ActorP2P.Hocon.Tests;

/// <summary>Whatever the text, the end is a value or a typed error, in bounded time, memory and stack.</summary>
public class HostileInputTests
{
    private const int GarbageChars = 10_000_000;

    public static TheoryData<string, string> Garbage() => new()
    {
        { "braces", "{" },
        { "brackets", "[" },
        { "list in key", "a=[" },
        { "objects in keys", "a{" },
        { "closing", "}" },
        { "quotes", "\"" },
        { "backslashes in quotes", "\"\\\\" },
        { "dots", "." },
        { "long path", "a." },
        { "one word", "a" },
        { "words", "a " },
        { "commas", "," },
        { "equals", "=" },
        { "substitutions", "${a}" },
        { "open substitutions", "${" },
        { "optional substitutions in a value", "a=${?b}" },
        { "dollars", "$" },
        { "includes", "include " },
        { "include openings", "include required(" },
        { "slashes", "/" },
        { "blanks", " " },
        { "newlines", "\n" },
        { "carriage returns", "\r" },
        { "nul", "\0" },
        { "surrogates", "\uD800" },
        { "fields", "a=1\n" },
        { "appends", "a+=1\n" },
        { "merges", "a{b=1}\n" },
        { "numbers", "-1e+" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Ten_megabytes_of_anything_end_in_a_value_or_a_typed_error(string name, string unit)
    {
        var text = new StringBuilder(GarbageChars + unit.Length);
        while (text.Length < GarbageChars)
            text.Append(unit);
        var parsed = ConfigurationFactory.TryParse(text.ToString(), Sample.WithEnvironment(), out var config, out var errors);
        Assert.True(parsed ? config.Resolve() is not null : errors is [{ Origin.Source: "test" }], name);
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public void The_same_inside_a_list_and_a_value_too(string name, string unit)
    {
        var body = string.Concat(Enumerable.Repeat(unit, 100_000 / unit.Length));
        foreach (var text in new[] { "a = " + body, "a = [" + body, "a = \"\"\"" + body, "a = ${" + body })
        {
            var parsed = ConfigurationFactory.TryParse(text, Sample.WithEnvironment(), out var config, out var errors);
            Assert.True(parsed ? config.Resolve() is not null : errors.Count == 1, name);
        }
    }

    [Fact]
    public void Random_text_never_ends_in_another_exception()
    {
        string[] pieces = ["a", "b", ".", "\"", "\"\"\"", "{", "}", "[", "]", "=", ":", "+=", ",", "\n", " ", "${", "${?", "}", "1", "-", "e+", "include ", "#", "//", "\\", "\u2028", "null", "a.b", "${a}", "${?b}", "file(", ")"];
        var random = new Random(20_240_607);
        for (var run = 0; run < 20_000; run++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (!ConfigurationFactory.TryParse(text, Sample.WithEnvironment(), out var config, out var errors))
            {
                Assert.True(errors.Count == 1, text);
                continue;
            }

            // What resolves must also survive being rendered and read again.
            if (config.Resolve().Count == 0)
                Assert.Equal(config.Root.ToJson(), Sample.Parse(config.ToString()).Root.ToJson());
        }
    }

    [Fact]
    public void Nesting_up_to_the_limit_parses_and_one_more_is_an_error()
    {
        var limit = HoconLimits.Default.MaxDepth;
        Assert.True(Deep(limit).ContainsKey("a"));
        Sample.Fails(HoconErrorKind.NestingTooDeep, "a = " + new string('[', limit + 1) + new string(']', limit + 1));
        Sample.Fails(HoconErrorKind.NestingTooDeep, string.Join('.', Enumerable.Repeat("a", limit + 2)) + " = 1");
        Sample.Fails(HoconErrorKind.NestingTooDeep, "a = ${" + string.Join('.', Enumerable.Repeat("a", limit + 2)) + "}");

        static HoconObject Deep(int levels) => Sample.Parse("a = " + new string('[', levels) + new string(']', levels)).Root;
    }

    [Fact]
    public void The_deepest_allowed_input_fits_a_small_stack()
    {
        // 1 MiB is what the smallest of the platforms gives a thread.
        const int StackBytes = 1024 * 1024;
        const int Chain = 100_000;
        var limit = HoconLimits.Default.MaxDepth;
        var objects = new StringBuilder();
        for (var i = 0; i <= limit; i++)
            objects.Append("a {");
        var chain = string.Concat(Enumerable.Range(0, Chain).Select(i => $"k{i} = ${{k{i + 1}}} [1]\n"));
        var selfReferences = "a = 1\n" + string.Concat(Enumerable.Repeat("a = ${a}1\n", Chain));
        var nestedByReference = string.Concat(Enumerable.Range(0, Chain).Select(i => $"n{i} {{ x = ${{n{i + 1}}} }}\n"));
        var kinds = new List<HoconErrorKind?>();
        var thread = new Thread(
            () =>
            {
                kinds.Add(Sample.Failure(objects.ToString()).Kind);
                Assert.NotEmpty(Sample.Parse("x = " + new string('[', limit) + new string(']', limit)).ToString());
                kinds.Add(Sample.Failure(chain).Kind);
                kinds.Add(Sample.Failure(selfReferences).Kind);
                kinds.Add(Sample.Failure(nestedByReference).Kind);
            },
            StackBytes);
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)));
        Assert.Equal(
            [HoconErrorKind.NestingTooDeep, HoconErrorKind.ResolutionTooDeep, HoconErrorKind.ResolutionTooDeep, HoconErrorKind.ResolutionTooDeep],
            kinds);
    }

    [Theory]
    [InlineData("[${A}, ${A}]", HoconErrorKind.TooManyNodes)]
    [InlineData("${A} ${A}", HoconErrorKind.TooManyNodes)]
    [InlineData("{ l = ${A}, r = ${A} }", HoconErrorKind.TooManyNodes)]
    public void Billion_laughs_meet_the_node_limit(string doubling, HoconErrorKind kind) =>
        Sample.Fails(kind, Laughs("[lol]", doubling));

    [Fact]
    public void Doubling_text_meets_the_text_limit() => Sample.Fails(HoconErrorKind.ConcatenationTooLarge, Laughs("lol", "${A}${A}"));

    [Fact]
    public void Doubling_objects_meets_the_depth_or_node_limit()
    {
        var text = "k0 { a = 1 }\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"k{i} = ${{k{i - 1}}} {{ x{i} = ${{k{i - 1}}}, y{i} = ${{k{i - 1}}} }}\n"));
        Sample.Fails(HoconErrorKind.TooManyNodes, text);
    }

    [Fact]
    public void A_document_of_too_many_values_is_refused_while_parsing()
    {
        var options = Sample.WithEnvironment() with { Limits = new HoconLimits { MaxNodes = 1000 } };
        Assert.Equal(HoconErrorKind.TooManyNodes, Sample.Failure("a = [" + string.Concat(Enumerable.Repeat("1,", 1000)) + "]", options).Kind);
        Assert.Equal(HoconErrorKind.TooManyNodes, Sample.Failure("a = " + string.Concat(Enumerable.Repeat("${?x}", 1001)), options).Kind);
    }

    [Fact]
    public void A_source_over_the_limit_is_refused_unread()
    {
        var options = Sample.WithEnvironment() with { Limits = new HoconLimits { MaxSourceChars = 100 } };
        Assert.Equal(HoconErrorKind.SourceTooLarge, Sample.Failure(new string(' ', 101), options).Kind);
        Assert.True(ConfigurationFactory.TryParse(new string(' ', 100), options, out _, out _));
    }

    [Fact]
    public void The_number_of_reported_errors_is_limited()
    {
        var text = string.Concat(Enumerable.Range(0, 1000).Select(i => $"k{i} = ${{none{i}}}\n"));
        Assert.InRange(Sample.Parse(text).Resolve().Count, HoconLimits.Default.MaxErrors, HoconLimits.Default.MaxErrors + 1);
    }

    [Fact]
    public void A_hundred_thousand_appends_to_one_key_are_one_list()
    {
        var text = "x = [0]\na = ${x}\n" + string.Concat(Enumerable.Range(1, 100_000).Select(i => $"a += {i}\n"));
        Assert.Equal(Enumerable.Range(0, 100_001), Sample.Parse(text).GetIntList("a"));
    }

    [Fact]
    public void An_error_message_quotes_little_of_a_huge_token()
    {
        var error = Sample.Failure("a = [1] x\n" + new string('y', 1_000_000));
        Assert.InRange(error.ToString().Length, 10, 300);
        error = Sample.Failure("a = [1] " + new string('y', 1_000_000) + " = 1");
        Assert.InRange(error.ToString().Length, 10, 300);
        error = Sample.Failure(new string('y', 1_000_000));
        Assert.InRange(error.ToString().Length, 10, 300);
        var huge = Sample.Parse($"a = {new string('y', 1_000_000)}");
        Assert.InRange(Assert.Throws<HoconException>(() => huge.GetInt("a")).Message.Length, 10, 300);
    }

    private static string Laughs(string seed, string doubling) =>
        $"k0 = {seed}\n" + string.Concat(Enumerable.Range(1, 64).Select(i => $"k{i} = {doubling.Replace("A", $"k{i - 1}")}\n"));
}
