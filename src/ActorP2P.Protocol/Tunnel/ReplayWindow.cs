namespace ActorP2P.Protocol.Tunnel;

/// <summary>
/// Which counters came already, on a way that may lose, double and reorder: a bitmap of the latest ones (RFC 6479). What is
/// older than the window counts as a repeat.
/// </summary>
public sealed class ReplayWindow
{
    /// <summary>Counters remembered; our guess: four times what can be under way.</summary>
    public const int WindowBits = 1024;

    private readonly ulong[] _bits = new ulong[WindowBits / 64];
    private ulong _next;

    /// <summary>True when the counter is neither repeated nor too old; it may then be opened.</summary>
    public bool MayTake(ulong counter) =>
        counter >= _next || (_next - counter <= WindowBits && (Word(counter) & Bit(counter)) == 0);

    /// <summary>The packet of this counter was authentic.</summary>
    public void Take(ulong counter)
    {
        if (counter >= _next)
        {
            Advance(counter);
        }

        Word(counter) |= Bit(counter);
    }

    private static ulong Bit(ulong counter) => 1UL << (int)(counter % 64);

    private ref ulong Word(ulong counter) => ref _bits[counter / 64 % (ulong)_bits.Length];

    private void Advance(ulong counter)
    {
        var steps = counter - _next + 1;
        if (steps >= WindowBits)
        {
            Array.Clear(_bits);
        }
        else
        {
            for (var at = _next; at <= counter; at++)
            {
                Word(at) &= ~Bit(at);
            }
        }

        _next = counter + 1;
    }
}
