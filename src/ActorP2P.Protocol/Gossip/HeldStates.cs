using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Verified states whose owner's certificate has not come yet, the newest of each owner. Bounded in number
/// and bytes, because keys without a certificate cost nothing to make.
/// </summary>
internal sealed class HeldStates(int maxStates, long maxBytes)
{
    private readonly Dictionary<ulong, (SignedState State, StateBody Body, NodeId From)> _held = [];
    private long _bytes;

    /// <summary>The version held of an owner; nothing is asked for that is here already.</summary>
    internal StateVersion? VersionOf(ulong reference) =>
        _held.TryGetValue(reference, out var held)
            ? new StateVersion(reference, held.State.Epoch, held.State.Seq, held.State.Fingerprint)
            : null;

    /// <summary>False when it is full.</summary>
    internal bool TryHold(SignedState state, StateBody body, NodeId from)
    {
        if (_held.TryGetValue(state.Node.Reference, out var before))
        {
            if (before.State.CompareAge(state.Epoch, state.Seq) >= 0)
            {
                return true;
            }

            Take(state.Node.Reference);
        }

        if (_held.Count >= maxStates || _bytes + state.LengthBytes > maxBytes)
        {
            return false;
        }

        _held[state.Node.Reference] = (state, body, from);
        _bytes += state.LengthBytes;
        return true;
    }

    /// <summary>Takes out all that <paramref name="membership"/> has a verdict on.</summary>
    internal List<(SignedState State, StateBody Body, NodeId From, MembershipVerdict Verdict)> TakeJudged(IMembership membership)
    {
        var judged = new List<(SignedState, StateBody, NodeId, MembershipVerdict)>();
        foreach (var (state, body, from) in _held.Values)
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

    private void Take(ulong reference)
    {
        if (_held.Remove(reference, out var held))
        {
            _bytes -= held.State.LengthBytes;
        }
    }
}
