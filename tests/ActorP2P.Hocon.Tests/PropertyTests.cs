using System.Text;

namespace ActorP2P.Hocon.Tests;

/// <summary>What must hold for any document, tried on random ones; a failure names its seed.</summary>
public class PropertyTests
{
    private const int Runs = 5_000;

    [Fact]
    public void A_fallback_means_what_the_same_text_earlier_in_one_file_means()
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var (older, newer) = (Document(random), Document(random));
            var whole = Sample.Parse(older + newer);
            var merged = Sample.Parse(newer).WithFallback(Sample.Parse(older));
            Assert.True(Outcome(whole) == Outcome(merged), $"seed {seed}:\n{older}--\n{newer}\n{Outcome(whole)}\n{Outcome(merged)}");
        }
    }

    [Fact]
    public void An_include_at_the_root_means_what_its_text_in_its_place_means()
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var (before, included, after) = (Document(random), Document(random), Document(random));
            var whole = Sample.Parse(before + included + after);
            var parts = Sample.Parse($"{before}include \"x\"\n{after}", new MemoryIncludes(("x", included)));
            Assert.True(Outcome(whole) == Outcome(parts), $"seed {seed}:\n{before}--\n{included}--\n{after}");
        }
    }

    [Fact]
    public void Resolving_is_repeatable_and_its_result_is_resolved()
    {
        var resolved = 0;
        for (var seed = 0; seed < Runs; seed++)
        {
            var text = Document(new Random(seed));
            var config = Sample.Parse(text);
            Assert.True(Outcome(config) == Outcome(Sample.Parse(text)), $"seed {seed}:\n{text}");
            if (config.Resolve().Count > 0)
                continue;
            resolved++;
            Assert.True(config.Root.ToJson() == Sample.Parse(config.ToString()).Root.ToJson(), $"seed {seed}:\n{text}");
        }

        // Otherwise the generator makes nothing but errors, and the property says nothing.
        Assert.InRange(resolved, Runs / 4, Runs);
    }

    private static string Outcome(Config config) =>
        config.Resolve() is [var first, ..] ? first.Kind.ToString() : config.Root.ToJson();

    private static string Document(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 6); i > 0; i--)
            text.Append(Key(random)).Append(random.Next(6) == 0 ? " += " : " = ").Append(Value(random, 0)).Append('\n');
        return text.ToString();
    }

    private static string Value(Random random, int depth)
    {
        var parts = random.Next(4) == 0 ? 2 : 1;
        var kind = random.Next(depth > 2 ? 2 : 6);
        return string.Join(random.Next(2) == 0 ? " " : "", Enumerable.Range(0, parts).Select(_ => kind switch
        {
            0 => random.Next(10).ToString(System.Globalization.CultureInfo.InvariantCulture),
            1 => $"${{{(random.Next(4) == 0 ? "" : "?")}{Key(random)}}}",
            2 => $"[{Value(random, depth + 1)}, {Value(random, depth + 1)}]",
            3 => $"${{?{Key(random)}}} {{ {Key(random)} = {Value(random, depth + 1)} }}",
            4 => $"${{?{Key(random)}}} [{Value(random, depth + 1)}]",
            _ => $"{{ {Key(random)} = {Value(random, depth + 1)}, {Key(random)} = {Value(random, depth + 1)} }}",
        }));
    }

    private static string Key(Random random) => random.Next(3) == 0 ? $"{Letter(random)}.{Letter(random)}" : Letter(random);

    private static string Letter(Random random) => ((char)('a' + random.Next(4))).ToString();
}
