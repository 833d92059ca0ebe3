using System.Text.Json;
using ActorP2P.Program.Hosting;

namespace ActorP2P.Program.Admin;

/// <summary>
/// The node's last events as lines, and those who follow them. Actors report here: nothing waits, and a follower
/// that does not read costs itself alone.
/// </summary>
/// <param name="time">Says when an event was reported.</param>
/// <param name="maxRecent">Events that are kept.</param>
/// <param name="maxWaitingBytes">Bytes that may wait for a follower; half of it is kept at most.</param>
internal sealed class EventJournal(TimeProvider time, int maxRecent, int maxWaitingBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<(string? Namespace, ReadOnlyMemory<byte> Line)> _recent = [];
    private readonly List<EventFollower> _followers = [];
    private long _recentBytes;
    private bool _isClosed;

    /// <summary>Takes what a node reports; what has no line is left out.</summary>
    public void Report(object happened)
    {
        var lines = new Dated(time.GetUtcNow());
        NodeEventText.WriteJson(lines, happened);
        if (lines.Line is { } line)
        {
            Publish(NamespaceOf(happened), line);
        }
    }

    /// <summary>What is kept, oldest first.</summary>
    /// <param name="ns">Of this namespace and of the node; null: of all.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> Recent(string? ns)
    {
        lock (_gate)
        {
            return RecentOf(ns);
        }
    }

    /// <summary>What is kept, and everything after it without a gap. <see cref="Leave"/> ends it.</summary>
    public EventFollower Follow(string? ns, out IReadOnlyList<ReadOnlyMemory<byte>> recent)
    {
        var follower = new EventFollower(ns, maxWaitingBytes);
        lock (_gate)
        {
            recent = RecentOf(ns);
            if (_isClosed)
            {
                follower.Complete();
            }
            else
            {
                _followers.Add(follower);
            }
        }

        return follower;
    }

    /// <summary>The follower wants no more.</summary>
    public void Leave(EventFollower follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }

        follower.Dispose();
    }

    /// <summary>The node has stopped: says so, and ends what followers wait for.</summary>
    public void Close()
    {
        Publish(null, EventLine.Format("stopped", null, time.GetUtcNow()));
        lock (_gate)
        {
            _isClosed = true;
            foreach (var follower in _followers)
            {
                follower.Complete();
            }
        }
    }

    private void Publish(string? ns, ReadOnlyMemory<byte> line)
    {
        lock (_gate)
        {
            Keep(ns, line);
            foreach (var follower in _followers)
            {
                if (follower.Wants(ns))
                {
                    follower.Offer(line);
                }
            }
        }
    }

    private void Keep(string? ns, ReadOnlyMemory<byte> line)
    {
        _recent.Enqueue((ns, line));
        _recentBytes += line.Length;
        while (_recent.Count > maxRecent || _recentBytes > maxWaitingBytes / 2)
        {
            _recentBytes -= _recent.Dequeue().Line.Length;
        }
    }

    private ReadOnlyMemory<byte>[] RecentOf(string? ns) =>
        [.. _recent.Where(kept => ns is null || kept.Namespace is null || kept.Namespace == ns).Select(static kept => kept.Line)];

    private static string? NamespaceOf(object happened) => happened switch
    {
        ControlEvent m => m.Namespace,
        ObserveSnapshot m => m.Namespace,
        OpenRefused m => m.Namespace,
        Closed m => m.Namespace,
        _ => null,
    };

    private sealed class Dated(DateTimeOffset at) : IEventLines
    {
        public ReadOnlyMemory<byte>? Line { get; private set; }

        public void Write(string eventName, Action<Utf8JsonWriter>? fields = null) => Line = EventLine.Format(eventName, fields, at);
    }
}
