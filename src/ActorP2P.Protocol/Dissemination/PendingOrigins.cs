using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Messages whose origin's certificate is not known yet, oldest first. Bounded in number and bytes, for all origins together:
/// a key without a certificate costs nothing to make. When it is full, who brought most makes way. Bounded in time too, or
/// messages of keys that never get a verdict would keep the room for ever; holders of a true one announce it again.
/// </summary>
internal sealed class PendingOrigins(DisseminationSettings settings)
{
    // So that many short ones count too, in a room that is bounded in number.
    private const int OverheadBytes = 1024;

    private readonly List<(NodeId From, MessageId Id, ReadOnlyMemory<byte> Bytes, DateTimeOffset At)> _pending = [];
    private readonly HashSet<MessageId> _ids = [];
    private long _bytes;

    /// <summary>Holds a message, or counts why not.</summary>
    internal void Hold(NodeId from, MessageId id, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MulticastEffect> effects)
    {
        Forget(now - settings.RetentionTime, effects);
        MulticastDrop? drop = _ids.Contains(id) ? MulticastDrop.Duplicate : TryMakeRoom(from, bytes.Length, effects) ? null : MulticastDrop.TooManyPending;
        if (drop is { } reason)
        {
            effects.Add(new MulticastEffect.Dropped(reason, from));
            return;
        }

        _pending.Add((from, id, bytes, now));
        _ids.Add(id);
        _bytes += bytes.Length;
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

    private bool TryMakeRoom(NodeId from, int bytes, List<MulticastEffect> effects)
    {
        if (bytes > settings.MaxPendingUnknownOriginBytes)
        {
            return false;
        }

        while (_pending.Count >= settings.MaxPendingUnknownOrigin || _bytes + bytes > settings.MaxPendingUnknownOriginBytes)
        {
            var shares = _pending.GroupBy(static message => message.From).ToDictionary(static share => share.Key, static share => share.Sum(Cost));
            var (largest, most) = shares.MaxBy(static share => share.Value);
            if (most <= shares.GetValueOrDefault(from) + bytes + OverheadBytes)
            {
                return false;
            }

            Remove(_pending.FindLastIndex(message => message.From == largest));
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.TooManyPending, largest));
        }

        return true;
    }

    private static long Cost((NodeId From, MessageId Id, ReadOnlyMemory<byte> Bytes, DateTimeOffset At) message) => message.Bytes.Length + OverheadBytes;

    private void Remove(int index)
    {
        var (_, id, bytes, _) = _pending[index];
        _pending.RemoveAt(index);
        _ids.Remove(id);
        _bytes -= bytes.Length;
    }

    private void Forget(DateTimeOffset before, List<MulticastEffect> effects)
    {
        while (_pending.Count > 0 && _pending[0].At <= before)
        {
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.OriginNeverKnown, _pending[0].From));
            Remove(0);
        }
    }
}
