using System.Text.RegularExpressions;

namespace ActorP2P.Tests.Architecture;

/// <summary>A promise that names its test is worth what the test is: each name must be one.</summary>
public sealed partial class ThreatModel
{
    [Fact]
    public void Every_test_that_the_threat_model_names_exists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet();
        var named = Name().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "threat-model.md"))).Select(match => match.Groups[1].Value).ToList();
        Assert.True(named.Count > 30, $"{named.Count} names");
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    [GeneratedRegex("public (?:async Task|Task|void) ([A-Z]\\w+)\\(")]
    private static partial Regex Method();

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*_\\w+)`")]
    private static partial Regex Name();
}
