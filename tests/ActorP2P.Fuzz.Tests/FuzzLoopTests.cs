using ActorP2P.Fuzz.Coverage;
using ActorP2P.Fuzz.Engine;

namespace ActorP2P.Fuzz.Tests;

/// <summary>The fuzzer finds what it is for; a search that finds nothing says something only then.</summary>
public sealed class FuzzLoopTests
{
    [Fact]
    public void Coverage_leads_the_search_to_a_bug_behind_four_exact_bytes()
    {
        var loop = new FuzzLoop(new Planted(input => Deep(input)), seed: 3);
        loop.Run([], running => running.Runs < 400_000);
        var found = Assert.Single(loop.Findings);
        Assert.Equal("InvalidOperationException", found.Kind);
        Assert.Equal("FUZZ"u8.ToArray(), found.Input);
    }

    [Fact]
    public void One_seed_gives_one_search()
    {
        Assert.Equal(Search(), Search());

        static string Search()
        {
            var loop = new FuzzLoop(new Planted(input => Deep([.. input.Take(3)])), seed: 9);
            loop.Run([], running => running.Runs < 20_000);
            return string.Join(' ', loop.Corpus.Select(Convert.ToHexString));
        }
    }

    [Fact]
    public void An_input_that_makes_its_target_allocate_beyond_the_limit_is_a_finding()
    {
        var found = new TargetRunner(new Planted(input => GC.KeepAlive(new byte[input.Length * 5000]))).Run([1, 2, 3]);
        Assert.Equal("allocation", found?.Kind);
    }

    [Fact]
    public void An_input_within_the_limits_is_none() => Assert.Null(new TargetRunner(new Planted(_ => { })).Run([1, 2, 3]));

    [Fact]
    public void Minimising_keeps_only_what_the_finding_needs()
    {
        var runner = new TargetRunner(new Planted(input => PromiseBrokenException.Unless(!input.Contains((byte)7), "seven")));
        var found = runner.Run([1, 2, 3, 7, 5, 6])!;
        Assert.Equal([7], runner.Minimise(found, 100).Input);
    }

    [Fact]
    public void Instrumented_code_behaves_as_the_original_and_reports_its_edges()
    {
        using var copy = new InstrumentedCopy();
        Assert.True(copy.Blocks > 1000, $"{copy.Blocks} blocks");
        Assert.Equal(0, copy.Run(typeof(FuzzRun), nameof(FuzzRun.Start), ["--target", "frames", "--runs", "2000", "--json"]));
    }

    // What instrumented code does at each basic block, by hand.
    private static void Deep(byte[] input)
    {
        var expected = "FUZZ"u8;
        for (var at = 0; at < expected.Length; at++)
        {
            if (input.Length <= at || input[at] != expected[at])
            {
                return;
            }

            CoverageMap.Hit(1000 * (at + 1));
        }

        throw new InvalidOperationException("planted");
    }

    private sealed class Planted(Action<byte[]> run) : FuzzTarget
    {
        public override string Name => "planted";

        public override string About => "a bug that is known to be there";

        public override long AllocationBaseBytes => 4096;

        public override long AllocationFactor => 8;

        public override IEnumerable<byte[]> Seeds() => [[0]];

        public override void Run(byte[] input) => run(input);
    }
}
