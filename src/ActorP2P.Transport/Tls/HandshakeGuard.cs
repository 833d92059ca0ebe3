namespace ActorP2P.Transport;

/// <summary>
/// What one TLS handshake may take in, and what it takes of our CPU. The bytes are bounded because whoever has shown
/// nothing yet decides how many certificates the platform tries to make a path of; the time is measured because no
/// constant covers what they cost.
/// </summary>
/// <remarks>
/// Between two waits for the socket a handshake computes on one thread: that is what <see cref="Resume"/> and
/// <see cref="Pause"/> enclose. A stretch that changed its thread is left out; none of the costly ones does.
/// </remarks>
/// <param name="maxBytes">Bytes that the remote may send.</param>
/// <param name="measures">False: <see cref="Cpu"/> stays zero.</param>
internal sealed class HandshakeGuard(int maxBytes, bool measures)
{
    private int _bytes;
    private int _thread;
    private TimeSpan _since;

    /// <summary>CPU time so far.</summary>
    public TimeSpan Cpu { get; private set; }

    /// <summary>The handshake computes from now on, on this thread.</summary>
    public void Resume()
    {
        if (!measures)
        {
            return;
        }

        _thread = Environment.CurrentManagedThreadId;
        _since = ThreadCpuClock.Now;
    }

    /// <summary>The handshake waits, or is over.</summary>
    public void Pause()
    {
        if (_thread == Environment.CurrentManagedThreadId)
        {
            Cpu += ThreadCpuClock.Now - _since;
        }

        _thread = 0;
    }

    /// <summary>The remote sent this much.</summary>
    /// <exception cref="IOException">It sent more than a handshake may have.</exception>
    public void Count(int bytes)
    {
        _bytes += bytes;
        if (_bytes > maxBytes)
        {
            throw new IOException($"a TLS handshake of more than {maxBytes} bytes");
        }
    }
}
