using System.Runtime.InteropServices;

namespace ActorP2P.Fuzz.Coverage;

/// <summary>
/// Which edges of the instrumented code a run took, and how often, as AFL counts them: one byte a (from, to) pair of
/// basic blocks, hashed into 64 Ki places. One thread runs targets, so the map has no locks.
/// </summary>
public static class CoverageMap
{
    /// <summary>Places of the map. A power of two; collisions only hide an edge.</summary>
    public const int Places = 1 << 16;

    private static readonly byte[] Hits = new byte[Places];
    private static int _previous;

    /// <summary>Called at the start of every instrumented basic block.</summary>
    /// <param name="block">The block's number, drawn when it was instrumented.</param>
    public static void Hit(int block)
    {
        Hits[(_previous ^ block) & (Places - 1)]++;
        _previous = block >> 1;
    }

    /// <summary>Forgets the last run.</summary>
    public static void Clear()
    {
        Array.Clear(Hits);
        _previous = 0;
    }

    /// <summary>
    /// Adds the last run to what all runs saw: a bit for each of AFL's eight ranges of a count. The result is how many
    /// (edge, range) pairs are new.
    /// </summary>
    /// <param name="seen">One byte a place; <see cref="Places"/> long.</param>
    /// <param name="newEdges">Edges that no run took before.</param>
    public static int MergeInto(byte[] seen, out int newEdges)
    {
        var news = 0;
        newEdges = 0;
        var words = MemoryMarshal.Cast<byte, ulong>(Hits.AsSpan());
        for (var word = 0; word < words.Length; word++)
        {
            if (words[word] == 0)
            {
                continue;
            }

            for (var place = word * 8; place < (word * 8) + 8; place++)
            {
                var bit = RangeBit(Hits[place]);
                if ((seen[place] & bit) != bit)
                {
                    newEdges += seen[place] == 0 ? 1 : 0;
                    seen[place] |= bit;
                    news++;
                }
            }
        }

        return news;
    }

    private static byte RangeBit(byte hits) => hits switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
