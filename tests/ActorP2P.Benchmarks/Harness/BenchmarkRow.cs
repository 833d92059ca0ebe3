using System.Globalization;
using System.Text.Json;

namespace ActorP2P.Benchmarks;

/// <summary>One row of a benchmark: our figure beside somebody else's, measured side by side.</summary>
/// <param name="Case">What was done, e.g. <c>wire-one-way-both</c>.</param>
/// <param name="Payload">Payload bytes of one message.</param>
/// <param name="Unit">Unit of both figures; more is better.</param>
/// <param name="Peer">What it ran beside.</param>
/// <param name="Figures">The measured runs.</param>
public sealed record BenchmarkRow(string Case, int Payload, string Unit, string Peer, InterleavedFigures Figures)
{
    /// <summary>The row as one JSON object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["case"] = Case,
        ["payload"] = Payload,
        ["unit"] = Unit,
        ["peer"] = Peer,
        ["ours"] = Rounded(Figures.Ours.Median),
        ["theirs"] = Figures.Theirs is { } theirs ? Rounded(theirs.Median) : null,
        ["ratio"] = Figures.Ratio is { } ratio ? Math.Round(ratio, 3) : null,
        ["runs"] = Figures.Runs,
        ["ours_spread"] = Math.Round(Figures.Ours.Spread, 2),
        ["theirs_spread"] = Figures.Theirs is { } spread ? Math.Round(spread.Spread, 2) : null,
    });

    /// <summary>Writes rows as JSON lines, or as a table for people.</summary>
    public static async Task PrintAsync(IAsyncEnumerable<BenchmarkRow> rows, bool json, TextWriter output)
    {
        if (!json)
        {
            await output.WriteLineAsync(Line("case", "payload", "unit", "ours", "theirs", "ratio", "spread", "runs"));
        }

        await foreach (var row in rows)
        {
            await output.WriteLineAsync(json ? row.ToJson() : row.ToLine());
            await output.FlushAsync();
        }
    }

    private string ToLine() => Line(
        Case,
        Payload.ToString(CultureInfo.InvariantCulture),
        Unit,
        Rounded(Figures.Ours.Median).ToString(CultureInfo.InvariantCulture),
        Figures.Theirs is { } theirs ? Rounded(theirs.Median).ToString(CultureInfo.InvariantCulture) : "-",
        Figures.Ratio is { } ratio ? ratio.ToString("0.000", CultureInfo.InvariantCulture) : "-",
        string.Create(CultureInfo.InvariantCulture, $"{Figures.Ours.Spread:0.00}/{Figures.Theirs?.Spread:0.00}"),
        Figures.Runs.ToString(CultureInfo.InvariantCulture));

    private static string Line(string name, string payload, string unit, string ours, string theirs, string ratio, string spread, string runs) =>
        $"{name,-34} {payload,8} {unit,-8} {ours,12} {theirs,12} {ratio,7} {spread,11} {runs,4}";

    private static double Rounded(double figure) => figure >= 100 ? Math.Round(figure) : Math.Round(figure, 2);
}
