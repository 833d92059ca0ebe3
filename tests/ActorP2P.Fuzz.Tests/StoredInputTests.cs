using ActorP2P.Fuzz.Engine;
using ActorP2P.Fuzz.Targets;

namespace ActorP2P.Fuzz.Tests;

/// <summary>What was ever found stays found: every stored input runs with each build.</summary>
public sealed class StoredInputTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Seeds_corpus_and_past_crashes_keep_every_promise(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var runner = new TargetRunner(target);
        var stored = new[] { "Corpus", "Crashes" }.SelectMany(folder => InputFiles.Read(Path.Combine(AppContext.BaseDirectory, folder), name));
        // The first run compiles, which allocates.
        runner.Run([]);
        Assert.All(target.Seeds().Concat(stored), input => Assert.Null(runner.Run((byte[])input.Clone())));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_has_a_corpus_and_every_input_in_it_fits(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var corpus = InputFiles.Read(Path.Combine(AppContext.BaseDirectory, "Corpus"), name).ToList();
        Assert.NotEmpty(corpus);
        Assert.All(corpus, input => Assert.True(input.Length <= target.MaxInputBytes));
    }
}
