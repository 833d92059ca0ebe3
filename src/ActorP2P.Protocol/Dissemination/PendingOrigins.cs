using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Messages whose origin's certificate is not known yet, oldest first. Bounded in number and bytes, for all
/// origins together: a key without a certificate costs nothing to make. Bounded in time too, or messages of keys
/// that never get a verdict would keep the room for ever; holders of a true one announce it again.
/// </summary>
internal sealed class PendingOrigins(DisseminationSettings settings)
{
    private readonly List<(NodeId From, MessageId Id, ReadOnlyMemory<byte> Bytes, DateTimeOffset At)> _pending = [];
    private readonly HashSet<MessageId> _ids = [];
    private long _bytes;

    /// <summary>False when there is no room.</summary>
    internal bool TryHold(NodeId from, MessageId id, ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        Forget(now - settings.RetentionTime);
        if (_ids.Contains(id))
        {
            return true;
        }

        if (_pending.Count >= settings.MaxPendingUnknownOrigin || _bytes + bytes.Length > settings.MaxPendingUnknownOriginBytes)
        {
            return false;
        }

        _pending.Add((from, id, bytes, now));
        _ids.Add(id);
        _bytes += bytes.Length;
        return true;
    }

    /// <summary>Takes out what there is a verdict on, in the order of arrival.</summary>
    internal List<(NodeId From, ReadOnlyMemory<byte> Bytes)> TakeJudged(IMembership membership)
    {
        var judged = new List<(NodeId, ReadOnlyMemory<byte>)>();
        var left = _pending.ToArray();
        _pending.Clear();
        _bytes = 0;
        foreach (var message in left)
        {
            if (!MembershipSnapshot.IsFinal(membership.Check(message.Id.Origin)))
            {
                _pending.Add(message);
                _bytes += message.Bytes.Length;
            }
            else
            {
                judged.Add((message.From, message.Bytes));
                _ids.Remove(message.Id);
            }
        }

        return judged;
    }

    private void Forget(DateTimeOffset before)
    {
        var old = _pending.TakeWhile(message => message.At <= before).Count();
        foreach (var (_, id, bytes, _) in _pending.Take(old))
        {
            _ids.Remove(id);
            _bytes -= bytes.Length;
        }

        _pending.RemoveRange(0, old);
    }
}
