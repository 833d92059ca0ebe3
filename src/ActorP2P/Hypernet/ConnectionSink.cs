using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// Hands a connection's events to its link, and stops the reading while the link has too much of it unhandled:
/// otherwise a remote that sends faster than the link works would grow the link's mailbox.
/// </summary>
internal sealed class ConnectionSink : IConnectionSink
{
    private readonly ITransportConnection _connection;
    private readonly IActorRef _link;
    private readonly long _maxUnhandledBytes;
    private long _unhandledBytes;
    private int _paused;

    public ConnectionSink(ITransportConnection connection, IActorRef link, int maxUnhandledBytes)
    {
        _connection = connection;
        _link = link;
        _maxUnhandledBytes = maxUnhandledBytes;
    }

    public void Received(IReadOnlyList<Frame> frames)
    {
        var bytes = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            bytes += frames[i].Bytes.Length;
        }

        _link.Tell(new Link.FramesReceived(frames, bytes), ActorRefs.NoSender);
        if (Interlocked.Add(ref _unhandledBytes, bytes) <= _maxUnhandledBytes)
        {
            return;
        }

        Volatile.Write(ref _paused, 1);
        _connection.SetReading(false);

        // The link may have gone below the mark in between, and found nothing paused yet that it could resume.
        if (Interlocked.Read(ref _unhandledBytes) <= _maxUnhandledBytes / 2)
        {
            Resume();
        }
        else if (Volatile.Read(ref _paused) == 0)
        {
            _connection.SetReading(true);
        }
    }

    public void Written(int bytes) => _link.Tell(new Link.BytesWritten(bytes), ActorRefs.NoSender);

    public void Closed(TransportFailure failure) => _link.Tell(new Link.ConnectionClosed(failure), ActorRefs.NoSender);

    /// <summary>The link handled this much: reading goes on below half the mark.</summary>
    public void Handled(int bytes)
    {
        if (Interlocked.Add(ref _unhandledBytes, -bytes) <= _maxUnhandledBytes / 2)
        {
            Resume();
        }
    }

    private void Resume()
    {
        if (Interlocked.Exchange(ref _paused, 0) == 1)
        {
            _connection.SetReading(true);
        }
    }
}
