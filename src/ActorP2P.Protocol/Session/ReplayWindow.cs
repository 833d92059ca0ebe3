namespace ActorP2P.Protocol.Session;

/// <summary>
/// Which of the latest counters were seen (RFC 4303, 3.4.3): a ring of bits that slides with the highest one
/// (the ring of RFC 6479). A counter is marked only once its record is authentic.
/// </summary>
internal sealed class ReplayWindow(int windowRecords)
{
    /// <summary>Largest window.</summary>
    public const int MaxRecords = 65536;

    private const int WordBits = 64;

    // One word more than the window: the word that is being filled is cleared as a whole.
    private readonly ulong[] _words = new ulong[((windowRecords + WordBits - 1) / WordBits) + 1];

    /// <summary>Counters remembered.</summary>
    public int Records => windowRecords;

    /// <summary>One more than the highest counter seen; 0 when there was none.</summary>
    public ulong Next { get; private set; }

    /// <summary>False when the counter was seen, is too far behind to tell, or is the last one there is: behind it everything would be fresh again.</summary>
    public bool IsFresh(ulong counter) =>
        counter != ulong.MaxValue && (counter >= Next || (Next - counter <= (ulong)windowRecords && (_words[Word(counter)] & Bit(counter)) == 0));

    /// <summary>Marks a fresh counter as seen.</summary>
    public void Mark(ulong counter)
    {
        if (counter >= Next)
        {
            var from = Next == 0 ? 0 : (Next - 1) / WordBits;
            var to = counter / WordBits;
            for (var i = Math.Min(to - from, (ulong)_words.Length); i > 0; i--)
            {
                _words[(int)((to - i + 1) % (ulong)_words.Length)] = 0;
            }

            Next = counter + 1;
        }

        _words[Word(counter)] |= Bit(counter);
    }

    private int Word(ulong counter) => (int)(counter / WordBits % (ulong)_words.Length);

    private static ulong Bit(ulong counter) => 1UL << (int)(counter % WordBits);
}
