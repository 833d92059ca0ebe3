using System.Globalization;

namespace ActorP2P.Benchmarks;

/// <summary>What follows the case's name on the command line.</summary>
/// <param name="Json">One JSON object a line in place of a table.</param>
/// <param name="Runs">Measured runs of each side.</param>
/// <param name="Only">Rows whose case does not contain this text are left out; null keeps all.</param>
/// <param name="Scale">Multiplies the work of a run: below 1 is quicker and less exact.</param>
/// <param name="OursOnly">Peers are left out: for a profile, or to set the same case of two builds side by side.</param>
public sealed record BenchmarkArguments(bool Json, int Runs, string? Only, double Scale, bool OursOnly)
{
    /// <summary>Text of the switches.</summary>
    public const string Usage = "[--json] [--runs N] [--only TEXT] [--scale F] [--ours-only]";

    private const int DefaultRuns = 5;

    /// <summary>Reads the switches; null when one is unknown or malformed.</summary>
    public static BenchmarkArguments? Parse(IReadOnlyList<string> arguments)
    {
        var read = new BenchmarkArguments(false, DefaultRuns, null, 1, false);
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--json":
                    read = read with { Json = true };
                    continue;
                case "--ours-only":
                    read = read with { OursOnly = true };
                    continue;
                case "--runs" when int.TryParse(value, CultureInfo.InvariantCulture, out var runs) && runs > 0:
                    read = read with { Runs = runs };
                    break;
                case "--only" when value.Length > 0:
                    read = read with { Only = value };
                    break;
                case "--scale" when double.TryParse(value, CultureInfo.InvariantCulture, out var scale) && scale > 0:
                    read = read with { Scale = scale };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return read;
    }

    /// <summary>Whether a row is wanted.</summary>
    public bool Wants(string caseName) => Only is null || caseName.Contains(Only, StringComparison.Ordinal);

    /// <summary>A run's number of messages.</summary>
    public int Scaled(int count) => Math.Max(1, (int)(count * Scale));
}
