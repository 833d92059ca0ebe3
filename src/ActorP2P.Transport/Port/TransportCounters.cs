namespace ActorP2P.Transport;

/// <summary>What a transport port has counted since it was made. Every value only grows, but for <see cref="OpenConnections"/>.</summary>
public sealed class TransportCounters
{
    private long _openConnections;
    private long _accepted;
    private long _refusedBySink;
    private long _overloaded;
    private long _acceptFailed;
    private long _dialled;
    private long _dialFailed;
    private long _bytesRead;
    private long _bytesWritten;
    private long _framesRead;
    private long _badFrames;
    private long _faults;

    /// <summary>Connections whose socket is open now, closing ones included.</summary>
    public long OpenConnections => Volatile.Read(ref _openConnections);

    /// <summary>Connections handed to a listener's sink.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Sockets closed at once because <see cref="IListenSink.MayAccept"/> said no.</summary>
    public long RefusedBySink => Volatile.Read(ref _refusedBySink);

    /// <summary>Sockets closed at once because too many others were still in their TLS handshake.</summary>
    public long Overloaded => Volatile.Read(ref _overloaded);

    /// <summary>Sockets that ended in or before their TLS handshake.</summary>
    public long AcceptFailed => Volatile.Read(ref _acceptFailed);

    /// <summary>Dials that ended in a connection.</summary>
    public long Dialled => Volatile.Read(ref _dialled);

    /// <summary>Dials that did not.</summary>
    public long DialFailed => Volatile.Read(ref _dialFailed);

    /// <summary>Frame bytes received, TLS overhead left out.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Frame bytes written, TLS overhead left out.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Whole frames received.</summary>
    public long FramesRead => Volatile.Read(ref _framesRead);

    /// <summary>Connections ended by bytes that were no frames.</summary>
    public long BadFrames => Volatile.Read(ref _badFrames);

    /// <summary>Connections ended by an exception that nobody foresaw: bugs.</summary>
    public long Faults => Volatile.Read(ref _faults);

    internal void ConnectionOpened() => Interlocked.Increment(ref _openConnections);

    internal void ConnectionGone() => Interlocked.Decrement(ref _openConnections);

    internal void CountAccepted() => Interlocked.Increment(ref _accepted);

    internal void CountRefusedBySink() => Interlocked.Increment(ref _refusedBySink);

    internal void CountOverloaded() => Interlocked.Increment(ref _overloaded);

    internal void CountAcceptFailed() => Interlocked.Increment(ref _acceptFailed);

    internal void CountDialled() => Interlocked.Increment(ref _dialled);

    internal void CountDialFailed() => Interlocked.Increment(ref _dialFailed);

    internal void CountRead(int bytes, int frames)
    {
        Interlocked.Add(ref _bytesRead, bytes);
        Interlocked.Add(ref _framesRead, frames);
    }

    internal void CountWritten(int bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    internal void CountEnd(TransportFailureReason reason)
    {
        if (reason == TransportFailureReason.BadFrame)
        {
            Interlocked.Increment(ref _badFrames);
        }
        else if (reason == TransportFailureReason.Fault)
        {
            Interlocked.Increment(ref _faults);
        }
    }
}
