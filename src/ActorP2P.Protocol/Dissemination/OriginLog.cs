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
    private readonly RetainedTotal _total;
    private readonly Queue<RetainedMessage> _byAge = new();
    private readonly Dictionary<ulong, RetainedMessage> _bySeq = [];

    internal OriginLog(NodeId origin, ulong epoch, DedupWindow seen, DisseminationSettings settings, RetainedTotal total)
    {
        Origin = origin;
        Epoch = epoch;
        Seen = seen;
        _settings = settings;
        _total = total;
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
        _total.Add(message);
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
            LetGoOfOldest();
        }
    }

    /// <summary>Lets go of the oldest message; there is one.</summary>
    internal void LetGoOfOldest()
    {
        var oldest = _byAge.Dequeue();
        _bySeq.Remove(oldest.Header.Id.Seq);
        Bytes -= oldest.SizeBytes;
        _total.Remove(oldest);
        oldest.Release();
    }

    /// <summary>Lets go of everything.</summary>
    internal void Close()
    {
        while (_byAge.Count > 0)
        {
            LetGoOfOldest();
        }
    }

    /// <summary>True when so many more messages, of this size together, can be held without letting go of another.</summary>
    internal bool HasRoomFor(int messages, long sizeBytes) =>
        _byAge.Count + messages <= _settings.RetentionMessages && Bytes + sizeBytes <= _settings.RetentionBytes;
}
