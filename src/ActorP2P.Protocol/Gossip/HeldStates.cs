using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Verified states whose owner's certificate has not come yet, the newest of each owner. Bounded in number
/// and bytes, because keys without a certificate cost nothing to make.
/// </summary>
internal sealed class HeldStates(int maxStates, long maxBytes)
{
    // Certificates are asked for during some seconds; keys that have none must not keep the room for ever.
    private static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ulong, (SignedState State, StateBody Body, NodeId From, DateTimeOffset At)> _held = [];
    private long _bytes;

    /// <summary>The version held of an owner; nothing is asked for that is here already.</summary>
    internal StateVersion? VersionOf(ulong reference) =>
        _held.TryGetValue(reference, out var held)
            ? new StateVersion(reference, held.State.Epoch, held.State.Seq, held.State.Fingerprint)
            : null;

    /// <summary>False when it is full.</summary>
    internal bool TryHold(SignedState state, StateBody body, NodeId from, DateTimeOffset now)
    {
        if (_held.TryGetValue(state.Node.Reference, out var before))
        {
            if (before.State.CompareAge(state.Epoch, state.Seq) >= 0)
            {
                return true;
            }

            Take(state.Node.Reference);
        }

        if (IsFull(state))
        {
            Forget(now);
        }

        if (IsFull(state))
        {
            return false;
        }

        _held[state.Node.Reference] = (state, body, from, now);
        _bytes += state.LengthBytes;
        return true;
    }

    /// <summary>Takes out all that <paramref name="membership"/> has a verdict on.</summary>
    internal List<(SignedState State, StateBody Body, NodeId From, MembershipVerdict Verdict)> TakeJudged(IMembership membership)
    {
        var judged = new List<(SignedState, StateBody, NodeId, MembershipVerdict)>();
        foreach (var (state, body, from, _) in _held.Values)
        {
            var verdict = membership.Check(state.Node);
            if (verdict != MembershipVerdict.Unknown)
            {
                judged.Add((state, body, from, verdict));
            }
        }

        foreach (var (state, _, _, _) in judged)
        {
            Take(state.Node.Reference);
        }

        return judged;
    }

    /// <summary>Lets go of what found no verdict in time; a live owner's state is announced again.</summary>
    internal void Forget(DateTimeOffset now)
    {
        foreach (var (reference, held) in _held)
        {
            if (now - held.At >= HeldFor)
            {
                Take(reference);
            }
        }
    }

    private bool IsFull(SignedState state) => _held.Count >= maxStates || _bytes + state.LengthBytes > maxBytes;

    private void Take(ulong reference)
    {
        if (_held.Remove(reference, out var held))
        {
            _bytes -= held.State.LengthBytes;
        }
    }
}
