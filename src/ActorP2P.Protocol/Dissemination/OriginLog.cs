using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// One origin in its present epoch: what was seen of it and what is still held. Held is what is younger than
/// the retention time and fits into the bytes and the number allowed an origin, the oldest going first.
/// </summary>
internal sealed class OriginLog
{
    private readonly DisseminationSettings _settings;
    private readonly Queue<RetainedMessage> _byAge = new();
    private readonly Dictionary<ulong, RetainedMessage> _bySeq = [];

    internal OriginLog(NodeId origin, ulong epoch, ulong floor, DisseminationSettings settings)
    {
        Origin = origin;
        Epoch = epoch;
        _settings = settings;
        Seen = new DedupWindow(settings.DedupWindow, floor);
    }

    internal NodeId Origin { get; }

    internal ulong Epoch { get; }

    internal DedupWindow Seen { get; }

    /// <summary>Bytes held, heads included.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Messages held.</summary>
    internal int Count => _byAge.Count;

    /// <summary>The oldest message held.</summary>
    internal RetainedMessage? Oldest => _byAge.TryPeek(out var oldest) ? oldest : null;

    internal bool TryGet(ulong seq, [NotNullWhen(true)] out RetainedMessage? message) => _bySeq.TryGetValue(seq, out message);

    internal void Hold(RetainedMessage message, DateTimeOffset now)
    {
        _byAge.Enqueue(message);
        _bySeq[message.Header.Id.Seq] = message;
        Bytes += message.SizeBytes;
        Trim(now);
    }

    /// <summary>Lets go of what is over a limit.</summary>
    internal void Trim(DateTimeOffset now)
    {
        while (_byAge.TryPeek(out var oldest)
            && (now - oldest.ReceivedAt >= _settings.RetentionTime
                || Bytes > _settings.RetentionBytes
                || _byAge.Count > _settings.RetentionMessages))
        {
            _byAge.Dequeue();
            _bySeq.Remove(oldest.Header.Id.Seq);
            Bytes -= oldest.SizeBytes;
            oldest.Release();
        }
    }

    /// <summary>Lets go of everything.</summary>
    internal void Close()
    {
        foreach (var message in _byAge)
        {
            message.Release();
        }

        _byAge.Clear();
        _bySeq.Clear();
        Bytes = 0;
    }

    /// <summary>True when one more message of this size can be held without letting go of another.</summary>
    internal bool HasRoomFor(long sizeBytes) =>
        _byAge.Count < _settings.RetentionMessages && Bytes + sizeBytes <= _settings.RetentionBytes;
}
