using ActorP2P.Fuzz.Coverage;

namespace ActorP2P.Fuzz.Engine;

/// <summary>Picks the shortest inputs that together reach what the whole corpus reaches, and stores them.</summary>
public static class CorpusReduction
{
    /// <summary>Files of one target; what a longer search adds stays out of the repository.</summary>
    public const int MaxFiles = 24;

    /// <summary>Writes the reduced corpus below <paramref name="root"/>.</summary>
    public static void Save(FuzzTarget target, IReadOnlyList<byte[]> corpus, string root)
    {
        var runner = new TargetRunner(target);
        var seen = new byte[CoverageMap.Places];
        var kept = 0;
        foreach (var input in corpus.OrderBy(input => input.Length))
        {
            CoverageMap.Clear();
            runner.Run((byte[])input.Clone());
            CoverageMap.MergeInto(seen, out var newEdges);
            if (newEdges > 0 && kept++ < MaxFiles)
            {
                InputFiles.Write(root, target.Name, input);
            }
        }
    }
}
