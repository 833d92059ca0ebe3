using System.Buffers;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// Finds the links that both ends claim. What it needs meanwhile is as large as all claims of a network together and
/// comes from a pool: every node builds a graph at every change, and only the result is kept.
/// </summary>
/// <param name="references">Of all nodes, ascending; nodes may share one.</param>
/// <param name="byReference">The first node with a reference.</param>
internal sealed class LinkMatch(ulong[] references, Dictionary<ulong, int> byReference)
{
    /// <summary>The neighbours of node i, ascending, are at First[i] up to First[i + 1].</summary>
    /// <param name="claims">References that each node claims, in the order of the nodes.</param>
    internal (int[] First, int[] Neighbours) Of(IReadOnlyList<ulong>[] claims)
    {
        var ends = new int[claims.Length + 1];
        var claimed = ArrayPool<int>.Shared.Rent(Math.Max(1, claims.Sum(static claim => claim.Count)));
        for (var i = 0; i < claims.Length; i++)
        {
            ends[i + 1] = Resolve(claims[i], i, ref claimed, ends[i]);
        }

        var claimers = ArrayPool<int>.Shared.Rent(Math.Max(1, ends[^1]));
        try
        {
            return Matched(claimed, ends, claimers);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(claimed);
            ArrayPool<int>.Shared.Return(claimers);
        }
    }

    // Those who claim a node come out in ascending order, as those whom it claims are, so one walk over both finds the matches.
    private static (int[] First, int[] Neighbours) Matched(int[] claimed, int[] ends, int[] claimers)
    {
        var nodes = ends.Length - 1;
        var starts = Starts(claimed, ends, claimers);
        var first = new int[nodes + 1];
        var used = 0;
        for (var i = 0; i < nodes; i++)
        {
            var at = starts[i];
            for (var claim = ends[i]; claim < ends[i + 1]; claim++)
            {
                var other = claimed[claim];
                while (at < starts[i + 1] && claimers[at] < other)
                {
                    at++;
                }

                if (at < starts[i + 1] && claimers[at] == other)
                {
                    // Behind what is still to be read: a match takes the place of a claim.
                    claimed[used++] = other;
                }
            }

            first[i + 1] = used;
        }

        return (first, claimed.AsSpan(0, used).ToArray());
    }

    // Who claims node i stands in claimers from starts[i] up to starts[i + 1], ascending.
    private static int[] Starts(int[] claimed, int[] ends, int[] claimers)
    {
        var starts = new int[ends.Length];
        foreach (var other in claimed.AsSpan(0, ends[^1]))
        {
            starts[other + 1]++;
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var next = starts.AsSpan().ToArray();
        for (var i = 0; i < ends.Length - 1; i++)
        {
            foreach (var other in claimed.AsSpan(ends[i]..ends[i + 1]))
            {
                claimers[next[other]++] = i;
            }
        }

        return starts;
    }

    // A claim names all keys that share its reference, and the other side's claim decides.
    private int Resolve(IReadOnlyList<ulong> wanted, int self, ref int[] claimed, int from)
    {
        var end = from;
        var isAscending = true;
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!byReference.TryGetValue(wanted[i], out var at))
            {
                continue;
            }

            for (; at < references.Length && references[at] == wanted[i]; at++)
            {
                if (at == self)
                {
                    continue;
                }

                claimed = end < claimed.Length ? claimed : Longer(claimed);
                isAscending &= end == from || claimed[end - 1] < at;
                claimed[end++] = at;
            }
        }

        if (isAscending)
        {
            return end;
        }

        claimed.AsSpan(from..end).Sort();
        return from + WithoutRepeats(claimed.AsSpan(from..end));
    }

    private static int[] Longer(int[] array)
    {
        var longer = ArrayPool<int>.Shared.Rent(array.Length * 2);
        array.CopyTo(longer, 0);
        ArrayPool<int>.Shared.Return(array);
        return longer;
    }

    private static int WithoutRepeats(Span<int> sorted)
    {
        var unique = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[unique - 1])
            {
                sorted[unique++] = sorted[i];
            }
        }

        return unique;
    }
}
