using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Messages whose origin's certificate is not known yet, oldest first. Bounded in number and bytes, for all
/// origins together: a key without a certificate costs nothing to make.
/// </summary>
internal sealed class PendingOrigins(DisseminationSettings settings)
{
    private readonly List<(NodeId From, NodeId Origin, ReadOnlyMemory<byte> Bytes)> _pending = [];
    private readonly HashSet<MessageId> _ids = [];
    private long _bytes;

    /// <summary>False when there is no room.</summary>
    internal bool TryHold(NodeId from, MessageId id, ReadOnlyMemory<byte> bytes)
    {
        if (_ids.Contains(id))
        {
            return true;
        }

        if (_pending.Count >= settings.MaxPendingUnknownOrigin || _bytes + bytes.Length > settings.MaxPendingUnknownOriginBytes)
        {
            return false;
        }

        _pending.Add((from, id.Origin, bytes));
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
            if (membership.Check(message.Origin) == MembershipVerdict.Unknown)
            {
                _pending.Add(message);
                _bytes += message.Bytes.Length;
            }
            else
            {
                judged.Add((message.From, message.Bytes));
                _ids.RemoveWhere(id => id.Origin == message.Origin);
            }
        }

        return judged;
    }
}
