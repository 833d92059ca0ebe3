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

    [Fact]
    public async Task A_demo_that_is_stopped_half_way_says_so_and_ends_its_nodes_and_files()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var directory = new TemporaryDirectory();
        await using var demo = ProgramProcess.Start("demo", "--nodes", "2", "--seconds", "60", "--keep", directory["kept"]);
        await demo.WaitForLineAsync("phase 1", Limit);
        await demo.TerminateAsync();
        var result = await demo.FinishAsync(Limit);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("demo FAILED: interrupted", result.OutputLines[^1], StringComparison.Ordinal);
        Assert.All(Directory.GetDirectories("/proc"), process => Assert.DoesNotContain(directory.Path, CommandLineOf(process), StringComparison.Ordinal));
    }

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No process, or one that has just ended.
            return "";
        }
    }

    private static int Leftovers() => Directory.GetDirectories(Path.GetTempPath(), "actorp2p-demo-*").Length;

    [GeneratedRegex(@"^demo ok: nodes=3 links=3 unicast=(\d+)/(\d+) request=(\d+)/(\d+) multicast=(\d+)/(\d+) broadcast=(\d+)/(\d+) state=(\d+)/(\d+) reconnects=1 refused=1$")]
    private static partial Regex LastLine();
}
