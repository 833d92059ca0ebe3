using System.Text.RegularExpressions;

namespace ActorP2P.Program.Tests.Demo;

/// <summary>The demo as a person runs it, smaller.</summary>
public sealed partial class DemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task Three_nodes_end_in_the_one_line_that_says_everything_arrived()
    {
        var before = Leftovers();
        var result = await ProgramProcess.RunAsync(Limit, "demo", "--nodes", "3", "--seconds", "2");
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        var match = LastLine().Match(result.OutputLines[^1]);
        Assert.True(match.Success, result.OutputLines[^1]);
        for (var group = 1; group < match.Groups.Count; group += 2)
        {
            Assert.Equal(match.Groups[group].Value, match.Groups[group + 1].Value);
            Assert.True(int.Parse(match.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture) > 100);
        }

        Assert.Equal(before, Leftovers());
    }

    private static int Leftovers() => Directory.GetDirectories(Path.GetTempPath(), "actorp2p-demo-*").Length;

    [GeneratedRegex(@"^demo ok: nodes=3 links=3 unicast=(\d+)/(\d+) request=(\d+)/(\d+) multicast=(\d+)/(\d+) broadcast=(\d+)/(\d+) state=(\d+)/(\d+) reconnects=1 refused=1$")]
    private static partial Regex LastLine();
}
