using ActorP2P.Hocon;

namespace ActorP2P;

/// <summary>Finds the known key that somebody most likely meant.</summary>
internal static class NearestKey
{
    // Further away than this share of the key's length, a suggestion is noise.
    private const double MaxDistanceShare = 0.5;

    // A typing mistake in the right section is likelier than a right key in another one.
    private const int OtherSectionCost = 1;

    /// <summary>The nearest known path by edit distance of its last key; null when none is near.</summary>
    public static HoconPath? Find(HoconPath unknown, IReadOnlyList<HoconPath> known)
    {
        var (best, bestCost) = ((HoconPath?)null, int.MaxValue);
        foreach (var candidate in known)
        {
            var cost = EditDistance(unknown.Elements[^1], candidate.Elements[^1]) + (SameSection(unknown, candidate) ? 0 : OtherSectionCost);
            if (cost < bestCost)
            {
                (best, bestCost) = (candidate, cost);
            }
        }

        return bestCost <= Math.Max(1, unknown.Elements[^1].Length * MaxDistanceShare) ? best : null;
    }

    /// <summary>Insertions, deletions and substitutions between two keys (Wagner and Fischer, 1974), one row at a time.</summary>
    public static int EditDistance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static bool SameSection(HoconPath left, HoconPath right) =>
        left.Elements.Length == right.Elements.Length && left.Elements.AsSpan()[..^1].SequenceEqual(right.Elements.AsSpan()[..^1]);
}
