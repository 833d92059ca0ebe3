using System.Runtime.InteropServices;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Verified states whose owner's certificate has not come yet, the newest of each section. Bounded in number and bytes,
/// because keys without a certificate cost nothing to make. The room is shared by who brought them: when it is full,
/// who fills most of it makes way.
/// </summary>
internal sealed class HeldStates(StateScope scope, int maxStates, long maxBytes, TimeSpan heldFor)
{
    private readonly Dictionary<StateKey, Held> _held = [];
    private readonly Dictionary<NodeId, long> _bytesFrom = [];
    private long _bytes;

    /// <summary>The version held; nothing is asked for that is here already.</summary>
    internal StateVersion? VersionOf(StateKey key) =>
        _held.TryGetValue(key, out var held) ? held.State.Version : null;

    /// <summary>False when it is full.</summary>
    internal bool TryHold(SignedState state, StateBody body, NodeId from, DateTimeOffset now)
    {
        if (_held.TryGetValue(state.Version.Key, out var before))
        {
            if (!state.Version.IsNewsTo(before.State.Version))
            {
                return true;
            }

            Take(state.Version.Key);
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

        _held[state.Version.Key] = new Held(state, body, from, now);
        Count(from, state.LengthBytes);
        return true;
    }

    /// <summary>Takes out all that <paramref name="membership"/> has a verdict on, of <paramref name="only"/> one owner when that is given.</summary>
    internal List<JudgedState> TakeJudged(IMembership membership, NodeId? only)
    {
        var judged = new List<JudgedState>();
        if (only is null)
        {
            foreach (var (key, held) in _held)
            {
                TakeIfJudged(key, held, membership, judged);
            }

            return judged;
        }

        foreach (var section in scope.Sections)
        {
            var key = new StateKey(only.Reference, section);
            if (_held.TryGetValue(key, out var held))
            {
                TakeIfJudged(key, held, membership, judged);
            }
        }

        return judged;
    }

    private void TakeIfJudged(StateKey key, Held held, IMembership membership, List<JudgedState> judged)
    {
        var verdict = membership.Check(held.State.Node);
        if (MembershipSnapshot.IsFinal(verdict))
        {
            judged.Add(new JudgedState(held.State, held.Body, held.From, verdict));
            Take(key);
        }
    }

    /// <summary>Lets go of what found no verdict in time; a live owner's state is announced again.</summary>
    internal void Forget(DateTimeOffset now)
    {
        foreach (var (key, held) in _held)
        {
            if (now - held.At >= heldFor)
            {
                Take(key);
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

        foreach (var (key, held) in _held)
        {
            if (held.From == largest)
            {
                Take(key);
                return true;
            }
        }

        return false;
    }

    private void Take(StateKey key)
    {
        if (_held.Remove(key, out var held))
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

    private readonly record struct Held(SignedState State, StateBody Body, NodeId From, DateTimeOffset At);
}

/// <summary>A held state whose owner has a verdict now.</summary>
internal readonly record struct JudgedState(SignedState State, StateBody Body, NodeId From, MembershipVerdict Verdict);
