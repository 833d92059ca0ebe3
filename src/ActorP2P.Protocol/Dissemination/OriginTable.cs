using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>All origins heard of, each in its present epoch, and what is held of them. Origins are members, so their number is bounded.</summary>
internal sealed class OriginTable
{
    private readonly DisseminationSettings _settings;
    private readonly OwnOrigin _self;
    private readonly SeenPublications _seen;
    private readonly RetainedTotal _total = new();
    private readonly Dictionary<NodeId, OriginLog> _logs = [];
    private readonly Dictionary<ulong, NodeId> _byReference = [];

    internal OriginTable(DisseminationSettings settings, OwnOrigin self, SeenPublications seen)
    {
        _settings = settings;
        _self = self;
        _seen = seen;
        foreach (var (origin, epoch, window) in seen.All)
        {
            _logs[origin] = new OriginLog(origin, epoch, window, settings, _total);
            Name(origin);
        }
    }

    /// <summary>Held messages in the order of arrival.</summary>
    internal ArrivalLog Arrivals { get; } = new();

    internal int RetainedMessages => _total.Messages;

    internal long RetainedBytes => _total.Bytes;

    internal bool TryGet(NodeId origin, [NotNullWhen(true)] out OriginLog? log) => _logs.TryGetValue(origin, out log);

    /// <summary>This node as an origin.</summary>
    internal OriginLog Own(ulong epoch, ulong nextSeq)
    {
        if (!_logs.TryGetValue(_self.Id, out var log))
        {
            _logs[_self.Id] = log = new OriginLog(_self.Id, epoch, new DedupWindow(_settings.DedupWindow, nextSeq), _settings, _total);
        }

        return log;
    }

    /// <summary>The log that a message belongs to. A new epoch closes the old one: late copies are then of an old epoch.</summary>
    internal OriginLog Open(PublicationHeader header)
    {
        var origin = header.Id.Origin;
        if (_logs.TryGetValue(origin, out var log) && log.Epoch == header.Id.Epoch)
        {
            return log;
        }

        log?.Close();
        Name(origin);
        var window = _seen.Start(origin, header.Id.Epoch, header.Floor, _settings.DedupWindow);
        return _logs[origin] = new OriginLog(origin, header.Id.Epoch, window, _settings, _total);
    }

    /// <summary>Holds a message. Answers the origins that had to let go of one for it, once for each.</summary>
    internal List<NodeId> Retain(
        OriginLog log,
        Arrival arrival,
        ReadOnlyMemory<byte> payload,
        ReadOnlyMemory<byte> manifest,
        DateTimeOffset now)
    {
        var message = new RetainedMessage(arrival, payload, manifest, Arrivals.NextIndex, now);
        Arrivals.Append(message);
        log.Hold(message, now);
        var evicted = new List<NodeId>();
        while (_total.Bytes > _settings.RetentionTotalBytes)
        {
            // Who holds most loses first, so that a flood pushes out nobody's messages but its own.
            var largest = _logs.Values.MaxBy(static log => log.Bytes)!;
            largest.LetGoOfOldest();
            evicted.Add(largest.Origin);
        }

        return evicted;
    }

    /// <summary>Lets go of what is over its time.</summary>
    internal void Trim(DateTimeOffset now)
    {
        foreach (var log in _logs.Values)
        {
            log.Trim(now);
        }

        Arrivals.Compact();
    }

    /// <summary>Forgets origins whose certificates are refused, with all they sent.</summary>
    internal void PurgeRefused(IMembership membership)
    {
        foreach (var log in _logs.Values.Where(log => log.Origin != _self.Id && membership.Check(log.Origin) == MembershipVerdict.Refused).ToArray())
        {
            log.Close();
            _logs.Remove(log.Origin);
            _seen.Forget(log.Origin);
        }
    }

    /// <summary>The node that a reference in an announcement stands for.</summary>
    internal bool TryResolve(ulong reference, [NotNullWhen(true)] out NodeId? node) => _byReference.TryGetValue(reference, out node);

    internal void Name(NodeId node) => _byReference[node.Reference] = node;

    /// <summary>Replaces the nodes that references may stand for; known origins and this node stay.</summary>
    internal void NameOnly(IEnumerable<NodeId> nodes)
    {
        _byReference.Clear();
        foreach (var node in nodes.Concat(_logs.Keys).Append(_self.Id))
        {
            Name(node);
        }
    }
}
