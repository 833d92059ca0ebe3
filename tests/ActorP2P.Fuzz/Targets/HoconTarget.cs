using System.Text;
using ActorP2P.Fuzz.Engine;
using ActorP2P.Hocon;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>A configuration file by anybody: parsed, resolved, rendered and parsed again.</summary>
internal sealed class HoconTarget : FuzzTarget
{
    private static readonly HoconParseOptions Options = new()
    {
        Environment = name => name == "HOME" ? "home" : null,
        Limits = new HoconLimits
        {
            MaxSourceChars = 16 * 1024,
            MaxDepth = 64,
            MaxNodes = 4096,
            MaxResolveDepth = 128,
            MaxConcatenatedChars = 64 * 1024,
        },
    };

    private static readonly string[] Tokens =
        ["{", "}", "[", "]", ":", "=", "+=", ",", "\n", " ", "\t", "${a}", "${?a.b}", "${", "?", "}", "\"", "\"\"\"", "#", "//", "include ", "include file(\"x\")", "required(", ")", "a", "b.c", "\"q\".r", "1", "-1.5e300", "10 ms", "1.5 MiB", "true", "null", "\\u0041", "\\", ".", "..", "\uFEFF", "\u00A0", "é", "\uD800"];

    public override string Name => "hocon";

    public override string About => "HOCON text: parse, resolve, render, parse again";

    // A list appended to itself doubles at each step, up to the limits above.
    public override long AllocationBaseBytes => 24 * 1024 * 1024;

    public override long AllocationFactor => 16 * 1024;

    public override IEnumerable<byte[]> Seeds() => new[]
    {
        "a { b = 1, c : [1, 2, ${a.b}] }\na.d += x\na.e = ${?HOME}\"/x\" // end",
        "x = \"\"\"multi \"line\"\"\"\"\ny = { p : 10 ms } ${z}\nz { q : 1 MiB }",
        "include \"other\"\nlist = [1] [2]\nlist = ${list} [3]\ns = a b ${list}",
        "{\"json\": [true, null, -1.5e3, \"\\u0041\\n\"]}",
    }.Select(Encoding.UTF8.GetBytes);

    public override void Run(byte[] input)
    {
        if (!ConfigurationFactory.TryParse(Encoding.UTF8.GetString(input), Options, out var config, out var errors))
        {
            Unless(errors.Count > 0, "a text that is refused has an error");
            return;
        }

        if (config.Resolve().Count > 0)
        {
            return;
        }

        var rendered = config.Root.ToJson();
        var wide = Options with { Limits = Options.Limits with { MaxSourceChars = 16 * 1024 * 1024, MaxNodes = 100_000, MaxDepth = 256 } };
        Unless(ConfigurationFactory.TryParse(rendered, wide, out var again, out _), "what is rendered parses");
        Unless(again.Root.ToJson() == rendered, "rendering is stable");
    }

    public override byte[]? Mutate(byte[] input, Random random)
    {
        var text = Encoding.UTF8.GetString(input);
        for (var changes = 1 + random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            var end = Math.Min(text.Length, at + random.Next(4));
            text = text[..at] + Tokens[random.Next(Tokens.Length)] + text[end..];
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
