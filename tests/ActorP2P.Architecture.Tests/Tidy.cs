using System.Text.RegularExpressions;

namespace ActorP2P.Tests.Architecture;

/// <summary>House rules that a machine can check (the idea is TigerBeetle's tidy test).</summary>
public sealed partial class Tidy
{
    private const int MaxFileLines = 400;

    private static readonly string[] ForbiddenWords = ["Utils", "Helpers", "Common"];

    [Fact]
    public void A_source_file_holds_one_topic_in_at_most_400_lines() =>
        Refuse(Repository.CSharpFiles("src").Where(file => File.ReadLines(file).Count() > MaxFileLines));

    [Fact]
    public void No_file_or_folder_is_a_drawer_for_everything() => Refuse(
        Repository.CSharpFiles("src").Where(file => ForbiddenWords.Any(word => Relative(file).Contains(word, StringComparison.Ordinal))));

    [Fact]
    public void Runtime_source_names_no_engine() => Refuse(
        new[] { "src/ActorP2P", "src/ActorP2P.Node", "tests/ActorP2P.Tests", "tests/ActorP2P.EngineCallers" }
            .SelectMany(Repository.CSharpFiles)
            .Where(file => EngineName().IsMatch(File.ReadAllText(file))));

    [Fact]
    public void No_test_sleeps() => Refuse(
        Repository.CSharpFiles("tests").Where(file => SleepCall().IsMatch(File.ReadAllText(file))));

    [Fact]
    public void No_exception_is_swallowed() => Refuse(
        Repository.CSharpFiles("src").Where(file => EmptyCatch().IsMatch(File.ReadAllText(file))));

    private static void Refuse(IEnumerable<string> offenders) => Assert.Equal([], offenders.Select(Relative).Order());

    private static string Relative(string file) => Path.GetRelativePath(Repository.Root, file);

    [GeneratedRegex(@"^\s*(global\s+)?using\s+(Akka|ActorP2P\.Actors)\b|^\s*#if\s", RegexOptions.Multiline)]
    private static partial Regex EngineName();

    [GeneratedRegex(@"Thread\s*\.\s*Sleep\s*\(")]
    private static partial Regex SleepCall();

    [GeneratedRegex(@"catch\s*(\(\s*Exception[^)]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();
}
