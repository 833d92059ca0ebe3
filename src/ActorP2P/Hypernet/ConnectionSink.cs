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
    private readonly Lock _gate = new();
    private long _unhandledBytes;
    private bool _paused;

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
        lock (_gate)
        {
            // Under one lock with Handled: a pause that overtook a resume would never end.
            _unhandledBytes += bytes;
            if (!_paused && _unhandledBytes > _maxUnhandledBytes)
            {
                _paused = true;
                _connection.SetReading(false);
            }
        }
    }

    public void Written(int bytes) => _link.Tell(new Link.BytesWritten(bytes), ActorRefs.NoSender);

    public void Closed(TransportFailure failure) => _link.Tell(new Link.ConnectionClosed(failure), ActorRefs.NoSender);

    /// <summary>The link handled this much: reading goes on below half the mark.</summary>
    public void Handled(int bytes)
    {
        lock (_gate)
        {
            _unhandledBytes -= bytes;
            if (_paused && _unhandledBytes <= _maxUnhandledBytes / 2)
            {
                _paused = false;
                _connection.SetReading(true);
            }
        }
    }
}
