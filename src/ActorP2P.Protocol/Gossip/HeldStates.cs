using System.Runtime.InteropServices;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Verified states whose owner's certificate has not come yet, the newest of each owner. Bounded in number and bytes,
/// because keys without a certificate cost nothing to make. The room is shared by who brought them: when it is full,
/// who fills most of it makes way.
/// </summary>
internal sealed class HeldStates(int maxStates, long maxBytes, TimeSpan heldFor)
{
    private readonly Dictionary<ulong, (SignedState State, StateBody Body, NodeId From, DateTimeOffset At)> _held = [];
    private readonly Dictionary<NodeId, long> _bytesFrom = [];
    private long _bytes;

    /// <summary>The version held of an owner; nothing is asked for that is here already.</summary>
    internal StateVersion? VersionOf(ulong reference) =>
        _held.TryGetValue(reference, out var held) ? held.State.Version : null;

    /// <summary>False when it is full.</summary>
    internal bool TryHold(SignedState state, StateBody body, NodeId from, DateTimeOffset now)
    {
        if (_held.TryGetValue(state.Node.Reference, out var before))
        {
            if (!state.Version.IsNewsTo(before.State.Version))
            {
                return true;
            }

            Take(state.Node.Reference);
        }

        if (IsFull(state))
        {
            Forget(now);
        }

        while (IsFull(state))
        {
            if (!TryMakeRoom(state, from))
            {
                return false;
            }
        }

        _held[state.Node.Reference] = (state, body, from, now);
        Count(from, state.LengthBytes);
        return true;
    }

    /// <summary>Takes out all that <paramref name="membership"/> has a verdict on.</summary>
    internal List<(SignedState State, StateBody Body, NodeId From, MembershipVerdict Verdict)> TakeJudged(IMembership membership)
    {
        var judged = new List<(SignedState, StateBody, NodeId, MembershipVerdict)>();
        foreach (var (reference, (state, body, from, _)) in _held)
        {
            var verdict = membership.Check(state.Node);
            if (MembershipSnapshot.IsFinal(verdict))
            {
                judged.Add((state, body, from, verdict));
                Take(reference);
            }
        }

        return judged;
    }

    /// <summary>Lets go of what found no verdict in time; a live owner's state is announced again.</summary>
    internal void Forget(DateTimeOffset now)
    {
        foreach (var (reference, held) in _held)
        {
            if (now - held.At >= heldFor)
            {
                Take(reference);
            }
        }
    }

    private bool IsFull(SignedState state) => _held.Count >= maxStates || _bytes + state.LengthBytes > maxBytes;

    private bool TryMakeRoom(SignedState state, NodeId from)
    {
        var (largest, bytes) = _bytesFrom.MaxBy(static pair => pair.Value);
        if (largest is null || largest == from || bytes <= _bytesFrom.GetValueOrDefault(from) + state.LengthBytes)
        {
            return false;
        }

        foreach (var (reference, held) in _held)
        {
            if (held.From == largest)
            {
                Take(reference);
                return true;
            }
        }

        return false;
    }

    private void Take(ulong reference)
    {
        if (_held.Remove(reference, out var held))
        {
            Count(held.From, -held.State.LengthBytes);
        }
    }

    private void Count(NodeId from, int bytes)
    {
        _bytes += bytes;
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_bytesFrom, from, out _);
        sum += bytes;
        if (sum == 0)
        {
            _bytesFrom.Remove(from);
        }
    }
}
