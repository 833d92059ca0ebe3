using System.Numerics;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Where a seq stands in a window.</summary>
internal enum WindowVerdict
{
    /// <summary>Not seen.</summary>
    New,

    /// <summary>Seen.</summary>
    Seen,

    /// <summary>Below the origin's floor: it was seen, or the origin holds it no more.</summary>
    BelowFloor,

    /// <summary>Further above the floor than an honest origin can be.</summary>
    Beyond,
}

/// <summary>
/// Which seqs of one origin and epoch were seen: a bitmap above a floor, exact and without a timer (the
/// anti-replay window of RFC 6479, moved by the origin's signed floor and not by the highest seq). It starts
/// small and grows with the spread of what really came, up to the limit.
/// </summary>
internal sealed class DedupWindow
{
    private const int InitialWords = 4;
    private const int BitsPerWord = 64;

    private readonly int _maxBits;
    private ulong[] _words = new ulong[InitialWords];
    private ulong _floor;

    internal DedupWindow(int maxBits, ulong floor)
    {
        _maxBits = maxBits;
        _floor = floor;
    }

    /// <summary>Lowest seq that is judged.</summary>
    internal ulong Floor => _floor;

    internal WindowVerdict Judge(ulong seq)
    {
        if (seq < _floor)
        {
            return WindowVerdict.BelowFloor;
        }

        var offset = seq - _floor;
        return offset >= (ulong)_maxBits ? WindowVerdict.Beyond
            : offset >= Capacity ? WindowVerdict.New
            : (_words[WordOf(seq)] & BitOf(seq)) != 0 ? WindowVerdict.Seen
            : WindowVerdict.New;
    }

    /// <summary>The first seq from <paramref name="seq"/> on, and below <paramref name="end"/>, that is judged new; null when there is none. It looks at 64 seqs at once.</summary>
    internal ulong? NextNew(ulong seq, ulong end)
    {
        if (end <= _floor)
        {
            return null;
        }

        var start = seq > _floor ? seq - _floor : 0;
        var offset = start;
        var limit = Math.Min(end - _floor, (ulong)_maxBits);
        while (offset < Math.Min(limit, Capacity))
        {
            seq = _floor + offset;
            var unseen = ~_words[WordOf(seq)] >> (int)(seq % BitsPerWord);
            offset += unseen == 0 ? BitsPerWord - (seq % BitsPerWord) : (ulong)BitOperations.TrailingZeroCount(unseen);
            if (unseen != 0)
            {
                break;
            }
        }

        // The ring's last word also holds the first seqs: beyond the capacity nothing was seen.
        offset = start < Capacity ? Math.Min(offset, Capacity) : start;
        return offset < limit ? _floor + offset : null;
    }

    /// <summary>Marks a seq that was judged new.</summary>
    internal void Mark(ulong seq)
    {
        if (seq - _floor >= Capacity)
        {
            Grow(seq - _floor);
        }

        _words[WordOf(seq)] |= BitOf(seq);
    }

    /// <summary>Forgets everything below a higher floor; a lower one changes nothing.</summary>
    internal void SlideTo(ulong floor)
    {
        if (floor <= _floor)
        {
            return;
        }

        if (floor - _floor >= Capacity)
        {
            Array.Clear(_words);
        }
        else
        {
            for (var seq = _floor; seq < floor;)
            {
                if (seq % BitsPerWord == 0 && floor - seq >= BitsPerWord)
                {
                    _words[WordOf(seq)] = 0;
                    seq += BitsPerWord;
                }
                else
                {
                    _words[WordOf(seq)] &= ~BitOf(seq);
                    seq++;
                }
            }
        }

        _floor = floor;
    }

    private ulong Capacity => (ulong)_words.Length * BitsPerWord;

    private int WordOf(ulong seq) => (int)(seq / BitsPerWord % (ulong)_words.Length);

    private static ulong BitOf(ulong seq) => 1UL << (int)(seq % BitsPerWord);

    private void Grow(ulong offset)
    {
        var words = _words.Length;
        while ((ulong)words * BitsPerWord <= offset)
        {
            words *= 2;
        }

        var before = _words;
        var capacity = Capacity;
        _words = new ulong[words];
        for (var above = 0UL; above < capacity; above++)
        {
            var seq = unchecked(_floor + above);
            if ((before[(int)(seq / BitsPerWord % (ulong)before.Length)] & BitOf(seq)) != 0)
            {
                _words[WordOf(seq)] |= BitOf(seq);
            }
        }
    }
}
