using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorP2P.Fuzz;

/// <summary>The fuzzer's switches.</summary>
public sealed record FuzzOptions
{
    /// <summary>What to type.</summary>
    public const string Usage =
        "usage: [--target NAME|all] [--seconds N | --runs N] [--seed S] [--findings DIR] [--save-corpus DIR] [--replay FILE] [--coverage on|off] [--list] [--json]";

    /// <summary>One target, or all.</summary>
    public string Target { get; init; } = "all";

    /// <summary>Time for each target, in seconds.</summary>
    public int Seconds { get; init; } = 15;

    /// <summary>Inputs for each target instead of a time: then the seed gives the same search.</summary>
    public long? Runs { get; init; }

    /// <summary>Seed of the search.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where inputs that broke a promise are written.</summary>
    public string Findings { get; init; } = "fuzz-findings";

    /// <summary>Where a small corpus with the coverage of the whole is written, or null.</summary>
    public string? SaveCorpus { get; init; }

    /// <summary>One input to run, or null.</summary>
    public string? Replay { get; init; }

    /// <summary>Whether the code under test is instrumented.</summary>
    public bool Coverage { get; init; } = true;

    /// <summary>Only name the targets.</summary>
    public bool List { get; init; }

    /// <summary>One JSON object a target instead of a table.</summary>
    public bool Json { get; init; }

    /// <summary>Reads the switches; false with one line that says what to do.</summary>
    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out FuzzOptions? options, out string error)
    {
        var read = new FuzzOptions();
        error = "";
        options = null;
        for (var i = 0; i < args.Count; i++)
        {
            var next = args[i] switch
            {
                "--json" => read with { Json = true },
                "--list" => read with { List = true },
                _ when i + 1 < args.Count => WithValue(read, args[i], args[++i]),
                _ => null,
            };
            if (next is null)
            {
                error = $"'{args[i]}' is not understood; {Usage}";
                return false;
            }

            read = next;
        }

        options = read;
        return true;
    }

    private static FuzzOptions? WithValue(FuzzOptions options, string name, string value)
    {
        var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return name switch
        {
            "--target" => options with { Target = value },
            "--seconds" when number > 0 => options with { Seconds = number },
            "--runs" when number > 0 => options with { Runs = number },
            "--seed" when number >= 0 => options with { Seed = number },
            "--findings" => options with { Findings = value },
            "--save-corpus" => options with { SaveCorpus = value },
            "--replay" => options with { Replay = value },
            "--coverage" when value is "on" or "off" => options with { Coverage = value == "on" },
            _ => null,
        };
    }
}
