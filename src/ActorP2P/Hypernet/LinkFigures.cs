namespace ActorP2P;

/// <summary>
/// What a link has carried, for whoever asks: written by the link alone, read by anybody at any time. Each figure is true by
/// itself; two of them may be a moment apart.
/// </summary>
internal sealed class LinkFigures
{
    private long _sentBytes;
    private long _receivedBytes;
    private long _queuedBytes;
    private long _roundTripTicks;

    /// <summary>Bytes that the transport has taken, heads and handshake included.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Bytes of frames that came.</summary>
    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>Bytes that waited for the next write when the last one was done.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>The last measurement; null before the first.</summary>
    public TimeSpan? RoundTrip => Volatile.Read(ref _roundTripTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>The transport took a write.</summary>
    public void Sent(int bytes) => Volatile.Write(ref _sentBytes, _sentBytes + bytes);

    /// <summary>A read came.</summary>
    public void Received(int bytes) => Volatile.Write(ref _receivedBytes, _receivedBytes + bytes);

    /// <summary>So much waits now.</summary>
    public void Waiting(long bytes) => Volatile.Write(ref _queuedBytes, bytes);

    /// <summary>A round trip was measured. One too short for the clock counts as its least step.</summary>
    public void Measured(TimeSpan roundTrip) => Volatile.Write(ref _roundTripTicks, Math.Max(1, roundTrip.Ticks));
}
